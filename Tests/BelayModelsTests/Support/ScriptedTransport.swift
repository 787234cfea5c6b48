import BelayHTTP
import BelayJSON
import BelayResilience

/// A transport that answers from a list, in order, and remembers what it was sent.
final class ScriptedTransport: HTTPTransport {
    enum Reply: Sendable {
        case response(HTTPResponse)
        case failure(HTTPTransportError)
        /// Headers never come.
        case silence
    }

    private struct State: Sendable {
        var replies: [Reply]
        var requests: [HTTPRequest] = []
    }

    private let state: Locked<State>
    /// What comes when the list is used up.
    private let last: Reply

    init(_ replies: [Reply], then last: Reply = .response(HTTPResponse(status: 500))) {
        self.state = Locked(State(replies: replies))
        self.last = last
    }

    var requests: [HTTPRequest] { self.state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let reply = self.state.withLock { state in
            state.requests.append(request)
            return state.replies.isEmpty ? self.last : state.replies.removeFirst()
        }
        switch reply {
        case .response(let response): return response
        case .failure(let error): throw error
        case .silence:
            try await ContinuousClock().sleep(for: .seconds(3_600))  // Ended by cancellation, long before.
            throw HTTPTransportError(.other, "nobody cancelled")
        }
    }
}

extension ScriptedTransport.Reply {
    static func json(_ body: JSON, status: Int = 200, headers: HTTPHeaderFields = [:]) -> Self {
        var headers = headers
        headers["content-type"] = "application/json"
        return .response(HTTPResponse(status: status, headers: headers, body: HTTPResponseBody(body.bytes())))
    }

    static func status(_ status: Int, headers: HTTPHeaderFields = [:]) -> Self {
        .response(HTTPResponse(status: status, headers: headers))
    }

    /// OpenAI's words for an account without a balance.
    static let usedUpQuota = Self.json(
        ["error": ["message": "…", "type": "insufficient_quota", "code": "insufficient_quota"]], status: 429)

    /// An answer of the OpenAI protocol.
    static func answer(_ text: String, model: String = "m") -> Self { .json(Samples.openAIAnswer(text, model: model)) }

    /// Server-sent events; with an error after them when the stream is to break.
    static func events(_ data: [String], then error: HTTPTransportError? = nil) -> Self {
        let bytes = data.map { Array("data: \($0)\n\n".utf8) }
        return .response(
            HTTPResponse(
                status: 200, headers: ["content-type": "text/event-stream"],
                body: HTTPResponseBody(Samples.chunks(bytes, then: error), limit: 1 << 20)))
    }

    /// Events after which the stream stays open and silent.
    static func stalling(_ data: [String]) -> Self {
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        for event in data { continuation.yield(Array("data: \(event)\n\n".utf8)) }
        return .response(
            HTTPResponse(
                status: 200, headers: ["content-type": "text/event-stream"],
                body: HTTPResponseBody(Held(stream: stream, continuation: continuation), limit: 1 << 20)))
    }
}

/// Keeps the continuation of a stream alive, so that it stays open.
private struct Held: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error
    let stream: AsyncThrowingStream<[UInt8], any Error>
    let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

    func makeAsyncIterator() -> Iterator {
        Iterator(base: self.stream.makeAsyncIterator(), continuation: self.continuation)
    }

    struct Iterator: AsyncIteratorProtocol {
        var base: AsyncThrowingStream<[UInt8], any Error>.AsyncIterator
        let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

        mutating func next() async throws -> [UInt8]? {
            guard let chunk = try await self.base.next() else {
                try Task.checkCancellation()
                return nil
            }
            return chunk
        }
    }
}
