import BelayJSON

/// What a response repeats of its request, with OpenAI's defaults for what was left out.
enum ResponsesEcho {
    private static let defaults: [(key: String, value: JSON)] = [
        ("instructions", .null), ("max_output_tokens", .null), ("max_tool_calls", .null), ("metadata", [:]),
        ("parallel_tool_calls", true), ("previous_response_id", .null), ("prompt_cache_key", .null),
        ("reasoning", ["effort": nil, "summary": nil]), ("safety_identifier", .null), ("service_tier", .null),
        ("temperature", .null), ("text", ["format": ["type": "text"]]), ("tool_choice", "auto"), ("tools", []),
        ("top_logprobs", 0), ("top_p", .null), ("truncation", "disabled"), ("user", .null),
    ]

    static func members(of body: JSON) -> JSON.Object {
        JSON.Object(
            self.defaults.map { member in
                guard let value = body[member.key], !value.isNull else { return member }
                return (member.key, value)
            })
    }
}
