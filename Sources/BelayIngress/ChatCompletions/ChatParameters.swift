/// The parameters of chat completions, after the typed models of OpenAI's own Python library, 3.54.
package enum ChatParameters {
    package static let table = ParameterTable([
        .mapped("messages"), .mapped("model"), .mapped("stream"), .mapped("stream_options"),
        .mapped("max_tokens"), .mapped("max_completion_tokens"), .mapped("temperature"), .mapped("top_p"),
        .mapped("stop"), .mapped("seed"), .mapped("tools"), .mapped("tool_choice"), .mapped("parallel_tool_calls"),
        .mapped("response_format"), .mapped("reasoning_effort"), .mapped("user"), .mapped("safety_identifier"),
        .mapped("metadata"),
        .hint("frequency_penalty", "other vendors have no penalty for repeated tokens"),
        .hint("presence_penalty", "other vendors have no penalty for repeated tokens"),
        .hint("logit_bias", "token numbers are those of one vendor's models"),
        .hint("prediction", "it only makes an answer faster"),
        .hint("prompt_cache_key", "it only steers a vendor's cache"),
        .hint("prompt_cache_options", "it only steers a vendor's cache"),
        .hint("prompt_cache_retention", "it only steers a vendor's cache"),
        .hint("service_tier", "tiers are those of one vendor"),
        .hint("store", "it only concerns the vendor's own store"),
        .hint("verbosity", "other vendors have no such dial"),
        .demand("audio", "other vendors don't answer with sound"),
        .demand("modalities", "other vendors answer with text only", except: [["text"]]),
        .demand("n", "other vendors give one answer to a request", except: [1]),
        .demand("logprobs", "other vendors don't tell probabilities", except: [false]),
        .demand("top_logprobs", "other vendors don't tell probabilities", except: [0]),
        .demand("functions", "the predecessor of 'tools' is known to OpenAI only"),
        .demand("function_call", "the predecessor of 'tool_choice' is known to OpenAI only", except: ["auto"]),
        .demand("web_search_options", "the search is a tool of OpenAI's own"),
        .demand("moderation", "the moderation is OpenAI's own"),
    ])
}
