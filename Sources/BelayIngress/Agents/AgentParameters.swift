import BelayJSON

/// Which of a protocol's parameters an agent takes.
enum AgentParameters {
    /// - Throws: `IngressProblem` for the first one that an agent can't do as it is told.
    static func check(_ body: Field, of wire: IngressProtocol) throws(IngressProblem) {
        for (name, value) in try body.object() where !value.isNull {
            if Self.taken.contains(name) || Self.harmless[name]?.contains(value) == true { continue }
            if case .forwarded(.leftOut)? = wire.parameters[name]?.treatment { continue }
            if let parameter = wire.parameters[name], parameter.harmless.contains(value) { continue }
            throw IngressProblem(
                .unsupported, at: ParameterPath(name),
                "an agent takes no such parameter: its instructions, tools, model and limits are its own.")
        }
    }

    private static let taken: Set<String> = [
        "model", "messages", "input", "stream", "stream_options", "user", "safety_identifier", "metadata",
        "max_tokens", "max_completion_tokens", "max_output_tokens", "include", "parallel_tool_calls",
    ]

    /// Values that ask for nothing special, some of which client libraries send by themselves.
    private static let harmless: [String: [JSON]] = [
        "tools": [[]], "functions": [[]], "tool_choice": ["auto", "none", ["type": "auto"], ["type": "none"]],
        "response_format": [["type": "text"]], "text": [[:], ["format": ["type": "text"]]],
        "temperature": [1], "top_p": [1], "stop": [[]], "stop_sequences": [[]], "reasoning": [[:]],
        "thinking": [["type": "disabled"]], "system": ["", []], "instructions": [""],
    ]
}
