import BelayCore
import BelayJSON

/// Usage in Anthropic's figures: the input excludes what the cache gave or took, the output includes its reasoning.
enum AnthropicUsage {
    static func json(_ usage: Usage) -> JSON {
        [
            "input_tokens": JSON(usage.freshInput), "cache_creation_input_tokens": JSON(usage.cacheWrite),
            "cache_read_input_tokens": JSON(usage.cacheRead), "output_tokens": JSON(usage.totalOutput),
            "output_tokens_details": ["thinking_tokens": JSON(usage.reasoning)],
        ]
    }
}
