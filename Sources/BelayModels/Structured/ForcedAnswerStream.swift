import BelayCore
import BelayHTTP

/// Reads the call of a tool, in a stream, as the text that it stands for.
///
/// ```text
/// text before the call   held back: only an answer without a call is made of it
/// text from "{" on       passed on: the model writes its answer instead of calling, and calls count no more
/// arguments of the call  passed on as text
/// ```
struct ForcedAnswerStream: ModelStreamMachine {
    private enum State: Sendable {
        /// With what was written so far.
        case undecided(String)
        case writes
        case calls(index: Int)
    }

    private var base: any ModelStreamMachine
    private var state = State.undecided("")

    init(base: any ModelStreamMachine) { self.base = base }

    var usage: Usage { self.base.usage }
    var isFinished: Bool { self.base.isFinished }

    mutating func apply(_ event: ServerSentEvent) throws(ModelFailure) -> [ModelStreamEvent] {
        try self.base.apply(event).flatMap { self.read($0) }
    }

    mutating func read(_ event: ModelStreamEvent) -> [ModelStreamEvent] {
        switch event {
        case .started, .reasoningDelta, .reasoningSignature, .usage: [event]
        case .textDelta(let text): self.read(text)
        case .toolCallStarted(let index, _, let name): self.start(index, name)
        case .toolCallArgumentsDelta(let index, let text): self.isCall(index) ? [.textDelta(text)] : []
        case .finished(let reason, let sequence): self.end(reason, sequence)
        }
    }

    private mutating func read(_ text: String) -> [ModelStreamEvent] {
        switch self.state {
        case .writes: return [.textDelta(text)]
        case .calls: return []
        case .undecided(let earlier):
            let all = earlier + text
            // What is held is at most as long as the answer may be.
            guard all.first(where: { !$0.isWhitespace }) == "{" else {
                self.state = .undecided(all)
                return []
            }
            self.state = .writes
            return [.textDelta(all)]
        }
    }

    private mutating func start(_ index: Int, _ name: String) -> [ModelStreamEvent] {
        if case .undecided = self.state, name == ForcedAnswer.tool { self.state = .calls(index: index) }
        return []
    }

    /// Only the first call counts.
    private func isCall(_ index: Int) -> Bool {
        if case .calls(index: index) = self.state { true } else { false }
    }

    private mutating func end(_ reason: StopReason, _ sequence: String?) -> [ModelStreamEvent] {
        let end = ModelStreamEvent.finished(ForcedAnswer.stopReason(reason), stopSequence: sequence)
        guard case .undecided(let text) = self.state, !text.isEmpty else { return [end] }
        return [.textDelta(text), end]
    }
}
