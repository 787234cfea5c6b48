/// What a failure means for a retry.
public enum FailureVerdict: Sendable, Hashable {
    /// The same call would fail again: a bad request, a refused key, something that is not there.
    case permanent
    /// It may pass later: overload, a timeout, the network, a server's fault.
    ///
    /// - Parameter retryAfter: The shortest wait the server asked for; nil when it said nothing.
    case transient(retryAfter: Duration? = nil)
}

/// Decides after each failed attempt whether there is a next one and when. Owns no clock and no generator.
///
/// Waits are drawn with full jitter, uniformly from zero to the policy's ceiling, so that clients that failed together
/// do not come back together. A Retry-After is a floor under that.
///
/// ```swift
/// var schedule = RetrySchedule(policy: RetryPolicy(), startedAt: timekeeper.now)
/// // ... an attempt fails:
/// switch schedule.next(after: .transient(), at: timekeeper.now, using: &random) {
/// case .retry(let wait): try await timekeeper.sleep(for: wait)
/// case .giveUp(let reason): throw Failed(reason)
/// }
/// ```
public struct RetrySchedule: Sendable, Hashable {
    public enum Decision: Sendable, Hashable {
        case retry(after: Duration)
        case giveUp(GiveUpReason)
    }

    public enum GiveUpReason: String, Sendable, Hashable {
        /// The failure is permanent.
        case notRetryable = "not_retryable"
        /// The policy's or the attempt budget's attempts are used up.
        case attemptsExhausted = "attempts_exhausted"
        /// The wait would use up the policy's total time or the attempt budget's.
        case timeExhausted = "time_exhausted"
        /// The server asked for a longer wait than there is time.
        case retryAfterTooLong = "retry_after_too_long"
    }

    public let policy: RetryPolicy
    /// No retry starts at this moment or later.
    public let deadline: Moment
    /// Failed attempts so far.
    public private(set) var failures = 0

    /// - Parameter startedAt: When the first attempt started.
    public init(policy: RetryPolicy = RetryPolicy(), startedAt: Moment) {
        self.policy = policy
        self.deadline = startedAt + policy.maxTotal
    }

    /// - Parameters:
    ///   - failure: What the attempt that just failed means.
    ///   - now: The present; a wait that would reach the deadline is not begun.
    ///   - budget: What the whole call may still spend; nil when only the policy bounds it.
    ///   - generator: Draws the jitter, one number at most.
    public mutating func next(
        after failure: FailureVerdict, at now: Moment, within budget: AttemptBudget? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Decision {
        self.failures += 1
        guard case .transient(let retryAfter) = failure else { return .giveUp(.notRetryable) }
        guard self.failures < self.policy.maxAttempts, budget?.attemptsLeft != 0 else {
            return .giveUp(.attemptsExhausted)
        }
        let deadline = min(self.deadline, budget?.deadline ?? self.deadline)
        if let retryAfter, now + retryAfter >= deadline { return .giveUp(.retryAfterTooLong) }
        let ceiling = self.policy.ceiling(beforeRetry: self.failures - 1)
        let jitter = ceiling * Double.random(in: 0..<1, using: &generator)
        let wait = max(jitter, retryAfter ?? .zero)
        return now + wait >= deadline ? .giveUp(.timeExhausted) : .retry(after: wait)
    }
}
