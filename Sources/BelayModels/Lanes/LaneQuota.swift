import BelayCore
import BelayResilience

/// An outgoing rate limit at work.
struct LaneQuota: Sendable {
    private let limiter: RateLimiter
    /// A call that needs more than comes back in a minute counts as one that needs just that.
    private let mostTokens: Int?

    init?(_ limits: OutgoingRateLimits?, maxWaiting: Int, clock: Timekeeper) {
        guard let limits, let limiter = limits.makeLimiter(maxWaiting: maxWaiting, clock: clock) else { return nil }
        self.limiter = limiter
        self.mostTokens = limits.tokensPerMinute
    }

    var countsTokens: Bool { self.mostTokens != nil }

    /// How long a call that came now would wait.
    func expectedWait(tokens: Int) -> Duration { self.limiter.expectedWait(tokens: self.counted(tokens)) ?? .zero }

    /// Takes a call's share in the order of the calls, and waits until it is there.
    ///
    /// - Throws: `ModelFailure` of kind `throttled`, or `CancellationError`: nothing was taken.
    func take(tokens: Int, atMost longest: Duration) async throws {
        do {
            try await self.limiter.wait(tokens: self.counted(tokens), atMost: longest)
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
