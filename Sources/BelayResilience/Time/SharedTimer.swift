/// Lets many sleep, or have themselves called, on one timer of a clock.
///
/// For sleeps that are nearly always cut short, as those of deadlines are: they cost an entry in a table, and no timer of
/// the system each. Deadlines are rounded up to steps, so nobody wakes early, and nobody later than a step.
final class SharedTimer<Base: Clock<Duration>>: Sendable {
    private enum Sleeper: Sendable {
        case task(CheckedContinuation<Void, any Error>)
        case call(@Sendable () -> Void)

        func wake() {
            switch self {
            case .task(let continuation): continuation.resume()
            case .call(let ring): ring()
            }
        }
    }

    /// A call that was asked for.
    struct Ticket: Sendable, Hashable {
        fileprivate var step: Int64
        fileprivate var sleeper: UInt64
    }

    private struct State: Sendable {
        /// By step, then by sleeper. No step is empty.
        var sleepers: [Int64: [UInt64: Sleeper]] = [:]
        /// The steps of `sleepers`, in order.
        var steps: [Int64] = []
        var lastSleeper: UInt64 = 0
        /// Sleeps until the step beside it, or past all that there were when it began.
        var alarm: (task: Task<Void, Never>, step: Int64)?
    }

    private let clock: Base
    private let origin: Base.Instant
    /// In nanoseconds.
    private let step: Int64
    private let state = Locked(State())

    /// - Parameter step: Longer than zero.
    init(_ clock: Base, step: Duration) {
        self.clock = clock
        self.origin = clock.now
        self.step = Self.nanoseconds(step)
    }

    /// How many sleep.
    var count: Int { self.state.withLock { $0.sleepers.values.reduce(0) { $0 + $1.count } } }

    /// Calls `ring` once when the deadline has come, from any task; keep it short.
    func call(at deadline: Base.Instant, _ ring: @escaping @Sendable () -> Void) -> Ticket {
        let step = self.step(of: deadline)
        return self.state.withLock { state in
            state.lastSleeper += 1
            self.add(.call(ring), state.lastSleeper, at: step, to: &state)
            return Ticket(step: step, sleeper: state.lastSleeper)
        }
    }

    /// A call that is under way already is not stopped.
    func cancel(_ ticket: Ticket) {
        _ = self.state.withLock { Self.remove(ticket.sleeper, at: ticket.step, from: &$0) }
    }

    /// - Throws: `CancellationError`.
    func sleep(until deadline: Base.Instant) async throws {
        let step = self.step(of: deadline)
        let sleeper = self.state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = self.state.withLock { state in
                    // A handler that ran before found nobody to wake.
                    if Task.isCancelled { return true }
                    self.add(.task(continuation), sleeper, at: step, to: &state)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let removed = self.state.withLock { Self.remove(sleeper, at: step, from: &$0) }
            if case .task(let continuation)? = removed { continuation.resume(throwing: CancellationError()) }
        }
    }

    private func step(of deadline: Base.Instant) -> Int64 {
        let offset = Self.nanoseconds(self.origin.duration(to: deadline))
        return offset / self.step + (offset > 0 && offset % self.step != 0 ? 1 : 0)
    }

    private func add(_ entry: Sleeper, _ sleeper: UInt64, at step: Int64, to state: inout State) {
        if state.sleepers[step] == nil { state.steps.insert(step, at: Self.place(of: step, in: state.steps)) }
        state.sleepers[step, default: [:]][sleeper] = entry
        self.setAlarm(&state)
    }

    private static func remove(_ sleeper: UInt64, at step: Int64, from state: inout State) -> Sleeper? {
        guard let entry = state.sleepers[step]?.removeValue(forKey: sleeper) else { return nil }
        if state.sleepers[step]?.isEmpty == true {
            state.sleepers[step] = nil
            state.steps.remove(at: Self.place(of: step, in: state.steps))
        }
        return entry
    }

    /// The index of the first step that is not before `step`.
    private static func place(of step: Int64, in steps: [Int64]) -> Int {
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle] < step { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// One that goes off too early finds nobody and is set again, so only a later one is replaced.
    private func setAlarm(_ state: inout State) {
        guard let first = state.steps.first, state.alarm.map({ first < $0.step }) ?? true else { return }
        state.alarm?.task.cancel()
        let instant = self.origin.advanced(by: .nanoseconds(self.step * first))
        // Unstructured, as it outlives whoever set it. It ends by itself, at the latest when its step has come.
        let task = Task { [clock] in
            do { try await clock.sleep(until: instant, tolerance: nil) } catch { return }
            self.wake()
        }
        state.alarm = (task, first)
    }

    /// Up to some 290 years.
    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let seconds = min(max(duration.components.seconds, -9_000_000_000), 9_000_000_000)
        return seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    }

    private func wake() {
        let now = Self.nanoseconds(self.origin.duration(to: self.clock.now)) / self.step
        let woken = self.state.withLock { state in
            state.alarm = nil
            let due = state.steps.prefix { $0 <= now }
            state.steps.removeFirst(due.count)
            let woken = due.compactMap { state.sleepers.removeValue(forKey: $0) }
            self.setAlarm(&state)
            return woken
        }
        for sleeper in woken.flatMap(\.values) { sleeper.wake() }
    }
}
