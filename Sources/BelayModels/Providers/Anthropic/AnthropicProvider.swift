import BelayCore
import BelayHTTP

/// Anthropic's messages.
struct AnthropicProvider: ModelProvider {
    /// The version of the protocol that is spoken here.
    private static let version = "2023-06-01"

    let name: String
    let settings: ProviderSettings
    private let errors: AnthropicErrors

    init(settings: ProviderSettings) {
        self.name = settings.name
        self.settings = settings
        self.errors = AnthropicErrors(text: ProviderErrorText(key: settings.key, headers: settings.headers))
    }

    func request(for request: ModelRequest, model: String, streaming: Bool) throws(ModelFailure) -> HTTPRequest {
        let mapping = AnthropicRequestMapping(model: model, streaming: streaming)
        return self.message(
            to: "/v1/messages", self.forwarded(request, to: model) ?? mapping.body(of: request).bytes(),
            accepting: streaming ? "text/event-stream" : "application/json")
    }

    /// Only of what a client wrote in this protocol: it holds nothing else than what can be counted.
    func countRequest(for request: ModelRequest, model: String) -> HTTPRequest? {
        self.forwarded(request, to: model).map {
            self.message(to: "/v1/messages/count_tokens", $0, accepting: "application/json")
        }
    }

    private func message(to path: String, _ body: [UInt8], accepting type: String) -> HTTPRequest {
        var headers: HTTPHeaderFields = ["content-type": "application/json", "anthropic-version": Self.version]
        headers["accept"] = type
        if let key = self.settings.key { headers["x-api-key"] = key.reveal() }
        for (name, value) in self.settings.headers { headers[name] = value.reveal() }
        return HTTPRequest(
            method: "POST", url: self.settings.root + path, headers: headers, body: body,
            connectTimeout: self.settings.timeouts.connect)
    }

    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer {
        try AnthropicResponseMapping(origin: self.name, errors: self.errors).answer(from: body)
    }

    func makeStream() -> any ModelStreamMachine { AnthropicStreamMachine(errors: self.errors) }

    func failure(status: Int, headers: HTTPHeaderFields, body: [UInt8], now: Timestamp) -> ModelFailure {
        self.errors.failure(status: status, body: body, retryAfter: RetryAfter.wait(in: headers, now: now))
    }
}
