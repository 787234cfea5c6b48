import BelayJSON

/// What is asked of a model, free of any provider's format. The path that is chosen adds the model's name.
public struct ModelRequest: Sendable, Hashable {
    /// Instructions. Never built from a user's or a tool's text.
    public var system: String
    public var messages: [Message]
    public var tools: [ToolDefinition]
    public var toolChoice: ToolChoice
    /// At most this many output tokens; nil leaves it to the path.
    public var maxOutputTokens: Int?
    /// 0 to 2; nil leaves it to the provider.
    public var temperature: Double?
    public var stopSequences: [String]
    /// When set, the answer has to be JSON of this schema.
    public var outputSchema: JSON?
    /// The share of likely tokens that is chosen from: 0 to 1; nil leaves it to the provider.
    public var topP: Double?
    /// For answers that are the same each time, as far as the provider can; ignored where it can't.
    public var seed: Int?
    /// Whether one answer may hold several tool calls; nil leaves it to the provider.
    public var parallelToolCalls: Bool?
    /// nil leaves it to the provider.
    public var reasoningEffort: ReasoningEffort?
    /// Who uses the caller's product, as the caller names them: for the provider's watch over abuse.
    public var endUser: String?
    /// What a client of the gateway wrote, of which the rest is a reading.
    public var original: OriginalBody?

    public init(
        system: String = "", messages: [Message], tools: [ToolDefinition] = [], toolChoice: ToolChoice = .auto,
        maxOutputTokens: Int? = nil, temperature: Double? = nil, stopSequences: [String] = [],
        outputSchema: JSON? = nil, topP: Double? = nil, seed: Int? = nil, parallelToolCalls: Bool? = nil,
        reasoningEffort: ReasoningEffort? = nil, endUser: String? = nil
    ) {
        self.system = system
        self.messages = messages
        self.tools = tools
        self.toolChoice = toolChoice
        self.maxOutputTokens = maxOutputTokens
        self.temperature = temperature
        self.stopSequences = stopSequences
        self.outputSchema = outputSchema
        self.topP = topP
        self.seed = seed
        self.parallelToolCalls = parallelToolCalls
        self.reasoningEffort = reasoningEffort
        self.endUser = endUser
    }
}
