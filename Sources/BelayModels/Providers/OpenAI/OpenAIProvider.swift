import BelayCore
import BelayHTTP

/// OpenAI's chat completions, and every server that speaks them.
struct OpenAIProvider: EmbeddingProvider {
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
        let mapping = OpenAIRequestMapping(model: model, streaming: streaming, variation: self.variation)
        return HTTPRequest(
            method: "POST", url: self.variation.url(self.settings.root, "/chat/completions", model: model),
            headers: self.variation.headers(
                self.settings, accepting: streaming ? "text/event-stream" : "application/json"),
            body: self.forwarded(request, to: model) ?? mapping.body(of: request).bytes(),
            connectTimeout: self.settings.timeouts.connect)
    }

    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer {
        try OpenAIResponseMapping(origin: self.name, errors: self.errors, variation: self.variation).answer(from: body)
    }

    func makeStream() -> any ModelStreamMachine {
        OpenAIStreamMachine(errors: self.errors, variation: self.variation)
    }

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
