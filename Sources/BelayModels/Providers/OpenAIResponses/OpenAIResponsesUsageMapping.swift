import BelayCore
import BelayJSON

/// Usage in buckets that don't overlap: here the input includes what was cached, and the output its reasoning.
enum OpenAIResponsesUsageMapping {
    /// - Returns: Nil when there is no usage, as in a response that has only begun.
    static func usage(_ json: JSON?) -> Usage? {
        guard var figures = UsageFigures(json) else { return nil }
        var nested = UsageFigures.Nested()
        nested.input = figures.count("input_tokens")
        nested.output = figures.count("output_tokens")
        nested.total = figures.count("total_tokens")
        nested.cacheRead = figures.count("input_tokens_details", "cached_tokens") ?? 0
        nested.cacheWrite = figures.count("input_tokens_details", "cache_write_tokens") ?? 0
        nested.reasoning = figures.count("output_tokens_details", "reasoning_tokens") ?? 0
        return figures.usage(nested)
    }
}
