import BelayCore

/// What models can do, by family.
///
/// From the vendors' pages of their models (platform.openai.com/docs/models, platform.claude.com/docs/en/about-claude/models,
/// ai.google.dev/gemini-api/docs/models) and their errors, as known in November 2025. A model that no row fits is taken to
/// do all that its provider's protocol can: a wrong "no" would keep it from work that it can do, and a wrong "yes" costs
/// one refused attempt. A configuration may say otherwise (``ProviderSettings/models``).
enum CapabilityTable {
    /// Models whose names begin alike.
    struct Family: Sendable {
        var prefix: String
        var traits: ModelTraits
        /// The protocols for which a row holds; nil for all.
        var wire: OriginalBody.Wire?

        init(_ prefix: String, wire: OriginalBody.Wire? = nil, _ traits: ModelTraits) {
            self.prefix = prefix
            self.traits = traits
            self.wire = wire
        }
    }

    /// All rows that fit count, the one with the shortest prefix first.
    static func traits(of model: String, wire: OriginalBody.Wire) -> [ModelTraits] {
        let name = Self.bareName(model)
        return Self.families.filter { ($0.wire == nil || $0.wire == wire) && name.hasPrefix($0.prefix) }.map(\.traits)
    }

    /// Sellers of several vendors' models put the vendor before the name: `openai/gpt-4o`, `us.anthropic.claude-…`.
    private static func bareName(_ model: String) -> Substring {
        let last = model.lowercased().split(separator: "/").last ?? ""
        guard let vendor = last.range(of: "anthropic.") else { return last }
        return last[vendor.upperBound...]
    }

    /// Shorter prefixes before longer ones, so that what is said of a family is said before its exceptions.
    private static let families: [Family] = (Self.openAI + Self.anthropic + Self.others)
        .sorted { $0.prefix.utf8.count < $1.prefix.utf8.count }

    private static let openAI = [
        Family("gpt-3.5", .text(4_096, of: 16_385)),
        Family("gpt-4", .text(8_192, of: 8_192)),
        Family("gpt-4-turbo", ModelTraits(images: true, maxOutputTokens: 4_096, contextTokens: 128_000)),
        Family("gpt-4-1106", ModelTraits(maxOutputTokens: 4_096, contextTokens: 128_000)),
        Family("gpt-4-0125", ModelTraits(maxOutputTokens: 4_096, contextTokens: 128_000)),
        Family("gpt-4.1", .modern(32_768, of: 1_047_576)),
        Family("gpt-4.5", .modern(16_384, of: 128_000)),
        Family("gpt-4o", .modern(16_384, of: 128_000)),
        Family("chatgpt-4o", ModelTraits(tools: false, outputSchema: false)),
        Family("gpt-5", .reasoning(128_000, of: 400_000)),
        // Without thinking, which is the default of these, they take a temperature as others do.
        Family("gpt-5.", ModelTraits(temperature: true)),
        Family("gpt-5-chat", ModelTraits(reasoning: false, temperature: true, maxOutputTokens: 16_384)),
        Family("o1", .reasoning(100_000, of: 200_000, parallelTools: false)),
        Family("o1-mini", .reasoningText(65_536, of: 128_000)),
        Family("o3", .reasoning(100_000, of: 200_000, parallelTools: false)),
        Family("o3-mini", ModelTraits(images: false, files: false)),
        Family("o4-mini", .reasoning(100_000, of: 200_000, parallelTools: false)),
        Family("gpt-5", wire: .responses, ModelTraits(takesReasoningBack: true)),
        Family("gpt-5-chat", wire: .responses, ModelTraits(takesReasoningBack: false)),
        Family("o1", wire: .responses, ModelTraits(takesReasoningBack: true)),
        Family("o3", wire: .responses, ModelTraits(takesReasoningBack: true)),
        Family("o4-mini", wire: .responses, ModelTraits(takesReasoningBack: true)),
    ]

