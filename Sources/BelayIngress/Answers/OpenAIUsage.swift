import BelayCore
import BelayJSON

/// Usage in OpenAI's overlapping figures: the input includes what the cache gave or took, the output its reasoning.
enum OpenAIUsage {
    static func chat(_ usage: Usage) -> JSON {
        [
            "prompt_tokens": JSON(usage.totalInput), "completion_tokens": JSON(usage.totalOutput),
            "total_tokens": JSON(usage.total),
            "prompt_tokens_details": [
                "cached_tokens": JSON(usage.cacheRead), "cache_write_tokens": JSON(usage.cacheWrite),
            ],
            "completion_tokens_details": ["reasoning_tokens": JSON(usage.reasoning)],
        ]
    }

    static func responses(_ usage: Usage) -> JSON {
        [
            "input_tokens": JSON(usage.totalInput),
            "input_tokens_details": [
                "cached_tokens": JSON(usage.cacheRead), "cache_write_tokens": JSON(usage.cacheWrite),
            ],
            "output_tokens": JSON(usage.totalOutput),
            "output_tokens_details": ["reasoning_tokens": JSON(usage.reasoning)],
            "total_tokens": JSON(usage.total),
        ]
    }
}
