import BelayCore
import BelayJSON

/// Usage in buckets that don't overlap: here the prompt includes what was cached, and the completion its reasoning.
enum OpenAIUsageMapping {
    /// - Returns: Nil when there is no usage, as in all chunks of a stream but the last.
    static func usage(_ json: JSON?, variation: OpenAIVariation? = nil) -> Usage? {
        guard let json, var figures = UsageFigures(json) else { return nil }
        var nested = UsageFigures.Nested()
        nested.input = figures.count("prompt_tokens")
        nested.output = figures.count("completion_tokens")
        nested.total = figures.count("total_tokens")
        // Some servers have their own name for the cached part.
        nested.cacheRead =
            figures.count("prompt_tokens_details", "cached_tokens") ?? figures.count("prompt_cache_hit_tokens") ?? 0
        nested.cacheWrite = figures.count("prompt_tokens_details", "cache_write_tokens") ?? 0
        nested.reasoning = figures.count("completion_tokens_details", "reasoning_tokens") ?? 0
        nested.reasoningIsBeside = variation?.reasoningIsBesideCompletion == true
        var usage = figures.usage(nested)
        guard variation?.reportsCost == true, let cost = json["cost"], !cost.isNull else { return usage }
        usage.reportedCost = Self.cost(json)
        if usage.reportedCost == nil { usage.anomalies.insert(.costUnreadable) }
        return usage
    }

    /// OpenRouter's `cost`, in dollars. With a key of the customer's own (`is_byok`) that is OpenRouter's fee only, and what
    /// the model's vendor charges comes on top.
    private static func cost(_ json: JSON) -> Money? {
        guard var dollars = json["cost"]?.doubleValue else { return nil }
        if json["is_byok"]?.boolValue == true {
            dollars += json["cost_details"]?["upstream_inference_cost"]?.doubleValue ?? 0
        }
        guard dollars >= 0, dollars < 1_000_000 else { return nil }
        return Money(nanoDollars: Int64((dollars * 1_000_000_000).rounded()))
    }
}
