import BelayCore

extension ModelAnswer {
    /// The answer as the stream that it would have been.
    package var events: [ModelStreamEvent] {
        var events: [ModelStreamEvent] = [.started(model: self.model, responseID: self.responseID)]
        var calls = 0
        for part in self.content {
            switch part {
            case .text(let text): events.append(.textDelta(text))
            case .reasoning(let reasoning):
                if !reasoning.text.isEmpty { events.append(.reasoningDelta(reasoning.text)) }
                if let signature = reasoning.signature { events.append(.reasoningSignature(signature)) }
            case .toolCall(let call):
                events.append(.toolCallStarted(index: calls, id: call.id, name: call.name))
                events.append(.toolCallArgumentsDelta(index: calls, call.arguments))
                calls += 1
            case .toolResult, .image, .file: break  // No model answers with these.
            }
        }
        return events + [.usage(self.usage), .finished(self.stopReason, stopSequence: self.stopSequence)]
    }
}
