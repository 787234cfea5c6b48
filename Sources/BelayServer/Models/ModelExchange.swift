import BelayCore
import BelayIngress
import BelayJSON
import BelayModels
import BelayResilience
import BelayRuntime
import HTTPTypes
import Hummingbird
import NIOHTTP1

/// One request for a model's answer, in the protocol that the client speaks.
struct ModelExchange: Sendable {
    let wire: IngressProtocol
    let models: ModelAccess
    let runtime: Runtime
    let request: ServerRequest
    /// What the client's vendor would call this request: for questions to whoever runs the server.
    private let id: String

    init(wire: IngressProtocol, models: ModelAccess, runtime: Runtime, request: ServerRequest) {
        self.wire = wire
        self.models = models
        self.runtime = runtime
        self.request = request
        self.id = request.id
    }

    func response() async throws -> Response {
        var response = try await self.answer()
        response.headers[self.wire.requestIDHeader] = self.id
        return response
    }

    /// Reading a larger body takes so long that everybody else on the event loop would notice.
    private static let mostOnLoop = 64 << 10

    private func answer() async throws -> Response {
        let body = try await self.request.bytes(atMost: self.models.maxBodyBytes)
        if body.count <= Self.mostOnLoop { return try await self.answer(to: body) }
        return try await offLoop { try await self.answer(to: body) }
    }

    private func answer(to body: [UInt8]) async throws -> Response {
        do {
            let headers = try CallHeaders(of: self.request)
            let limits = self.models.limits
            var asked = try self.wire.read(body, limits: limits, schemas: self.models.schemas)
            if case .agent(let name)? = self.models.names.target(of: asked.model) {
                let task = try AgentTask(asked, body: body, limits: limits)
                let exchange = AgentExchange(
                    wire: self.wire, agent: name, models: self.models, runtime: self.runtime, request: self.request,
                    headers: headers)
                return try await offLoop { [asked] in try await exchange.response(to: asked, task, self.stamp()) }
            }
            asked.request.original = asked.original(body)
            let call = try self.call(for: asked, headers)
            let grant = try await self.request.admit(call.caller) { self.models.gateway.forecast(call) }
            do {
                var response =
                    asked.streams
                    ? try await self.stream(call, to: asked, body, headers, grant)
                    : try await self.answer(call, to: asked, body, headers, grant)
                response.headers.append(contentsOf: RateFields.fields(of: grant))
                return response
            } catch let failure as ModelCallFailure where failure.attempts.isEmpty {
                return self.response(to: failure, at: self.place(of: asked, on: call.route))
            }
        } catch let problem as IngressProblem {
            return self.wire.response(to: problem, requestID: self.id)
        } catch let exceeded as RateExceeded {
            return self.wire.response(to: exceeded, requestID: self.id)
        } catch let failure as StructuredOutputFailure {
            var response = self.wire.response(to: IngressProblem(failure), requestID: self.id)
            response.headers[.belayStructured] = "invalid"
            response.headers.append(contentsOf: AnswerHeaders.fields(of: failure.attempts))
            return response
        } catch let failure as ModelCallFailure {
            return self.response(to: failure)
        }
    }

    private func response(to failure: ModelCallFailure, at path: ParameterPath = .body) -> Response {
        var problem = IngressProblem(failure)
        problem.path = path
        var response = self.wire.response(to: problem, requestID: self.id)
        response.headers.append(contentsOf: AnswerHeaders.fields(of: failure.attempts))
        return response
    }

    /// Where the request says what no model of the route takes.
    private func place(of asked: IngressRequest, on route: String) -> ParameterPath {
        switch self.models.gateway.lack(for: asked.request, on: route) {
        case .tools?: ParameterPath("tools")
        case .stopSequences?: ParameterPath(self.wire == .messages ? "stop_sequences" : "stop")
        case .images?, .files?, .context?: ParameterPath(self.wire == .responses ? "input" : "messages")
        case nil: .body
        }
    }

