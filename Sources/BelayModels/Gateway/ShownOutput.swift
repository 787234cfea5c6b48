import BelayCore
import BelayResilience

/// What an attempt has shown to the observer: nothing until its first real output, from which on it is committed.
final class ShownOutput: Sendable {
    private struct State {
        var isCommitted = false
        /// How the answer began, while nothing of it is shown.
        var beginning: ModelStreamEvent?
    }

    private let observe: AnswerObserver?
    private let number: Int
    private let path: ModelPath
    private let state = Locked(State())

    init(observe: AnswerObserver?, number: Int, path: ModelPath) {
        self.observe = observe
        self.number = number
        self.path = path
    }

    var hasOutput: Bool { self.state.withLock { $0.isCommitted } }

    /// What the attempt gives its events to; nil when nobody watches.
    var handler: (@Sendable (ModelStreamEvent) async throws -> Void)? {
        guard let observe = self.observe else { return nil }
        return { event in
            guard event.isOutput else { return self.note(event) }
            for progress in self.commit() { try await observe(progress) }
            try await observe(.event(event, attempt: self.number))
        }
    }

    private func note(_ event: ModelStreamEvent) {
        guard case .started = event else { return }
        self.state.withLock { $0.beginning = event }
    }

    /// - Returns: What goes before the first output.
    private func commit() -> [AnswerProgress] {
        self.state.withLock { state in
            guard !state.isCommitted else { return [] }
            state.isCommitted = true
            let start = AnswerProgress.attemptStarted(number: self.number, path: self.path)
            return [start] + (state.beginning.map { [.event($0, attempt: self.number)] } ?? [])
        }
    }
}
