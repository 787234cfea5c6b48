import BelayCore
import BelayResilience

/// What an attempt has shown to the observer: nothing until its first real output, from which on it is committed.
final class ShownOutput: Sendable {
    private struct State {
        var isCommitted = false
        /// How the answer began, while nothing of it is shown.
        var beginning: [AnswerProgress] = []
    }

    /// From this many on, what was said already is left out: a provider that thinks for long keeps its connection open
    /// with signs that say nothing.
    private static let longBeginning = 16
    /// From this many on nothing is held back.
    private static let longestBeginning = 256

    private let observe: AnswerObserver?
    private let number: Int
    private let path: ModelPath
    private let onOutput: @Sendable () throws -> Void
    private let state = Locked(State())

    /// - Parameter onOutput: Called before the first output is shown; what it throws ends the attempt with nothing shown.
    init(
        observe: AnswerObserver?, number: Int, path: ModelPath, onOutput: @escaping @Sendable () throws -> Void = {}
    ) {
        self.onOutput = onOutput
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
            if !part.isOutput, self.note(progress) { return }
            if !self.hasOutput { try self.onOutput() }
            for earlier in self.commit() { try await observe(earlier) }
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
            guard !state.isCommitted, state.beginning.count < Self.longestBeginning else { return false }
            let isLong = state.beginning.count >= Self.longBeginning
            if !isLong || !state.beginning.contains(where: progress.repeats) { state.beginning.append(progress) }
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

extension AnswerProgress {
    /// Whether this is the same part of a stream, sent again.
    fileprivate func repeats(_ earlier: AnswerProgress) -> Bool {
        guard case .frame(let name, let data, _) = self, case .frame(name, data, _) = earlier else { return false }
        return true
    }
}
