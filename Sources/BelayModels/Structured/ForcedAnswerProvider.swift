import BelayCore
import BelayHTTP

/// A provider whose model was made to give its answer as the call of a tool, read as if it had written it.
struct ForcedAnswerProvider: ModelProvider {
    let base: any ModelProvider

    var name: String { self.base.name }
    var settings: ProviderSettings { self.base.settings }

    func request(for request: ModelRequest, model: String, streaming: Bool) throws(ModelFailure) -> HTTPRequest {
        try self.base.request(for: request, model: model, streaming: streaming)
    }

    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer {
        try ForcedAnswer.read(self.base.answer(from: body))
    }

    func makeStream() -> any ModelStreamMachine { ForcedAnswerStream(base: self.base.makeStream()) }

    func failure(status: Int, headers: HTTPHeaderFields, body: [UInt8], now: Timestamp) -> ModelFailure {
        self.base.failure(status: status, headers: headers, body: body, now: now)
    }
}
