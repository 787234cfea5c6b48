import BelayCore
import BelayResilience

/// What an attempt has shown to the observer: nothing until its first real output, from which on it is committed.
final class ShownOutput: Sendable {
    private struct State {
        var isCommitted = false
        /// How the answer began, while nothing of it is shown.
        var beginning: [AnswerProgress] = []
    }

    /// A provider that sends more than this before any output keeps its connection open with it.
    private static let longestBeginning = 16

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

    /// What the attempt gives its parts to; nil when nobody watches.
    var handler: (@Sendable (AttemptPart) async throws -> Void)? {
        guard let observe = self.observe else { return nil }
        return { part in
            guard let progress = self.progress(part) else { return }
            if part.isOutput {
                for earlier in self.commit() { try await observe(earlier) }
            } else if self.note(progress) {
                return
            }
            try await observe(progress)
        }
    }

    /// Nil for what is told by the end of the call.
    private func progress(_ part: AttemptPart) -> AnswerProgress? {
        switch part {
        case .event(.usage), .event(.finished): nil
        case .event(let event): .event(event, attempt: self.number)
        case .frame(let event, _): .frame(name: event.name, data: event.data, attempt: self.number)
        }
    }

    /// - Returns: Whether it waits for the first output.
    private func note(_ progress: AnswerProgress) -> Bool {
        self.state.withLock { state in
            guard !state.isCommitted else { return false }
            if state.beginning.count < Self.longestBeginning { state.beginning.append(progress) }
            return true
        }
    }

    /// - Returns: What goes before the first output.
    private func commit() -> [AnswerProgress] {
        self.state.withLock { state in
            guard !state.isCommitted else { return [] }
            state.isCommitted = true
            defer { state.beginning = [] }
            return [.attemptStarted(number: self.number, path: self.path)] + state.beginning
        }
    }
}
