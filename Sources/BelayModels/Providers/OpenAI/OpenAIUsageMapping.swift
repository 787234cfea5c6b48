import BelayCore
import BelayJSON

/// Usage in buckets that don't overlap: here the prompt includes what was cached, and the completion its reasoning.
enum OpenAIUsageMapping {
    /// - Returns: Nil when there is no usage, as in all chunks of a stream but the last.
    static func usage(_ json: JSON?, variation: OpenAIVariation? = nil) -> Usage? {
        guard let json, json.objectValue != nil else { return nil }
        let prompt = Self.count(json["prompt_tokens"])
        var completion = Self.count(json["completion_tokens"])
        var beside = 0
        if variation?.reasoningIsBesideCompletion == true {
            beside = max(0, Self.count(json["total_tokens"]) - prompt - completion)
            completion += beside
        }
        // Some servers have their own name for the cached part.
        let cached = json["prompt_tokens_details"]?["cached_tokens"] ?? json["prompt_cache_hit_tokens"]
        let read = min(prompt, Self.count(cached))
        let written = min(prompt - read, Self.count(json["prompt_tokens_details"]?["cache_write_tokens"]))
        let reported = Self.count(json["completion_tokens_details"]?["reasoning_tokens"])
        let reasoning = min(completion, max(beside, reported))
        return Usage(
            freshInput: prompt - read - written, cacheRead: read, cacheWrite: written,
            output: completion - reasoning, reasoning: reasoning,
            reportedCost: variation?.reportsCost == true ? Self.cost(json) : nil)
    }

    /// OpenRouter's `cost`, in dollars. With a key of the customer's own (`is_byok`) that is OpenRouter's fee only, and what
    /// the model's vendor charges comes on top.
    private static func cost(_ json: JSON) -> Money? {
        guard var dollars = json["cost"]?.doubleValue else { return nil }
        if json["is_byok"]?.boolValue == true {
            dollars += json["cost_details"]?["upstream_inference_cost"]?.doubleValue ?? 0
        }
        guard dollars >= 0, dollars < 1_000_000_000 else { return nil }
        return Money(nanoDollars: Int64((dollars * 1_000_000_000).rounded()))
    }

    /// Never negative and never so large that sums could overflow.
    private static func count(_ json: JSON?) -> Int {
        min(1 << 40, max(0, json?.intValue ?? 0))
    }
}
