import BelayCore
import BelayJSON

/// Usage in buckets that don't overlap. The input excludes what the cache took or gave; the output includes its
/// reasoning. In a stream the figures are cumulative.
enum AnthropicUsageMapping {
    /// - Parameter before: What earlier events of the stream said; a figure that is missing keeps its value.
    static func usage(_ json: JSON?, after before: Usage = .zero) -> Usage {
        guard var figures = UsageFigures(json) else { return before }
        let total = figures.count("output_tokens") ?? before.totalOutput
        let reasoning = figures.count("output_tokens_details", "thinking_tokens") ?? before.reasoning
        if reasoning > total { figures.note(.reasoningAboveOutput) }
        let short = figures.count("cache_creation", "ephemeral_5m_input_tokens") ?? 0
        let long = figures.count("cache_creation", "ephemeral_1h_input_tokens") ?? before.longCacheWrite
        let written = figures.count("cache_creation_input_tokens") ?? max(before.cacheWrite, short + long)
        // The two kinds of writing are all of it: where they are more, the sum that is reported can't be.
        if short + long > written { figures.note(.cacheAboveInput) }
        var usage = Usage(
            freshInput: figures.count("input_tokens") ?? before.freshInput,
            cacheRead: figures.count("cache_read_input_tokens") ?? before.cacheRead,
            cacheWrite: max(written, short + long), output: reasoning > total ? total : total - reasoning,
            reasoning: reasoning, longCacheWrite: long)
        usage.anomalies = figures.anomalies
        return before.followed(by: usage)
    }
}
