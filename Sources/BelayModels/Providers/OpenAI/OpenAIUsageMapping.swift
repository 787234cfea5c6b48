import BelayCore
import BelayJSON

/// Usage in buckets that don't overlap: here the prompt includes what was cached, and the completion its reasoning.
enum OpenAIUsageMapping {
    /// - Returns: Nil when there is no usage, as in all chunks of a stream but the last.
    static func usage(_ json: JSON?) -> Usage? {
        guard let json, json.objectValue != nil else { return nil }
        let prompt = Self.count(json["prompt_tokens"])
        let completion = Self.count(json["completion_tokens"])
        // Some servers have their own name for the cached part.
        let cached = json["prompt_tokens_details"]?["cached_tokens"] ?? json["prompt_cache_hit_tokens"]
        let read = min(prompt, Self.count(cached))
        let reasoning = min(completion, Self.count(json["completion_tokens_details"]?["reasoning_tokens"]))
        return Usage(
            freshInput: prompt - read, cacheRead: read, output: completion - reasoning, reasoning: reasoning)
    }

    /// Never negative and never so large that sums could overflow.
    private static func count(_ json: JSON?) -> Int {
        min(1 << 40, max(0, json?.intValue ?? 0))
    }
}
