import BelayCore
import BelayHTTP
import BelayJSON

/// Reads the call of a tool, in a stream, as the text that it stands for.
///
/// ```text
/// text before the call   held back: only an answer without a call is made of it
/// text from "{" on       passed on: the model writes its answer instead of calling, and calls count no more
/// arguments of the call  passed on as text
/// ```
///
/// An answer that begins with words or with a code fence, from a model that doesn't call, comes whole at the stream's end.
struct ForcedAnswerStream: ModelStreamMachine {
    private enum State: Sendable {
        /// Nothing was called yet, and no object written; whether words were.
        case undecided(saysWords: Bool)
        case writes
        case calls(index: Int)
    }

    private var base: any ModelStreamMachine
    private var state = State.undecided(saysWords: false)
    /// What was written while it is undecided: at most as long as an answer may be.
    private var held = ""

    init(base: any ModelStreamMachine) { self.base = base }

    var usage: Usage {
        get { self.base.usage }
        set { self.base.usage = newValue }
    }
    var isUsageFinal: Bool { self.base.isUsageFinal }
    var isFinished: Bool { self.base.isFinished }

    mutating func apply(_ event: ServerSentEvent) throws(ModelFailure) -> [ModelStreamEvent] {
        try self.base.apply(event).flatMap { self.read($0) }
    }

    func usage(in event: JSON) -> Usage? { self.base.usage(in: event) }

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
        case .undecided(let saysWords):
            // In place, for it may be long; and each part is looked at once.
            self.held += text
            guard !saysWords, let beginsObject = ForcedAnswer.beginsObject(text) else { return [] }
            self.state = beginsObject ? .writes : .undecided(saysWords: true)
            return beginsObject ? [.textDelta(self.takeHeld())] : []
        }
    }

    private mutating func takeHeld() -> String {
        defer { self.held = "" }
        return self.held
    }

    private mutating func start(_ index: Int, _ name: String) -> [ModelStreamEvent] {
        if case .undecided = self.state, name == ForcedAnswer.tool {
            self.state = .calls(index: index)
            self.held = ""
        }
        return []
    }

    /// Only the first call counts.
    private func isCall(_ index: Int) -> Bool {
        if case .calls(index: index) = self.state { true } else { false }
    }

    private mutating func end(_ reason: StopReason, _ sequence: String?) -> [ModelStreamEvent] {
        let end = ModelStreamEvent.finished(ForcedAnswer.stopReason(reason), stopSequence: sequence)
        return self.held.isEmpty ? [end] : [.textDelta(self.takeHeld()), end]
    }
}
