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
    let exceeded = DeadlineExceeded(phase: phase, limit: limit)
    guard limit > .zero else { throw exceeded }
    let timekeeper = Timekeeper(clock)
    let deadline = timekeeper.now + limit
    return try await race(work) {
        try await timekeeper.sleep(until: deadline)
        return exceeded
    }
}

/// Runs `work` until it ends or `alarm` returns the error to end it with. Both have ended when this returns.
func race<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value,
    against alarm: @escaping @Sendable () async throws -> DeadlineExceeded
) async throws -> Value {
    try await withThrowingTaskGroup(of: Finish<Value>.self) { group in
        group.addTask { .work(try await work()) }
        group.addTask {
            do {
                return .alarm(try await alarm())
            } catch is CancellationError {
                return .silenced
            }
        }
        defer { group.cancelAll() }
        while let finish = try await group.next() {
            switch finish {
            case .work(let value): return value
            case .alarm(let exceeded): throw exceeded
            case .silenced: continue  // The caller was cancelled; the work has the last word.
            }
        }
        preconditionFailure("The group ended without its work, which returns or throws.")
    }
}

private enum Finish<Value: Sendable>: Sendable {
    case work(Value)
    case alarm(DeadlineExceeded)
    case silenced
}
