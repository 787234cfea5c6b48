import BelayResilience

/// Two attempts at one answer. The first that puts something out, or has the whole answer, has won: nothing of the other
/// is shown, and it is ended.
final class HedgedRace: Sendable {
    enum Event: Sendable {
        case ended(Trial, Trial.End)
        /// It is time for a second attempt.
        case due
        /// The call ended before.
        case neverDue
    }

    private struct State: Sendable {
        var winner: Int?
        var tasks: [Int: Task<Trial.End, Never>] = [:]
    }

    private let state = Locked(State())

    /// Runs an attempt, which the other one may end.
    func run(_ trial: Trial) async -> Event {
        let task = Task { await trial.run() }
        self.state.withLock { $0.tasks[trial.number] = task }
        if self.isLost(trial.number) { task.cancel() }
        let end = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return .ended(trial, end)
    }

    /// Waits until a second attempt is due.
    func wait(_ delay: Duration, on clock: Timekeeper) async -> Event {
        do {
            try await clock.sleep(for: delay)
            return .due
        } catch {
            return .neverDue
        }
    }

    /// - Returns: Whether that attempt has won, and may go on.
    func claim(_ number: Int) -> Bool {
        let losers = self.state.withLock { state -> [Task<Trial.End, Never>]? in
            if state.winner == number { return [] }
            guard state.winner == nil else { return nil }
            state.winner = number
            return state.tasks.filter { $0.key != number }.map(\.value)
        }
        guard let losers else { return false }
        for loser in losers { loser.cancel() }
        return true
    }

    var isOver: Bool { self.state.withLock { $0.winner != nil } }

    func isLost(_ number: Int) -> Bool { self.state.withLock { $0.winner.map { $0 != number } ?? false } }
}
