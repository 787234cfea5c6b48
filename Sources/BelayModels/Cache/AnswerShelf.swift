import BelayCore
import BelayResilience

/// The store through which nodes share their answers, kept off the road of the calls: reading has little time, and writing
/// is done by one task in the background.
final class AnswerShelf: Sendable {
    private struct Waiting: Sendable {
        var key: String
        var answer: KeptAnswer
        var expiry: Timestamp
    }

    private struct State {
        var store: (any AnswerStore)?
        var waiting: [Waiting] = []
        var isWriting = false
    }

    /// A model is asked rather than a store that takes longer.
    private static let longestRead = Duration.milliseconds(250)
    private static let longestWrite = Duration.seconds(10)
    /// Answers that wait to be written; further ones are not shared.
    private static let mostWaiting = 256

    private let timekeeper: Timekeeper
    private let wallClock: any WallClock
    private let report: @Sendable (GatewayReport) -> Void
    private let state = Locked(State())

    init(timekeeper: Timekeeper, wallClock: any WallClock, report: @escaping @Sendable (GatewayReport) -> Void) {
        self.timekeeper = timekeeper
        self.wallClock = wallClock
        self.report = report
    }

    /// - Parameter store: Nil ends the sharing.
    func use(_ store: (any AnswerStore)?) { self.state.withLock { $0.store = store } }

    /// An answer that some node made, and how long ago; nil when there is none that is younger than `lifetime`.
    ///
    /// - Throws: `CancellationError`.
    func answer(for key: String, within lifetime: Duration) async throws -> (kept: KeptAnswer, age: Duration)? {
        guard let store = self.state.withLock({ $0.store }) else { return nil }
        do {
            let kept = try await withDeadline(Self.longestRead, clock: self.timekeeper) {
                try await store.keptAnswer(for: key)
            }
            guard let kept else { return nil }
            let age = max(.zero, kept.made.duration(to: self.wallClock.now))
            return age < lifetime ? (kept, age) : nil
        } catch {
            try Task.checkCancellation()
            self.report(.sharedCacheFailed(reason: "\(error)"))
            return nil
        }
    }

    /// Shares an answer that was just made.
    func put(_ entry: AnswerCache.Entry, for key: String, lifetime: Duration) {
        let now = self.wallClock.now
        let waiting = Waiting(
            key: key, answer: KeptAnswer(answer: entry.answer, path: entry.path, made: now),
            expiry: now.advanced(by: lifetime))
        let begins = self.state.withLock { state -> Bool in
            guard state.store != nil, state.waiting.count < Self.mostWaiting else { return false }
            state.waiting.append(waiting)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        // Ends when nothing waits any more; the bound on what waits and the time of each write bound it.
        if begins { Task { await self.write() } }
    }

    private func write() async {
        while let (store, next) = self.next() {
            do {
                try await withDeadline(Self.longestWrite, clock: self.timekeeper) {
                    try await store.keep(next.answer, for: next.key, until: next.expiry)
                }
            } catch {
                self.report(.sharedCacheFailed(reason: "\(error)"))
            }
        }
    }

    private func next() -> (any AnswerStore, Waiting)? {
        self.state.withLock { state in
            guard let store = state.store, !state.waiting.isEmpty else {
                state.isWriting = false
                state.waiting = []
                return nil
            }
            return (store, state.waiting.removeFirst())
        }
    }
}
