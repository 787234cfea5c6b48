/// Runs `work` for at most `limit`, then cancels it.
///
/// Nothing is left behind: the call returns when `work` has ended. So `work` must respond to cancellation, as everything
/// does that awaits a sleep, a stream or a network call of the usual libraries; work that ignores it is waited for, and
/// what it returns after the deadline is dropped.
///
/// - Parameters:
///   - limit: Not positive means that the time is already over: `work` does not start.
///   - phase: What the error says ran out.
///   - clock: What the time is read from.
///   - work: Runs in a child task.
/// - Throws: ``DeadlineExceeded`` when the time is over first; else what `work` throws. When the calling task is
///   cancelled so is `work`, and its outcome is the outcome.
public func withDeadline<Value: Sendable>(
    _ limit: Duration, phase: CallPhase = .total, clock: any Clock<Duration> = ContinuousClock(),
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    guard limit > .zero else { throw DeadlineExceeded(phase: phase, limit: limit) }
    let limits = PhaseLimits(
        connect: nil, responseHeaders: nil, firstToken: nil, betweenTokens: nil, total: limit)
    return try await PhaseMonitor(limits: limits, totalPhase: phase, timekeeper: Timekeeper(clock)).run(work)
}
