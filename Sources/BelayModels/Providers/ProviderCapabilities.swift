import BelayCore

/// What a provider can and cannot do, and how a request is made to fit that.
package struct ProviderCapabilities: Sendable, Hashable {
    /// The protocol itself makes the model keep to a JSON Schema. Else the schema travels in the instructions.
    package var enforcesOutputSchema: Bool
    /// Reasoning of earlier turns is sent back to the provider that wrote it. Else, and to others, it is left out.
    package var takesReasoningBack: Bool
    /// The limit of output tokens when the request has none; nil where the protocol needs none.
    package var defaultMaxOutputTokens: Int?
    /// The highest temperature that is accepted; a higher one is sent as this.
    package var maxTemperature: Double

    /// - Parameter provider: The provider's name, to know its own reasoning by.
    package func adapted(_ request: ModelRequest, for provider: String) -> ModelRequest {
        var request = request
        request.maxOutputTokens = request.maxOutputTokens ?? self.defaultMaxOutputTokens
        request.temperature = request.temperature.map { min(self.maxTemperature, $0) }
        if !self.enforcesOutputSchema, let schema = request.outputSchema {
            let instruction = """
                Answer with one JSON value and nothing else: no explanation, no code fence. It has to be valid by \
                this JSON Schema: \(schema.serialized())
                """
            request.system = request.system.isEmpty ? instruction : request.system + "\n\n" + instruction
            request.outputSchema = nil
        }
        for index in request.messages.indices where request.messages[index].content.contains(where: \.isReasoning) {
            request.messages[index].content.removeAll { part in
                guard case .reasoning(let reasoning) = part else { return false }
                return !self.takesReasoningBack || reasoning.origin != provider
            }
        }
        return request
    }
}

extension Content {
    fileprivate var isReasoning: Bool {
        if case .reasoning = self { true } else { false }
    }
}
