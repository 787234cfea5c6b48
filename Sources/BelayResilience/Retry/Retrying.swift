/// A retry that is about to be made, for logs and metrics.
public struct RetryNotice: Sendable {
    /// The attempt that failed, counted from 1.
    public var failedAttempt: Int
    /// What it failed with.
    public var error: any Error
    /// How long is waited before the next.
    public var wait: Duration
}

/// Runs `operation` until it succeeds, fails for good, or the policy or a budget ends it.
///
/// Only for operations that may safely run again. Cancellation is not a failure: neither a `CancellationError` nor any
/// error thrown once the task is cancelled is retried, and a wait ends at once.
///
/// - Parameters:
///   - policy: How often and how long.
///   - budget: The share of retries that this operation's dependency allows; nil for no such bound.
///   - clock: What waits are slept on.
///   - random: Draws the jitter.
///   - judge: Whether an error is worth a retry. Never asked about cancellation.
///   - onRetry: Called before each wait.
///   - operation: Given the attempt's number, from 1.
/// - Returns: What the first successful attempt returned.
/// - Throws: The last attempt's error as it was thrown; `CancellationError` when cancelled while waiting.
public nonisolated(nonsending) func retrying<Value>(
    policy: RetryPolicy = RetryPolicy(), budget: RetryBudget? = nil, clock: any Clock<Duration> = ContinuousClock(),
    random: RandomSource = RandomSource(), judging judge: (any Error) -> FailureVerdict,
    onRetry: (RetryNotice) -> Void = { _ in },
    _ operation: nonisolated(nonsending) (_ attempt: Int) async throws -> Value
) async throws -> Value {
    let timekeeper = Timekeeper(clock)
    var random = random
    var schedule = RetrySchedule(policy: policy, startedAt: timekeeper.now)
    budget?.deposit()
    while true {
        do {
            return try await operation(schedule.failures + 1)
        } catch {
            if error is CancellationError || Task.isCancelled { throw error }
            let decision = schedule.next(after: judge(error), at: timekeeper.now, using: &random)
            guard case .retry(let wait) = decision, budget?.withdraw() ?? true else { throw error }
            onRetry(RetryNotice(failedAttempt: schedule.failures, error: error, wait: wait))
            try await timekeeper.sleep(for: wait)
        }
    }
}
