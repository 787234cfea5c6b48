import BelayCore
import BelayIngress
import BelayJSON
import BelayModels
import BelayResilience
import HTTPTypes
import Hummingbird

/// One request for a model's answer, in the protocol that the client speaks.
struct ModelExchange: Sendable {
    let wire: IngressProtocol
    let models: ModelAccess
    let request: ServerRequest
    /// What the client's vendor would call this request: for questions to whoever runs the server.
    private let id: String

    init(wire: IngressProtocol, models: ModelAccess, request: ServerRequest) {
        self.wire = wire
        self.models = models
        self.request = request
        self.id = request.id
    }

    func response() async throws -> Response {
        var response = try await self.answer()
        response.headers[self.wire.requestIDHeader] = self.id
        return response
    }

    private func answer() async throws -> Response {
        do {
            let body = try await self.request.bytes(atMost: self.models.maxBodyBytes)
            let limits = IngressLimits(
                body: JSON.Limits(depth: 128, bytes: self.models.maxBodyBytes),
                attachmentBytes: self.models.maxAttachmentBytes)
            var asked = try self.wire.read(body, limits: limits, schemas: self.models.schemas)
            asked.request.original = asked.original(body)
            let call = try self.call(for: asked)
            let stamp = self.stamp()
            return asked.streams
                ? try await self.stream(call, to: asked, stamp) : try await self.answer(call, to: asked, stamp)
        } catch let problem as IngressProblem {
            return self.wire.response(to: problem, requestID: self.id)
        } catch let failure as ModelCallFailure {
            return self.wire.response(to: IngressProblem(failure), requestID: self.id)
        }
    }

    private func call(for asked: IngressRequest) throws -> ModelCall {
        let target = self.models.names.target(of: asked.model)
        var call = ModelCall(request: asked.request, route: "")
        switch target {
        case .route(let name)?: call.route = name
        case .path(let path)?: call.route = path.description
        case .agent?, nil:
            throw IngressProblem(
                .modelNotFound, at: ParameterPath("model"),
                "there is no model \(asked.model.prefix(100)); GET /v1/models lists what there is.")
        }
        // Without its own body the request has lost what only its protocol knows.
        let isServed = asked.request.original != nil && self.models.gateway.serves(asked.request, on: call.route)
        if let problem = asked.problemElsewhere, !isServed { throw problem }
        call.isCritical = try self.isCritical
        return call
    }

    /// A critical request gets no answer rather than a lesser one.
    private var isCritical: Bool {
        get throws {
            guard let text = try self.request.header(.belayCriticality) else { return false }
            guard ["normal", "critical"].contains(text) else {
                throw IngressProblem(.badValue, "The header X-Belay-Criticality has to be `normal` or `critical`.")
            }
            return text == "critical"
        }
    }

    private func stamp() -> AnswerStamp {
        var random = SystemRandomNumberGenerator()
        return AnswerStamp(using: &random, created: SystemWallClock().now)
    }

    private func answer(_ call: ModelCall, to asked: IngressRequest, _ stamp: AnswerStamp) async throws -> Response {
        let done = Locked<ModelCallResult?>(nil)
        try await self.request.departure.ending {
            let result = try await self.models.gateway.call(call, observe: nil)
            done.withLock { $0 = result }
        }
        guard let result = done.withLock({ $0 }) else { throw CancellationError() }
        var response = Response.json(
            result.original ?? self.wire.body(of: result.answer.withMarkedReasoning, to: asked, stamp: stamp))
        response.headers.append(contentsOf: AnswerHeaders.fields(of: result))
        return response
    }

    private func stream(_ call: ModelCall, to asked: IngressRequest, _ stamp: AnswerStamp) async throws -> Response {
        let streamed = StreamedCall(call, to: self.models.gateway, silence: self.request.options.keepAlive)
        let writer = self.wire.makeStream(for: asked, stamp: stamp, requestID: self.id)
        let began = Locked<StreamedCall.Part?>(nil)
        try await self.request.departure.ending {
            let first = await streamed.next()
            began.withLock { $0 = first }
            // Ended before its first part: it failed, or an earlier answer stands in.
            if first == nil { _ = try await streamed.result }
        }
        var stream = AnswerStream(
            call: streamed, writer: writer, showsUsage: asked.includesUsage, departure: self.request.departure)
        switch began.withLock({ $0 }) {
        case .progress(.attemptStarted(let number, let path))?:
            stream.provider = path.provider
            return stream.response(AnswerHeaders.fields(path: path, attempts: number))
        case .silence?:
            // Whatever is between here and the client would soon take the connection for dead. From now on an error can
            // only come inside the stream.
            return stream.response([:], isSilent: true)
        case .progress?, nil:
            try Task.checkCancellation()
            return stream.response(AnswerHeaders.fields(of: try await streamed.result))
        }
    }
}

extension IngressProtocol {
    /// Where the vendor's client libraries look for the request's name.
    var requestIDHeader: HTTPField.Name { self == .messages ? .requestID : .xRequestID }

    func response(to problem: IngressProblem, requestID: String?) -> Response {
        let reply = self.reply(to: problem, requestID: requestID)
        var response = Response.json(reply.body, status: .init(code: reply.status))
        for header in reply.headers {
            if let name = HTTPField.Name(header.name) { response.headers[name] = header.value }
        }
        return response
    }
}
