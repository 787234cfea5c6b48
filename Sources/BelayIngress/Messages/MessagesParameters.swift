/// The parameters of Anthropic's messages, after the typed models of its own Python library, 2.12, with the betas, and
/// the three that older models and clients use.
package enum MessagesParameters {
    package static let table = ParameterTable([
        .mapped("model"), .mapped("messages"), .mapped("max_tokens"), .mapped("system"), .mapped("stream"),
        .mapped("stop_sequences"), .mapped("temperature"), .mapped("top_p"), .mapped("tools"), .mapped("tool_choice"),
        .mapped("metadata"), .mapped("thinking"), .mapped("output_config"), .mapped("output_format"),
        .hint("top_k", "other vendors can't sample this way"),
        .hint("cache_control", "it only steers a vendor's cache"),
        .hint("diagnostics", "it only asks for a vendor's diagnostics"),
        .hint("service_tier", "tiers are those of one vendor"),
        .hint("speed", "speeds are those of one vendor"),
        .hint("workspace_id", "workspaces are those of one vendor"),
        .hint("billing_policy", "it only concerns the vendor's bill"),
        .demand("compaction", "the compaction is Anthropic's own"),
        .demand("container", "containers are Anthropic's own"),
        .demand("context_management", "the editing of contexts is Anthropic's own"),
        .demand("fallback_credit_token", "it concerns the vendor's bill"),
        .demand("fallbacks", "fallbacks between models are Anthropic's own here"),
        .demand("inference_geo", "no other vendor promises a place"),
        .demand("mcp_servers", "these servers are called by Anthropic"),
        .demand("thread", "threads lie with Anthropic"),
        .demand("user_profile_id", "profiles lie with Anthropic"),
    ])

    /// Those of `POST /v1/messages/count_tokens`.
    package static let countingTable = ParameterTable(
        table.parameters.filter { !Self.notCounted.contains($0.name) })

    private static let notCounted: Set<String> = [
        "max_tokens", "stream", "stop_sequences", "temperature", "top_p", "top_k", "metadata", "diagnostics",
        "service_tier", "container", "inference_geo", "billing_policy", "fallbacks", "fallback_credit_token", "thread",
    ]
}