    private static let anthropic =
        [
            Family("claude-3-haiku", ModelTraits(files: false, reasoning: false, maxOutputTokens: 4_096)),
            Family("claude-3-opus", ModelTraits(files: false, reasoning: false, maxOutputTokens: 4_096)),
            Family("claude-3-5-", ModelTraits(reasoning: false, maxOutputTokens: 8_192)),
            Family("claude-", ModelTraits(contextTokens: 200_000)),
            Family("claude-3-7-sonnet", ModelTraits(maxOutputTokens: 64_000)),
            Family("claude-opus-4-1", ModelTraits(maxOutputTokens: 32_000)),
            Family("claude-opus-4-2", ModelTraits(maxOutputTokens: 32_000)),
            Family("claude-opus-4-5", ModelTraits(maxOutputTokens: 64_000)),
            Family("claude-sonnet-4", ModelTraits(maxOutputTokens: 64_000)),
            Family("claude-haiku-4-5", ModelTraits(maxOutputTokens: 64_000)),
        ] + Self.anthropicSchemas

    /// platform.claude.com/docs/en/build-with-claude/structured-outputs, as of July 2026: Sonnet, Opus and Haiku from 4.5
    /// on. Of a later model it is taken for granted.
    private static let anthropicSchemas =
        [Family("claude-", wire: .messages, ModelTraits(outputSchema: true))]
        + [
            "claude-2", "claude-3", "claude-instant", "claude-sonnet-4-0", "claude-sonnet-4-2", "claude-sonnet-4@2",
            "claude-opus-4-0", "claude-opus-4-1", "claude-opus-4-2", "claude-opus-4@2", "claude-opus-4-1@2",
        ].map { Family($0, wire: .messages, ModelTraits(outputSchema: false)) }

    private static let others = [
        Family("gemini-2.0-flash", ModelTraits(reasoning: false, maxOutputTokens: 8_192, contextTokens: 1_048_576)),
        Family("gemini-2.5-", ModelTraits(maxOutputTokens: 65_536, contextTokens: 1_048_576)),
        Family("gemini-3", ModelTraits(maxOutputTokens: 65_536, contextTokens: 1_048_576)),
        // Knows JSON, and no schema (api-docs.deepseek.com/api/create-chat-completion). Those that think, as later ones do by
        // default, can't be made to call a tool.
        Family("deepseek-", wire: .chatCompletions, ModelTraits(forcedTools: false, outputSchema: false)),
        Family("deepseek-chat", ModelTraits(forcedTools: true, images: false, files: false)),
        Family("deepseek-reasoner", ModelTraits(forcedTools: false, images: false, files: false)),
    ]
}

extension ModelTraits {
    /// Reads and writes text; no schema and no thinking.
    fileprivate static func text(_ output: Int, of context: Int) -> ModelTraits {
        ModelTraits(
            outputSchema: false, images: false, files: false, promptCaching: false, reasoning: false,
            maxOutputTokens: output, contextTokens: context)
    }

    fileprivate static func modern(_ output: Int, of context: Int) -> ModelTraits {
        ModelTraits(
            outputSchema: true, images: true, files: true, promptCaching: true, reasoning: false,
            maxOutputTokens: output, contextTokens: context)
    }

    /// Thinks, and refuses parameters for the choice of tokens.
    fileprivate static func reasoning(_ output: Int, of context: Int, parallelTools: Bool? = nil) -> ModelTraits {
        ModelTraits(
            parallelTools: parallelTools, outputSchema: true, reasoning: true, temperature: false,
            maxOutputTokens: output, contextTokens: context)
    }

    fileprivate static func reasoningText(_ output: Int, of context: Int) -> ModelTraits {
        ModelTraits(
            tools: false, outputSchema: false, images: false, files: false, reasoning: true, takesReasoningBack: false,
            temperature: false, maxOutputTokens: output, contextTokens: context)
    }
}
