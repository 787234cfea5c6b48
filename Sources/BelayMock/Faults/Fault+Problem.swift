extension Fault {
    /// The error that the provider answers with, for kinds that are one.
    var problem: ProviderProblem {
        switch self.kind {
        case .unauthorized: ProviderProblem(.invalidKey, "The API key is not valid.")
        case .rateLimited: ProviderProblem(.rateLimited, "Rate limit reached for requests; try again later.")
        case .quotaExhausted: ProviderProblem(.quotaExhausted, "The account has no credit left; see its billing page.")
        case .unavailable: ProviderProblem(.unavailable, "The service is not available for the moment.")
        case .overloaded: ProviderProblem(.overloaded, "Overloaded")
        case .contextOverflow:
            ProviderProblem(
                .contextOverflow, "prompt is too long: the maximum context length of this model is exceeded",
                parameter: "messages")
        case .prefillRefused:
            ProviderProblem(
                .invalidRequest,
                "This model does not support assistant message prefill. The conversation must end with a user message.")
        default: ProviderProblem(.serverError, "The server had an error while it processed this request.")
        }
    }
}
