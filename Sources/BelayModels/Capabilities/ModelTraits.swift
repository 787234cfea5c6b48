/// What is known about a model beyond what its provider's protocol can do; nil where nothing is.
///
/// The built-in table is made of these, and so is what a configuration says about models that the table doesn't know, or
/// knows wrong.
public struct ModelTraits: Sendable, Hashable {
    public var tools: Bool?
    public var parallelTools: Bool?
    /// Whether it can be made to call a certain tool.
    public var forcedTools: Bool?
    public var outputSchema: Bool?
    public var images: Bool?
    public var files: Bool?
    public var promptCaching: Bool?
    public var reasoning: Bool?
    public var takesReasoningBack: Bool?
    /// Whether it takes a temperature and `top_p`.
    public var temperature: Bool?
    public var maxOutputTokens: Int?
    public var contextTokens: Int?

    public init(
        tools: Bool? = nil, parallelTools: Bool? = nil, forcedTools: Bool? = nil, outputSchema: Bool? = nil,
        images: Bool? = nil, files: Bool? = nil, promptCaching: Bool? = nil, reasoning: Bool? = nil,
        takesReasoningBack: Bool? = nil,
        temperature: Bool? = nil, maxOutputTokens: Int? = nil, contextTokens: Int? = nil
    ) {
        self.tools = tools
        self.parallelTools = parallelTools
        self.forcedTools = forcedTools
        self.outputSchema = outputSchema
        self.images = images
        self.files = files
        self.promptCaching = promptCaching
        self.reasoning = reasoning
        self.takesReasoningBack = takesReasoningBack
        self.temperature = temperature
        self.maxOutputTokens = maxOutputTokens
        self.contextTokens = contextTokens
    }

    /// The traits of the longest name that fits. A name may end in `*`, which stands for any text.
    static func fitting(_ model: String, in named: [String: ModelTraits]) -> ModelTraits? {
        if let traits = named[model] { return traits }
        return named.filter { $0.key.hasSuffix("*") && model.hasPrefix($0.key.dropLast()) }
            .max { $0.key.utf8.count < $1.key.utf8.count }?.value
    }
}
