/// A call does not fit under a rate limit.
public struct RateLimited: Error, Sendable, Hashable {
    /// Which of the limits is in the way.
    public enum Dimension: String, Sendable, Hashable {
        case requests
        case tokens
    }

    public var dimension: Dimension
    /// When to come back; nil when the call can never pass, since it costs more than the limit's burst.
    public var retryAfter: Duration?

    public init(dimension: Dimension, retryAfter: Duration?) {
        self.dimension = dimension
        self.retryAfter = retryAfter
    }
}

/// Keeps the calls to one dependency under its requests and tokens per minute.
///
/// Both limits are taken together or not at all. A waiting call has its units from the start, so calls go in the order
/// in which they came, none is overtaken, and none waits that would not get its turn in time.
///
/// ```swift
/// let limiter = RateLimiter(requests: .perMinute(500), tokens: .perMinute(200_000))
/// try await limiter.wait(tokens: estimate, atMost: .seconds(5))
/// let answer = try await model.answer(prompt)
/// limiter.adjust(tokensBy: answer.tokens - estimate)
/// ```
public final class RateLimiter: Sendable {
    private struct State: Sendable {
        var requests: TokenBucket?
        var tokens: TokenBucket?
        var waiting = 0
    }

    /// Calls that may wait at the same time.
    public let maxWaiting: Int
    private let state: Locked<State>
    private let timekeeper: Timekeeper

    /// - Parameters:
    ///   - requests: Calls in a time; nil for no such limit.
    ///   - tokens: Tokens, or whatever else a call has an amount of, in a time; nil for no such limit.
    ///   - maxWaiting: Calls that may wait at the same time; further ones are refused. Default 100.
    ///   - clock: What the time is read from and waits are slept on.
    public init(
        requests: RateLimit? = nil, tokens: RateLimit? = nil, maxWaiting: Int = 100,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        precondition(maxWaiting >= 0, "maxWaiting is \(maxWaiting); make it 0 or more.")
        let timekeeper = Timekeeper(clock)
        let now = timekeeper.now
        self.maxWaiting = maxWaiting
        self.timekeeper = timekeeper
        self.state = Locked(
            State(
                requests: requests.map { TokenBucket(limit: $0, at: now) },
                tokens: tokens.map { TokenBucket(limit: $0, at: now) }))
    }

    /// Calls that wait at this moment, for metrics.
    public var waiting: Int { self.state.withLock { $0.waiting } }

    /// How long a call that came at this moment would wait; nil when it could never pass. Takes nothing.
    public func expectedWait(tokens: Int = 0) -> Duration? {
        let present = self.timekeeper.now.offset.attoseconds
        return self.state.withLock { state in
            guard let requests = try? Self.wait(.requests, in: state.requests, cost: 1, at: present),
                let tokens = try? Self.wait(.tokens, in: state.tokens, cost: tokens, at: present)
            else { return nil }  // It costs more than the burst, which is the only thing that is thrown.
            return Duration(attoseconds: max(requests, tokens))
        }
    }

    /// Refuses a call that would wait too long behind others. Takes nothing.
    ///
    /// - Parameters:
    ///   - tokens: What it will cost, estimated; 0 or more.
    ///   - others: How many go before it that have taken nothing yet; each counts as one that costs as much.
    ///   - longest: The longest wait.
    /// - Throws: ``RateLimited``.
    public func check(tokens: Int = 0, behind others: Int, atMost longest: Duration) throws(RateLimited) {
        let present = self.timekeeper.now.offset.attoseconds
        try self.state.withLock { state throws(RateLimited) in
            let calls = try Self.wait(.requests, in: state.requests, cost: 1, behind: others, at: present)
            let amount = try Self.wait(.tokens, in: state.tokens, cost: tokens, behind: others, at: present)
            guard max(calls, amount) > longest.attoseconds else { return }
            throw RateLimited(
                dimension: amount > calls ? .tokens : .requests, retryAfter: Duration(attoseconds: max(calls, amount)))
        }
    }

    /// Lets a call pass now or not at all.
    ///
    /// - Parameter tokens: What it will cost, estimated; 0 or more.
    /// - Throws: ``RateLimited``; nothing was taken.
    public func admit(tokens: Int = 0) throws(RateLimited) {
        _ = try self.reserve(tokens: tokens, atMost: .zero)
    }

    /// Lets a call pass as soon as there is room for it.
    ///
    /// - Parameters:
    ///   - tokens: What it will cost, estimated; 0 or more.
    ///   - longest: The longest wait. If there would be no room by then, the call is refused at once.
    /// - Returns: How long it waited.
    /// - Throws: ``RateLimited``, or `CancellationError`; nothing was taken.
    @discardableResult
    public nonisolated(nonsending) func wait(tokens: Int = 0, atMost longest: Duration) async throws -> Duration {
        try Task.checkCancellation()
        let wait = try self.reserve(tokens: tokens, atMost: longest)
        guard wait > .zero else { return .zero }
        defer { self.state.withLock { $0.waiting -= 1 } }
        do {
            try await self.timekeeper.sleep(for: wait)
        } catch {
            self.refund(tokens: tokens)
            throw error
        }
        return wait
    }

    /// Corrects an estimate once the true figure is known: positive when the call cost more.
    public func adjust(tokensBy difference: Int) {
        let now = self.timekeeper.now
        self.state.withLock { $0.tokens?.adjust(by: difference, at: now) }
    }

    /// Gives back what a call took that was not made after all.
    public func refund(tokens: Int = 0) {
        let now = self.timekeeper.now
        self.state.withLock { state in
            state.requests?.adjust(by: -1, at: now)
            state.tokens?.adjust(by: -tokens, at: now)
        }
    }

    /// - Returns: How long to wait before the call; it counts as waiting when that is not zero.
    private func reserve(tokens: Int, atMost longest: Duration) throws(RateLimited) -> Duration {
        let now = self.timekeeper.now
        let present = now.offset.attoseconds
        let wait = try self.state.withLock { state throws(RateLimited) in
            let requestWait = try Self.wait(.requests, in: state.requests, cost: 1, at: present)
            let tokenWait = try Self.wait(.tokens, in: state.tokens, cost: tokens, at: present)
            let wait = max(requestWait, tokenWait)
            guard wait <= longest.attoseconds, wait == 0 || state.waiting < self.maxWaiting else {
                throw RateLimited(
                    dimension: tokenWait > requestWait ? .tokens : .requests,
                    retryAfter: Duration(attoseconds: wait))
            }
            state.requests?.take(1, at: now)
            state.tokens?.take(tokens, at: now)
            if wait > 0 { state.waiting += 1 }
            return wait
        }
        return Duration(attoseconds: wait)
    }

    /// - Returns: Attoseconds.
    private static func wait(
        _ dimension: RateLimited.Dimension, in bucket: TokenBucket?, cost: Int, behind others: Int = 0, at now: Int128
    ) throws(RateLimited) -> Int128 {
        guard let bucket else { return 0 }
        guard cost <= bucket.limit.burst else { throw RateLimited(dimension: dimension, retryAfter: nil) }
        return bucket.attosecondsUntil(cost * (others + 1), at: now)
    }
}
