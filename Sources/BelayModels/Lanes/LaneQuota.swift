import BelayCore
import BelayResilience

/// An outgoing rate limit at work.
struct LaneQuota: Sendable {
    private let limiter: RateLimiter
    /// One call at a time takes its share and waits until that is there. All others wait here, where tenants take turns.
    private let turnstile: Bulkhead
    private let timekeeper: Timekeeper
    /// A call that needs more than comes back in a minute counts as one that needs just that.
    private let mostTokens: Int?

    init?(_ limits: OutgoingRateLimits?, maxWaiting: Int, clock: Timekeeper) {
        guard let limits, let limiter = limits.makeLimiter(maxWaiting: 1, clock: clock) else { return nil }
        self.limiter = limiter
        self.turnstile = Bulkhead("outgoing rate limit", limit: 1, maxWaiting: maxWaiting, clock: clock)
        self.timekeeper = clock
        self.mostTokens = limits.tokensPerMinute
    }

    var countsTokens: Bool { self.mostTokens != nil }

    /// How long a call that came now would wait.
    func expectedWait(tokens: Int) -> Duration { self.limiter.expectedWait(tokens: self.counted(tokens)) ?? .zero }

    /// Takes a call's share when it is its turn, and waits until it is there. Turns count calls, whatever their tokens.
    ///
    /// - Throws: `ModelFailure` of kind `throttled`, at once where it would not be there by `deadline`; or
    ///   `CancellationError`. Nothing was taken.
    func take(tokens: Int, for tenant: String, until deadline: Moment) async throws {
        let tokens = self.counted(tokens)
        do {
            try self.limiter.check(
                tokens: tokens, behind: self.turnstile.ahead(of: tenant),
                atMost: self.timekeeper.now.duration(to: deadline))
            let turn = try await self.turnstile.turn(
                of: tenant, until: deadline, clock: self.timekeeper, obstacle: "the rate limit is reached")
            defer { turn.release() }
            try await self.limiter.wait(tokens: tokens, atMost: self.timekeeper.now.duration(to: deadline))
        } catch let limited as RateLimited {
            throw ModelFailure(
                .throttled, message: "not sent: the limit of \(limited.dimension.rawValue) per minute is reached",
                retryAfter: limited.retryAfter)
        }
    }

    /// Gives back what was taken for a call that was not made.
    func refund(tokens: Int) { self.limiter.refund(tokens: self.counted(tokens)) }

    /// Corrects what was taken, once it is known.
    func settle(estimate: Int, actual: Int) {
        guard self.countsTokens else { return }
        self.limiter.adjust(tokensBy: actual - self.counted(estimate))
    }

    private func counted(_ tokens: Int) -> Int { min(tokens, self.mostTokens ?? 0) }
}
