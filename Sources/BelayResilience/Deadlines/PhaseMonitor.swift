/// Where work that runs under ``withPhaseDeadlines(_:clock:_:)`` reports how far it has come.
public final class PhaseMonitor: Sendable {
    private struct State: Sendable {
        var deadlines: PhaseDeadlines
        /// What the watcher waits for, and what rings it by itself, and when.
        var bell: Bell?
        var alarm: Timekeeper.Alarm?
        var alarmAt: Moment?
    }

    private let state: Locked<State>
    private let timekeeper: Timekeeper

    init(limits: PhaseLimits, timekeeper: Timekeeper) {
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

    /// Returns when a clock has run out.
    ///
    /// - Throws: `CancellationError` when cancelled, which is how it ends if no clock runs out.
    func watch() async throws -> DeadlineExceeded {
        while true {
            try Task.checkCancellation()
            let now = self.timekeeper.now
            if let exceeded = self.state.withLock({ $0.deadlines.expired(at: now) }) { return exceeded }
            let (bell, alarm) = self.setAlarm()
            await bell.wait()
            alarm.cancel()
            await alarm.ended()
        }
    }

    private func setAlarm() -> (Bell, Timekeeper.Alarm) {
        let bell = Bell()
        return self.state.withLock { state in
            let deadline = state.deadlines.nextDeadline
            let alarm = self.timekeeper.alarm(at: deadline) { bell.ring() }
            (state.bell, state.alarm, state.alarmAt) = (bell, alarm, deadline)
            return (bell, alarm)
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
    return try await race {
        try await work(monitor)
    } against: {
        try await monitor.watch()
    }
}
