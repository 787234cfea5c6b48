import BelayCore
import BelayHTTP

/// OpenAI's responses.
struct OpenAIResponsesProvider: EmbeddingProvider {
    let name: String
    let settings: ProviderSettings
    private let errors: OpenAIErrors
    private let variation: OpenAIVariation

    init(settings: ProviderSettings) {
        self.name = settings.name
        self.settings = settings
        self.errors = OpenAIErrors(text: ProviderErrorText(key: settings.key, headers: settings.headers))
        self.variation = OpenAIVariation(settings)
    }

    func request(for request: ModelRequest, model: String, streaming: Bool) throws(ModelFailure) -> HTTPRequest {
        let mapping = OpenAIResponsesRequestMapping(
            model: model, streaming: streaming, isVendor: self.settings.isVendor,
            keepsReasoning: self.settings.capabilities(of: model).takesReasoningBack)
        return HTTPRequest(
            method: "POST", url: self.settings.root + "/responses",
            headers: self.variation.headers(
                self.settings, accepting: streaming ? "text/event-stream" : "application/json"),
            body: self.forwarded(request, to: model) ?? mapping.body(of: request).bytes(),
            connectTimeout: self.settings.timeouts.connect)
    }

    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer {
        try OpenAIResponsesMapping(origin: self.name, errors: self.errors).answer(from: body)
    }

    func makeStream() -> any ModelStreamMachine { OpenAIResponsesStreamMachine(errors: self.errors) }

    func failure(status: Int, headers: HTTPHeaderFields, body: [UInt8], now: Timestamp) -> ModelFailure {
        self.errors.failure(status: status, body: body, retryAfter: RetryAfter.wait(in: headers, now: now))
    }

    func request(for request: EmbeddingRequest, model: String) -> HTTPRequest {
        OpenAIEmbeddings(settings: self.settings, errors: self.errors).request(for: request, model: model)
    }

    func embeddings(from body: [UInt8], count: Int) throws(ModelFailure) -> Embeddings {
        try OpenAIEmbeddings(settings: self.settings, errors: self.errors).embeddings(from: body, count: count)
    }
}
