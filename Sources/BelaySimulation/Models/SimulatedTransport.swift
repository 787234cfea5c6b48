import BelayHTTP
import BelayJSON

/// The network between a process and the vendors of models.
struct SimulatedTransport: HTTPTransport {
    let world: World
    let vendors: Vendors

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let kind = VendorKind(url: request.url)
        let fault = self.draw()
        if let fault {
            self.world.count("model faults")
            self.world.tell(self.world.speaker, "\(kind) \(fault)")
        }
        switch fault {
        case .noConnection:
            try await self.world.pass(0...200)
            throw HTTPTransportError(.connectFailed, "refused")
        case .hangs: try await self.world.pass(400_000...500_000)
        case .slow: try await self.world.pass(5_000...90_000)
        default: try await self.world.pass(1...900)
        }
        if fault == .closedEarly { throw HTTPTransportError(.closed, "closed before the answer") }
        if let response = self.refusal(fault) { return response }
        guard let body = try? JSON.parse(request.body) else {
            self.world.violate("a request to \(kind) is not JSON")
            throw HTTPTransportError(.closed, "not JSON")
        }
        return self.response(to: body, as: kind, fault: fault)
    }

    private func draw() -> ModelFault? {
        guard self.world.chance.happens(self.world.weather.modelFails) else { return nil }
        let fault = self.world.chance.pick(ModelFault.allCases)
        switch fault {
        case .unauthorized, .badRequest, .tooLong, .filtered:
            // They end a call, or a path for a quarter of an hour: rarer, or little else would be seen.
            return self.world.chance.happens(0.2) ? fault : .cut
        default: return fault
        }
    }

    /// A response without an answer in it.
    private func refusal(_ fault: ModelFault?) -> HTTPResponse? {
        switch fault {
        case .rateLimited: self.failure(429, "rate_limit_error", headers: ["retry-after": "1"])
        case .rateLimitedForLong: self.failure(429, "rate_limit_error", headers: ["retry-after": "40"])
        case .serverError: self.failure(500, "api_error")
        case .overloaded: self.failure(529, "overloaded_error")
        case .unauthorized: self.failure(401, "authentication_error")
        case .badRequest: self.failure(400, "invalid_request_error")
        case .tooLong: self.failure(413, "request_too_large")
        case .errorInside: self.failure(200, "api_error")
        case .notJSON: Self.json(200, Array("{\"choices\": [".utf8))
        case .html: HTTPResponse(status: 200, headers: ["content-type": "text/html"], body: HTTPResponseBody([60]))
        case .empty: Self.json(200, [])
        case .noConnection, .closedEarly, .hangs, .slow, .filtered, .cut, .stalls, nil: nil
        }
    }

    private func failure(_ status: Int, _ type: String, headers: HTTPHeaderFields = [:]) -> HTTPResponse {
        let body: JSON = [
            "type": "error", "error": ["type": .string(type), "message": "as the weather has it", "code": .null],
        ]
        var response = Self.json(status, body.bytes())
        if let retryAfter = headers["retry-after"] { response.headers["retry-after"] = retryAfter }
        return response
    }

    private static func json(_ status: Int, _ bytes: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["content-type": "application/json"], body: HTTPResponseBody(bytes))
    }

    private func response(to request: JSON, as kind: VendorKind, fault: ModelFault?) -> HTTPResponse {
        if fault == .filtered { return self.filtered(as: kind) }
        let answer = self.vendors.answer(request)
        self.world.tell("\(kind)", "answer \(answer.number)\(answer.calls.map { " \($0.id)=\($0.name)" }.joined())")
        let isStreamed = request["stream"]?.boolValue == true
        let chunks = isStreamed ? AnswerWriting.stream(answer, as: kind) : [AnswerWriting.whole(answer, as: kind)]
        let type = isStreamed ? "text/event-stream" : "application/json"
        if isStreamed { self.world.count("streams") }
        return HTTPResponse(
            status: 200, headers: ["content-type": type],
            body: HTTPResponseBody(SimulatedBody(world: self.world, chunks: chunks, fault: fault), limit: 1 << 20))
    }

    private func filtered(as kind: VendorKind) -> HTTPResponse {
        switch kind {
        case .openAI:
            Self.json(
                200,
                JSON.object([
                    "id": "x", "model": "m",
                    "choices": [
                        ["index": 0, "message": ["content": "", "refusal": "no"], "finish_reason": "content_filter"]
                    ],
                ]).bytes())
        case .anthropic:
            Self.json(
                200, JSON.object(["id": "x", "model": "m", "content": [], "stop_reason": "refusal"]).bytes())
        }
    }
}

/// An answer that arrives piece by piece, perhaps not all of it.
private struct SimulatedBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let world: World
    let chunks: [[UInt8]]
    let fault: ModelFault?

    func makeAsyncIterator() -> Iterator {
        let breaksAt =
            self.fault == .cut || self.fault == .stalls ? self.world.chance.number(0...self.chunks.count - 1) : nil
        return Iterator(body: self, breaksAt: breaksAt)
    }

    struct Iterator: AsyncIteratorProtocol {
        let body: SimulatedBody
        let breaksAt: Int?
        var index = 0

        mutating func next() async throws -> [UInt8]? {
            guard self.index < self.body.chunks.count else { return nil }
            if self.index == self.breaksAt {
                if self.body.fault == .stalls { try await self.body.world.pass(100_000...200_000) }
                throw HTTPTransportError(.closed, "cut")
            }
            try await self.body.world.pass(0...120)
            self.index += 1
            return self.body.chunks[self.index - 1]
        }
    }
}
