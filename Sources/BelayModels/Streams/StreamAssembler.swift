import BelayCore

/// Makes an answer of a stream of events.
///
/// ```text
/// started → deltas in any order → usage (at most once) → finished
/// ```
package struct StreamAssembler: Sendable {
    private var builder: ContentBuilder
    private var model: String?
    private var responseID: String?
    private var usage = Usage.zero
    private var stopReason: StopReason?
    private var stopSequence: String?

    /// - Parameter origin: The provider's name, kept with its reasoning.
    package init(origin: String) { self.builder = ContentBuilder(origin: origin) }

    /// - Throws: `ModelFailure` of kind `malformedResponse` when an event is out of order.
    package mutating func apply(_ event: ModelStreamEvent) throws(ModelFailure) {
        guard self.stopReason == nil else { throw Self.malformed("an event came after the end") }
        switch event {
        case .started(let model, let responseID):
            guard self.model == nil else { throw Self.malformed("the answer started twice") }
            (self.model, self.responseID) = (model, responseID)
        case .textDelta(let text): self.builder.appendText(text)
        case .reasoningDelta(let text): self.builder.appendReasoning(text)
        case .reasoningSignature(let signature): self.builder.signReasoning(signature)
        case .toolCallStarted(let index, let id, let name):
            guard self.builder.startToolCall(index: index, id: id, name: name) else {
                throw Self.malformed("tool call \(index) started twice")
            }
        case .toolCallArgumentsDelta(let index, let text):
            guard self.builder.appendArguments(index: index, text) else {
                throw Self.malformed("arguments for tool call \(index), which has not started")
            }
        case .usage(let usage): self.usage = usage
        case .finished(let reason, let sequence): (self.stopReason, self.stopSequence) = (reason, sequence)
        }
    }

    /// The whole answer.
    ///
    /// - Throws: `ModelFailure`: `cutStream` before `finished` was applied, else as `Answers.checked`.
    package func answer() throws(ModelFailure) -> ModelAnswer {
        guard let stopReason = self.stopReason else {
            throw ModelFailure(.cutStream, message: "the stream ended without its terminal event")
        }
        return try Answers.checked(
            ModelAnswer(
                content: self.builder.finished, stopReason: stopReason, stopSequence: self.stopSequence,
                usage: self.usage, model: self.model ?? "", responseID: self.responseID))
    }

    private static func malformed(_ reason: String) -> ModelFailure {
        ModelFailure(.malformedResponse, message: "the stream makes no sense: \(reason)")
    }
}
