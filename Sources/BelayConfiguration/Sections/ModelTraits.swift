import BelayModels

extension ModelTraits {
    static let section = Section<ModelTraits>(
        "What a model can do. What isn't said is as the built-in table has it. A path whose model can't take a request is "
            + "passed over before anything is sent.",
        make: { ModelTraits() },
        keys: [
            Self.key("tools", \.tools, "It calls tools."),
            Self.key("parallel_tools", \.parallelTools, "It can be told whether to call several tools at once."),
            Self.key("forced_tools", \.forcedTools, "It can be made to call a certain tool."),
            Self.key(
                "output_schema", \.outputSchema,
                "The provider holds it to a JSON Schema. Else JSON of a schema is asked for as the arguments of a tool that "
                    + "it has to call, or in its instructions."),
            Self.key("images", \.images, "It takes images."),
            Self.key("files", \.files, "It takes files."),
            Self.key("prompt_caching", \.promptCaching, "The provider keeps the beginnings of its prompts."),
            Self.key("reasoning", \.reasoning, "It thinks, and can be told how much."),
            Self.key(
                "reasoning_back", \.takesReasoningBack,
                "It wants its earlier reasoning back: in chat completions as `reasoning_content`."),
            Self.key("temperature", \.temperature, "It takes a temperature and `top_p`; else they are left out."),
            Key(
                "max_output_tokens", optional: \.maxOutputTokens, .integer(1...10_000_000), default: "the table's",
                "The most output tokens that may be asked for; more is sent as this."),
            Key(
                "context_tokens", optional: \.contextTokens, .integer(1...100_000_000), default: "the table's",
                "Tokens of a whole conversation with its answer."),
        ])

    private static func key(
        _ name: String, _ path: WritableKeyPath<ModelTraits, Bool?> & Sendable, _ meaning: String
    ) -> Key<ModelTraits> {
        Key(name, optional: path, .boolean, default: "the table's", meaning)
    }
}
