/// The parameters of OpenAI's responses, after the typed models of its own Python library, 3.54.
package enum ResponsesParameters {
    package static let table = ParameterTable([
        .mapped("input"), .mapped("instructions"), .mapped("model"), .mapped("stream"), .mapped("stream_options"),
        .mapped("max_output_tokens"), .mapped("temperature"), .mapped("top_p"), .mapped("tools"),
        .mapped("tool_choice"), .mapped("parallel_tool_calls"), .mapped("reasoning"), .mapped("text"),
        .mapped("include"), .mapped("user"), .mapped("safety_identifier"), .mapped("metadata"),
        .hint("image", "it only concerns the vendor's handling of images"),
        .hint("max_tool_calls", "it only bounds the vendor's own tools"),
        .hint("prompt_cache_key", "it only steers a vendor's cache"),
        .hint("prompt_cache_options", "it only steers a vendor's cache"),
        .hint("prompt_cache_retention", "it only steers a vendor's cache"),
        .hint("service_tier", "tiers are those of one vendor"),
        .hint("store", "answers are not stored here"),
        .hint("truncation", "a conversation that is too long is refused"),
        .demand("access_programs", "these programs are OpenAI's own"),
        .demand("background_options", "answers are not stored here"),
        .demand("context_management", "the compaction is OpenAI's own"),
        .demand("conversation", "the conversation lies with OpenAI"),
        .demand("moderation", "the moderation is OpenAI's own"),
        .demand("previous_response_id", "the earlier response lies with OpenAI"),
        .demand("prompt", "the prompt lies with OpenAI"),
        .demand("top_logprobs", "other vendors don't tell probabilities", except: [0]),
        .refused(
            "background", "a response that is made in the background has to be asked for later, and none is stored",
            except: [false]),
    ])
}
