import BelayCore
import BelayHTTP

/// OpenAI's chat completions, and every server that speaks them.
struct OpenAIProvider: ModelProvider {
    let name: String
    let settings: ProviderSettings
    private let errors: OpenAIErrors

    init(settings: ProviderSettings) {
        self.name = settings.name
        self.settings = settings
        self.errors = OpenAIErrors(text: ProviderErrorText(key: settings.key, headers: settings.headers))
    }

    var wire: OriginalBody.Wire { .chatCompletions }

    var capabilities: ProviderCapabilities {
        ProviderCapabilities(enforcesOutputSchema: true, takesReasoningBack: false, maxTemperature: 2)
    }

    func request(for request: ModelRequest, model: String, streaming: Bool) throws(ModelFailure) -> HTTPRequest {
        let mapping = OpenAIRequestMapping(model: model, streaming: streaming, isVendor: self.settings.isVendor)
        var headers: HTTPHeaderFields = ["content-type": "application/json"]
        headers["accept"] = streaming ? "text/event-stream" : "application/json"
        if let key = self.settings.key { headers["authorization"] = "Bearer \(key.reveal())" }
        for (name, value) in self.settings.headers { headers[name] = value.reveal() }
        return HTTPRequest(
            method: "POST", url: self.settings.root + "/chat/completions", headers: headers,
            body: self.forwarded(request, to: model) ?? mapping.body(of: request).bytes(),
            connectTimeout: self.settings.timeouts.connect)
    }

    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer {
        try OpenAIResponseMapping(origin: self.name, errors: self.errors).answer(from: body)
    }

    func makeStream() -> any ModelStreamMachine { OpenAIStreamMachine(errors: self.errors) }

    func failure(status: Int, headers: HTTPHeaderFields, body: [UInt8], now: Timestamp) -> ModelFailure {
        self.errors.failure(status: status, body: body, retryAfter: RetryAfter.wait(in: headers, now: now))
    }
}
