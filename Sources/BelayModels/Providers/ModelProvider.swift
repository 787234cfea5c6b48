import BelayCore
import BelayHTTP
import BelayJSON

/// How one vendor's protocol is spoken. Pure: it maps values, and never sends anything.
package protocol ModelProvider: Sendable {
    /// The name in the configuration; reasoning that this provider wrote carries it.
    var name: String { get }
    var settings: ProviderSettings { get }

    /// - Parameter request: As `ModelCapabilities.adapted` left it.
    /// - Throws: `ModelFailure` when the request can't be expressed in this protocol.
    func request(for request: ModelRequest, model: String, streaming: Bool) throws(ModelFailure) -> HTTPRequest

    /// Asks how many tokens the input of a request has; nil where the provider can't tell, or only its own protocol can ask.
    func countRequest(for request: ModelRequest, model: String) -> HTTPRequest?

    /// Reads the body of a success that was not streamed.
    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer

    /// Reads a success that is streamed.
    func makeStream() -> any ModelStreamMachine

    /// What a response that is no success means.
    ///
    /// - Parameter now: For a Retry-After that is a date.
    func failure(status: Int, headers: HTTPHeaderFields, body: [UInt8], now: Timestamp) -> ModelFailure
}

extension ModelProvider {
    /// What it speaks: the body of a client who speaks the same is sent as it is.
    var wire: OriginalBody.Wire { self.settings.kind.wire }

    func countRequest(for request: ModelRequest, model: String) -> HTTPRequest? { nil }

    /// Whether the client's own body goes to this provider.
    func forwards(_ request: ModelRequest) -> Bool { request.original?.wire == self.wire }

    /// The client's own body, when it speaks this provider's protocol.
    func forwarded(_ request: ModelRequest, to model: String) -> [UInt8]? {
        self.forwards(request) ? request.original?.bytes(for: model) : nil
    }
}

/// A provider that also makes vectors of texts.
package protocol EmbeddingProvider: ModelProvider {
    func request(for request: EmbeddingRequest, model: String) -> HTTPRequest

    /// Reads the body of a success.
    ///
    /// - Parameter count: How many inputs there were.
    func embeddings(from body: [UInt8], count: Int) throws(ModelFailure) -> Embeddings
}

/// Reads one streamed answer, event by event. Pure: bytes come from outside, failures are thrown as values.
package protocol ModelStreamMachine: Sendable {
    /// What the provider has reported so far, whether the stream succeeds or not: it is billed.
    var usage: Usage { get set }
    /// Whether that is the usage of the whole answer, reported at its end.
    var isUsageFinal: Bool { get }
    /// The terminal event has been seen: the answer is complete and nothing more is read.
    var isFinished: Bool { get }

    /// - Returns: What the event says; nothing for one that only keeps the connection alive.
    /// - Throws: `ModelFailure` when the event reports one, is malformed, or breaks the protocol.
    mutating func apply(_ event: ServerSentEvent) throws(ModelFailure) -> [ModelStreamEvent]

    /// The usage that stands in an event; nil when there is none in it.
    func usage(in event: JSON) -> Usage?
}

extension ModelStreamMachine {
    /// Takes the end of the connection.
    ///
    /// - Throws: `ModelFailure` of kind `cutStream` unless the terminal event came before.
    package func end() throws(ModelFailure) {
        guard !self.isFinished else { return }
        throw ModelFailure(.cutStream, message: "the stream ended without its terminal event", usage: self.billedUsage)
    }

    /// For a failure: nil when nothing was reported.
    package var billedUsage: Usage? { self.usage.ifReported }

    /// Takes an event after the end, to which nothing belongs but, where a server is late, its usage.
    ///
    /// - Returns: Whether there was any.
    mutating func applyLate(_ event: ServerSentEvent) -> Bool {
        // What is no JSON has no usage either.
        guard let json = try? JSON.parse(event.data), let late = self.usage(in: json) else { return false }
        self.usage = self.usage.followed(afterEndBy: late)
        return true
    }
}
