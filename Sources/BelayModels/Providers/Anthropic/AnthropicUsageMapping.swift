import BelayCore
import BelayJSON

/// Usage in buckets that don't overlap. The input excludes what the cache took or gave; the output includes its
/// reasoning. In a stream the figures are cumulative.
enum AnthropicUsageMapping {
    /// - Parameter before: What earlier events of the stream said; a figure that is missing keeps its value.
    static func usage(_ json: JSON?, after before: Usage = .zero) -> Usage {
        let total = Self.count(json?["output_tokens"]) ?? before.totalOutput
        let thinking = Self.count(json?["output_tokens_details"]?["thinking_tokens"]) ?? before.reasoning
        let reasoning = min(total, thinking)
        return Usage(
            freshInput: Self.count(json?["input_tokens"]) ?? before.freshInput,
            cacheRead: Self.count(json?["cache_read_input_tokens"]) ?? before.cacheRead,
            cacheWrite: Self.count(json?["cache_creation_input_tokens"]) ?? before.cacheWrite,
            output: total - reasoning, reasoning: reasoning,
            longCacheWrite: Self.count(json?["cache_creation"]?["ephemeral_1h_input_tokens"])
                ?? before.longCacheWrite)
    }

    /// Never negative and never so large that sums could overflow.
    private static func count(_ json: JSON?) -> Int? {
        json?.intValue.map { min(1 << 40, max(0, $0)) }
    }
}
