import BelayCore
import BelayJSON

/// What a model of a provider can do, and how a request is made to fit that.
public struct ModelCapabilities: Sendable, Hashable {
    /// It calls tools.
    public var tools: Bool
    /// It can be told whether one answer may hold several tool calls.
    public var parallelTools: Bool
    /// It can be made to call a certain tool, in a request that says nothing of thinking.
    public var forcedTools: Bool
    /// The provider itself holds the model to a JSON Schema. Else the answer is asked for as the arguments of a tool that has
    /// to be called (``forcedTools``), or the schema travels in the instructions.
    public var outputSchema: Bool
    public var images: Bool
    public var files: Bool
    /// It ends its answer at texts that the request names.
    public var stopSequences: Bool
    /// The provider keeps the beginning of a prompt and reads it cheaper the next time.
    public var promptCaching: Bool
    /// It thinks before it answers, and can be told how much.
    public var reasoning: Bool
    /// Reasoning of earlier turns is sent back to the provider that wrote it. Else, and to others, it is left out.
    public var takesReasoningBack: Bool
    /// The limit of output tokens when the request has none; nil where the protocol needs none.
    public var defaultMaxOutputTokens: Int?
    /// The most output tokens that may be asked for; nil when unknown.
    public var maxOutputTokens: Int?
    /// Tokens of a whole conversation with its answer; nil when unknown.
    public var contextTokens: Int?
    /// It takes a temperature and `top_p`. Else they are left out.
    public var temperature: Bool
    /// The highest temperature that the protocol has; a higher one is sent as this.
    public var maxTemperature: Double

    /// The capabilities with what is known about one model in place.
    func changed(by traits: ModelTraits) -> ModelCapabilities {
        var changed = self
        changed.tools = traits.tools ?? self.tools
        changed.parallelTools = traits.parallelTools ?? self.parallelTools
        changed.forcedTools = traits.forcedTools ?? self.forcedTools
        changed.outputSchema = traits.outputSchema ?? self.outputSchema
        changed.images = traits.images ?? self.images
        changed.files = traits.files ?? self.files
        changed.promptCaching = traits.promptCaching ?? self.promptCaching
        changed.reasoning = traits.reasoning ?? self.reasoning
        changed.takesReasoningBack = traits.takesReasoningBack ?? self.takesReasoningBack
        changed.maxOutputTokens = traits.maxOutputTokens ?? self.maxOutputTokens
        changed.contextTokens = traits.contextTokens ?? self.contextTokens
        changed.temperature = traits.temperature ?? self.temperature
        return changed
    }
}

extension ModelCapabilities {
    /// The request as this model takes it. What only steers the answer is left out or brought into range; what the answer
    /// can't do without is checked before (``RequestNeeds``).
    ///
    /// - Parameters:
    ///   - provider: The provider's name, to know its own reasoning by.
    ///   - wire: Its protocol, to know the reasoning by that a client of the same protocol sends back.
    package func adapted(_ request: ModelRequest, for provider: String, wire: OriginalBody.Wire) -> ModelRequest {
        var request = request
        request.maxOutputTokens = request.maxOutputTokens ?? self.defaultMaxOutputTokens
        if let most = self.maxOutputTokens { request.maxOutputTokens = request.maxOutputTokens.map { min(most, $0) } }
        request.temperature = self.temperature ? request.temperature.map { min(self.maxTemperature, $0) } : nil
        if !self.temperature { request.topP = nil }
        if !self.parallelTools { request.parallelToolCalls = nil }
        if !self.reasoning { request.reasoningEffort = nil }
        self.placeSchema(in: &request, wire: wire)
        self.dropReasoning(from: &request) { $0 == provider || $0 == Reasoning.origin(ofClientsIn: wire) }
        return request
    }

    /// Asks for JSON of a schema in the surest way that this model has.
    private func placeSchema(in request: inout ModelRequest, wire: OriginalBody.Wire) {
        guard let schema = request.outputSchema else { return }
        if self.outputSchema, let native = Self.native(schema, request, wire: wire) {
            request.outputSchema = native
            return
        }
        if self.tools, self.forcedTools, ForcedAnswer.fits(schema, request) {
            ForcedAnswer.ask(for: schema, in: &request, saysParallel: self.parallelTools)
            return
        }
        let instruction = """
            Answer with one JSON value and nothing else: no explanation, no code fence. It has to be valid by \
            this JSON Schema: \(schema.serialized())
            """
        request.system = request.system.isEmpty ? instruction : request.system + "\n\n" + instruction
        request.outputSchema = nil
    }

    /// The schema as the provider's own mode for it takes it; nil when it doesn't.
    private static func native(_ schema: JSON, _ request: ModelRequest, wire: OriginalBody.Wire) -> JSON? {
        // Anthropic's has no answers that were begun for the model, and knows a part of JSON Schema only.
        wire != .messages ? schema : request.endsWithPrefill ? nil : AnthropicSchema.taken(schema)
    }

    private func dropReasoning(from request: inout ModelRequest, unless isOwn: (String) -> Bool) {
        for index in request.messages.indices where request.messages[index].content.contains(where: \.isReasoning) {
            request.messages[index].content.removeAll { part in
                guard case .reasoning(let reasoning) = part else { return false }
                return !self.takesReasoningBack || !isOwn(reasoning.origin)
            }
        }
    }
}

extension Content {
    fileprivate var isReasoning: Bool {
        if case .reasoning = self { true } else { false }
    }
}
