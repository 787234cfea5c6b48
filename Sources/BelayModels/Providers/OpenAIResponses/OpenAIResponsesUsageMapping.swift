import BelayCore
import BelayJSON

/// Usage in buckets that don't overlap: here the input includes what was cached, and the output its reasoning.
enum OpenAIResponsesUsageMapping {
    /// - Returns: Nil when there is no usage, as in a response that has only begun.
    static func usage(_ json: JSON?) -> Usage? {
        guard let json, json.objectValue != nil else { return nil }
        let input = Self.count(json["input_tokens"])
        let output = Self.count(json["output_tokens"])
        let details = json["input_tokens_details"]
        let read = min(input, Self.count(details?["cached_tokens"]))
        let written = min(input - read, Self.count(details?["cache_write_tokens"]))
        let reasoning = min(output, Self.count(json["output_tokens_details"]?["reasoning_tokens"]))
        return Usage(
            freshInput: input - read - written, cacheRead: read, cacheWrite: written, output: output - reasoning,
            reasoning: reasoning)
    }

    /// Never negative and never so large that sums could overflow.
    private static func count(_ json: JSON?) -> Int {
        min(1 << 40, max(0, json?.intValue ?? 0))
    }
}
