import BelayCore

/// What an HTTP status means when the body doesn't say.
enum StatusMapping {
    static func kind(of status: Int) -> ModelFailure.Kind {
        switch status {
        // Never followed: the key would go to another host. The base URL is wrong.
        case 300...399: .notFound
        case 401, 403, 407: .authentication
        case 402: .quotaExhausted
        case 404, 405, 410: .notFound
        case 408, 409, 425: .serverError
        case 413: .contextTooLong
        case 429: .rateLimited
        case 400...499: .badRequest
        case 503, 529: .overloaded
        case 500...599: .serverError
        default: .malformedResponse
        }
    }

    /// For people, where the body has no message.
    static func description(of status: Int) -> String {
        guard (300...399).contains(status) else { return "HTTP \(status)" }
        return "HTTP \(status): a redirect, which is not followed since the key would go with it; check the base URL"
    }

    /// Anthropic's words for it, and those of servers that demand a user at the end.
    static func saysPrefillIsRefused(_ lowercased: String) -> Bool {
        [
            "assistant message prefill", "conversation must end with a user message", "expected last role user",
            "prefill is not supported", "prefilling assistant messages is not supported",
        ].contains { lowercased.contains($0) }
    }

    /// Servers that speak a vendor's protocol have their own words for this, and no code.
    static func saysContextIsTooLong(_ lowercased: String) -> Bool {
        [
            "maximum context length", "context length exceeded", "context_length_exceeded", "prompt is too long",
            "exceeds the context window", "exceeds the available context size", "input is too long",
            "input length and `max_tokens` exceed context limit", "exceeds the maximum number of tokens allowed",
        ].contains { lowercased.contains($0) }
    }
}