    private func call(for asked: IngressRequest, _ headers: CallHeaders) throws -> ModelCall {
        var call = ModelCall(request: asked.request, route: try self.models.route(of: asked.model))
        // Without its own body the request has lost what only its protocol knows.
        let isServed = asked.request.original != nil && self.models.gateway.serves(asked.request, on: call.route)
        if let problem = asked.problemElsewhere, !isServed { throw problem }
        call.tenant = self.request.client.tenant
        call.isCritical = headers.isCritical
        call.task = headers.task
        call.caller = headers.caller(endUser: asked.request.endUser)
        // One question to the system, not one a letter. Its 64 bits and the millisecond are a name that nobody guesses.
        var random = SeededGenerator(seed: .random(in: 0...UInt64.max))
        call.outcome = OutcomeID.make(at: SystemWallClock().now, using: &random).rawValue
        return call
    }

    private func stamp() -> AnswerStamp {
        var random = SystemRandomNumberGenerator()
        return AnswerStamp(using: &random, created: SystemWallClock().now)
    }

    private func answer(
        _ call: ModelCall, to asked: IngressRequest, _ body: [UInt8], _ headers: CallHeaders, _ grant: RateGrant?
    ) async throws -> Response {
        try await self.request.departure.finishing {
            guard let key = headers.ownKey else { return try await self.answer(call, to: asked, grant) }
            let digest = headers.digest(of: body, to: self.wire.rawValue)
            return try await self.models.kept.answer(for: key, digest: digest, grant) {
                try await self.answer(call, to: asked, grant)
            }
        }.response
    }

    private func answer(
        _ call: ModelCall, to asked: IngressRequest, _ grant: RateGrant?
    ) async throws -> WholeAnswer {
        let answer: StructuredExchange.Answer
        do {
            answer = try await StructuredExchange(gateway: self.models.gateway).answer(call)
        } catch {
            grant?.end(after: error)
            throw error
        }
        let result = answer.result
        grant?.end(tokens: result.tokens)
        var headers = AnswerHeaders.fields(of: result)
        headers[.belayStructured] = answer.conduct?.rawValue
        return WholeAnswer(
            headers: headers,
            body: result.original
                ?? self.wire.body(of: result.answer.withMarkedReasoning, to: asked, stamp: self.stamp()))
    }

    private func stream(
        _ call: ModelCall, to asked: IngressRequest, _ body: [UInt8], _ headers: CallHeaders, _ grant: RateGrant?
    ) async throws -> Response {
        var record: StreamRecord?
        if let key = headers.ownKey {
            let digest = headers.digest(of: body, to: self.wire.rawValue)
            switch try self.models.kept.stream(for: key, digest: digest, grant) {
            case .repeated(let answer): return answer.response
            case .own(let own): record = own
            }
        }
        let streamed = StreamedCall(
            call, to: self.models.gateway, silence: self.request.options.keepAlive,
            on: LoopExecutor.of(self.request.departure.connection.channel.eventLoop), grant)
        let writer = self.wire.makeStream(for: asked, stamp: self.stamp(), requestID: self.id)
        let began = try await self.request.departure.finishing {
            let first = await streamed.next()
            // Ended before its first part: it failed, or an earlier answer stands in.
            if first == nil { _ = try await streamed.result }
            return first
        }
        var stream = AnswerStream(
            call: streamed, writer: writer, showsUsage: asked.includesUsage, departure: self.request.departure,
            record: record)
        switch began {
        case .progress(.attemptStarted(let number, let path))?:
            stream.provider = path.provider
            return stream.response(
                AnswerHeaders.fields(
                    path: path, attempts: number, outcome: call.outcome,
                    cache: self.models.gateway.caches(call) ? .miss : nil))
        case .silence?:
            // Whatever is between here and the client would soon take the connection for dead. From now on an error can
            // only come inside the stream.
            return stream.response(AnswerHeaders.fields(outcome: call.outcome), isSilent: true)
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
        let phrase = HTTPResponseStatus(statusCode: reply.status).reasonPhrase
        var response = Response.json(reply.body, status: .init(code: reply.status, reasonPhrase: phrase))
        for header in reply.headers {
            if let name = HTTPField.Name(header.name) { response.headers[name] = header.value }
        }
        return response
    }
}
