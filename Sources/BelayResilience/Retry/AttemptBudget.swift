/// What one call may spend in all, shared by its retries, its fallbacks and its re-asks.
///
/// Retries of a gateway times fallbacks of a route times re-asks of a validator multiply; this value is handed through
/// all of them, so that the sum is bounded instead.
public struct AttemptBudget: Sendable, Hashable {
    /// Why there is no further attempt.
    public enum Exhausted: String, Error, Sendable, Hashable {
        case attempts
        case time
    }

    /// Attempts in all.
    public let maxAttempts: Int
    /// When the time is used up. No attempt starts at this moment or later.
    public let deadline: Moment
    /// Attempts taken so far.
    public private(set) var attempts = 0

    /// - Parameters:
    ///   - maxAttempts: Attempts in all, at least 1; default 6.
    ///   - total: The time for all of them; default 120 s.
    ///   - start: From when `total` counts.
    public init(maxAttempts: Int = 6, total: Duration = .seconds(120), startingAt start: Moment) {
        precondition(maxAttempts >= 1, "maxAttempts is \(maxAttempts); without an attempt there is no call.")
        precondition(total > .zero, "A total time of \(total) leaves no time for an attempt.")
        self.maxAttempts = maxAttempts
        self.deadline = start + total
    }

    public var attemptsLeft: Int { self.maxAttempts - self.attempts }

    /// The time left, never negative: what the next attempt's own deadline must not exceed.
    public func timeLeft(at now: Moment) -> Duration {
        max(.zero, now.duration(to: self.deadline))
    }

    /// Why the next attempt would be refused; nil when it would not.
    public func exhausted(at now: Moment) -> Exhausted? {
        if self.attemptsLeft == 0 { return .attempts }
        return now >= self.deadline ? .time : nil
    }

    /// Counts an attempt that is about to start.
    ///
    /// - Throws: ``Exhausted`` when there is none left; nothing is counted.
    public mutating func take(at now: Moment) throws(Exhausted) {
        if let exhausted = self.exhausted(at: now) { throw exhausted }
        self.attempts += 1
    }
}
