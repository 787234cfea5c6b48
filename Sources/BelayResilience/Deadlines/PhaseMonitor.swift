/// Where work that runs under ``withPhaseDeadlines(_:clock:_:)`` reports how far it has come.
public final class PhaseMonitor: Sendable {
    private struct State: Sendable {
        var deadlines: PhaseDeadlines
        var isOver = false
        /// What the watcher waits for, and what rings it by itself, and when.
        var bell: Bell?
        var alarm: Timekeeper.Alarm?
        var alarmAt: Moment?
    }

    private let state: Locked<State>
    private let timekeeper: Timekeeper
    /// What the error calls the total.
    private let totalPhase: CallPhase

    init(limits: PhaseLimits, totalPhase: CallPhase = .total, timekeeper: Timekeeper) {
        self.totalPhase = totalPhase
        self.state = Locked(State(deadlines: PhaseDeadlines(limits: limits, startedAt: timekeeper.now)))
        self.timekeeper = timekeeper
    }

    /// Which of the four clocks runs beside the total.
    public var phase: CallPhase { self.state.withLock { $0.deadlines.phase } }

    /// Takes a report. Cheap enough for every event of a stream: a clock reading and a lock.
    public func record(_ progress: CallProgress) {
        let now = self.timekeeper.now
        let late = self.state.withLock { state -> (bell: Bell?, alarm: Timekeeper.Alarm?) in
            state.deadlines.record(progress, at: now)
            // A later deadline is found when the alarm goes off. Only an earlier one has to wake the watcher.
            guard let alarmAt = state.alarmAt, state.deadlines.nextDeadline < alarmAt else { return (nil, nil) }
            return (state.bell, state.alarm)
        }
        late.alarm?.cancel()
        late.bell?.ring()
    }

    /// Runs `work`, and cancels it when a clock runs out. It has ended when this returns.
    ///
    /// - Throws: ``DeadlineExceeded`` with the clock that ran out, what `work` returns after that being dropped; else what
    ///   `work` throws.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask {
                defer { self.workEnded() }
                return try await work()
            }
            // Thrown, it cancels the group.
            if let exceeded = await self.watch() { throw exceeded }
            guard let value = try await group.next() else {
                preconditionFailure("The group ended without its work, which returns or throws.")
            }
            return value
        }
    }

    private func workEnded() {
        let bell = self.state.withLock { state in
            state.isOver = true
            return state.bell
        }
        bell?.ring()
    }

    /// Returns when a clock has run out, or nil when the work has ended. A caller who is cancelled waits for the work,
    /// which is cancelled too and has the last word.
    private func watch() async -> DeadlineExceeded? {
        while true {
            let bell = Bell()
            switch self.wait(bell, isCancelled: Task.isCancelled) {
            case .over: return nil
            case .exceeded(let exceeded): return exceeded
            case .wait(let alarm):
                await bell.wait()
                alarm?.cancel()
                await alarm?.ended()
            }
        }
    }

    private func named(_ exceeded: DeadlineExceeded) -> DeadlineExceeded {
        exceeded.phase == .total ? DeadlineExceeded(phase: self.totalPhase, limit: exceeded.limit) : exceeded
    }

    private enum Watch {
        case over
        case exceeded(DeadlineExceeded)
        /// Until the bell rings, by the alarm or by somebody else.
        case wait(Timekeeper.Alarm?)
    }

    private func wait(_ bell: Bell, isCancelled: Bool) -> Watch {
        let now = self.timekeeper.now
        return self.state.withLock { state in
            if state.isOver { return .over }
            state.bell = bell
            if isCancelled {
                (state.alarm, state.alarmAt) = (nil, nil)
                return .wait(nil)
            }
            if let exceeded = state.deadlines.expired(at: now) { return .exceeded(self.named(exceeded)) }
            let deadline = state.deadlines.nextDeadline
            let alarm = self.timekeeper.alarm(at: deadline) { bell.ring() }
            (state.alarm, state.alarmAt) = (alarm, deadline)
            return .wait(alarm)
        }
    }
}

/// Runs `work` under the five clocks of a model call, and cancels it when one of them runs out.
///
/// ```swift
/// let answer = try await withPhaseDeadlines(limits) { monitor in
///     let stream = try await client.open(request)
///     monitor.record(.responseHeaders)
///     for try await event in stream { monitor.record(event.isPing ? .keepAlive : .content) ... }
/// }
/// ```
///
/// As with ``withDeadline(_:phase:clock:_:)`` the call returns when `work` has ended, so `work` must respond to
/// cancellation.
///
/// - Throws: ``DeadlineExceeded`` with the clock that ran out; else what `work` throws.
public func withPhaseDeadlines<Value: Sendable>(
    _ limits: PhaseLimits = PhaseLimits(), clock: any Clock<Duration> = ContinuousClock(),
    _ work: @escaping @Sendable (PhaseMonitor) async throws -> Value
) async throws -> Value {
    let monitor = PhaseMonitor(limits: limits, timekeeper: Timekeeper(clock))
    return try await monitor.run { try await work(monitor) }
}
