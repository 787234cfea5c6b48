import BelayCore
import BelayHTTP
import BelayResilience

/// Makes one attempt at one model: sends the request once, under the five clocks, and reads the answer.
struct AttemptRunner: Sendable {
    /// More of an error's body is not read.
    private static let maxErrorBytes = 64 << 10
    /// A streamed token takes some 300 bytes, and the longest answers have 128,000 of them.
    private static let maxAnswerBytes = 64 << 20

    let provider: any ModelProvider
    let transport: any HTTPTransport
    let timekeeper: Timekeeper
    let wallClock: any WallClock
    let capabilities: RememberedCapabilities
    private let onClientGone: ProviderSettings.ClientGone
    /// Of the provider's models, whichever endpoint told.
    private let prefills: PrefillMemory

    init(
        provider: any ModelProvider, transport: any HTTPTransport, timekeeper: Timekeeper, wallClock: any WallClock,
        prefills: PrefillMemory = PrefillMemory(), onClientGone: ProviderSettings.ClientGone = .cancel
    ) {
        self.prefills = prefills
        self.onClientGone = onClientGone
        self.provider = provider
        self.transport = transport
        self.timekeeper = timekeeper
        self.wallClock = wallClock
        self.capabilities = RememberedCapabilities(provider.settings)
    }

    /// - Parameters:
    ///   - limits: The connect clock is the transport's; it runs inside that of the response's headers.
    ///   - meter: Learns how far the request came, and the usage as it is reported.
    ///   - mayBeOutrun: Whether another attempt runs beside it: then it ends at once when it is cancelled, whatever else the
    ///     provider's settings say of callers who leave.
    ///   - told: Gets the header of the response, whatever its status.
    ///   - observe: Gets each part of a streamed answer in order, and is awaited before more is read. Nil asks for an
    ///     answer that is not streamed.
    /// - Throws: `ModelFailure` or `CancellationError`, or what `observe` throws before the answer is complete.
    func run(
        _ request: ModelRequest, model: String, limits: PhaseLimits, meter: UsageMeter,
        mayBeOutrun: Bool = false, told: @escaping @Sendable (HTTPHeaderFields) -> Void,
        observe: (@Sendable (AttemptPart) async throws -> Void)?
    ) async throws -> AttemptAnswer {
        let streaming = observe != nil
        let request = self.asTaken(request, by: model)
        let adapted = self.adapted(request, to: model)
        let message = try self.message(for: adapted, model: model, streaming: streaming)
        let speaker: any ModelProvider =
            ForcedAnswer.isAsked(by: adapted, for: request) ? ForcedAnswerProvider(base: self.provider) : self.provider
        var limits = limits
        limits.connect = nil
        if !streaming { (limits.responseHeaders, limits.firstToken) = (nil, nil) }
        do {
            switch mayBeOutrun ? .cancel : self.onClientGone {
            case .cancel:
                return try await self.send(
                    message, for: request, by: speaker, limits: limits, meter: meter, told: told, observe: observe)
            case .drain(let longest):
                let audience = observe.map(Audience.init)
                return try await FinishingWork.run(
                    atMost: longest, clock: self.timekeeper, onDeparture: { audience?.leave() }
                ) { [limits] in
                    try await self.send(
                        message, for: request, by: speaker, limits: limits, meter: meter, told: told,
                        observe: audience?.observe)
                }
            }
        } catch {
            let failure = Self.failure(for: error, usage: meter.usage)
            if (failure as? ModelFailure)?.kind == .prefillRefused { self.prefills.note(model) }
            throw failure
        }
    }

    /// Makes one attempt at embeddings.
    ///
    /// - Throws: `ModelFailure` or `CancellationError`.
    func embed(
        _ request: EmbeddingRequest, by provider: any EmbeddingProvider, model: String, limits: PhaseLimits,
        meter: UsageMeter, told: @escaping @Sendable (HTTPHeaderFields) -> Void
    ) async throws -> Embeddings {
        var message = provider.request(for: request, model: model)
        message.maxResponseBytes = Self.maxAnswerBytes
        var limits = limits
        (limits.connect, limits.responseHeaders, limits.firstToken) = (nil, nil, nil)
        let send = { @Sendable [message, limits] in
            try await self.exchange(message, limits: limits, meter: meter, told: told) { response, monitor in
                var bytes: [UInt8] = []
                for try await chunk in response.body {
                    monitor.record(.content)
                    bytes += chunk
                }
                do throws(ModelFailure) {
                    let embeddings = try provider.embeddings(from: bytes, count: request.inputs.count)
                    meter.record(embeddings.usage, isFinal: true)
                    return embeddings
                } catch {
                    meter.record(error.usage, isFinal: true)
                    throw error
                }
            }
        }
        do {
            switch self.onClientGone {
            case .cancel: return try await send()
            case .drain(let longest):
                return try await FinishingWork.run(atMost: longest, clock: self.timekeeper, onDeparture: {}, send)
            }
        } catch {
            throw Self.failure(for: error, usage: meter.usage)
        }
    }

    private func send(
        _ message: HTTPRequest, for request: ModelRequest, by speaker: any ModelProvider, limits: PhaseLimits,
        meter: UsageMeter, told: @escaping @Sendable (HTTPHeaderFields) -> Void,
        observe: (@Sendable (AttemptPart) async throws -> Void)?
    ) async throws -> AttemptAnswer {
        try await self.exchange(message, limits: limits, meter: meter, told: told) { response, monitor in
            let reader = AnswerReader(
                provider: speaker, forwards: self.provider.forwards(request), monitor: monitor, meter: meter,
                observe: observe)
            return try await reader.answer(from: response)
        }
    }

    /// Sends a request once, and has the response read if it is a success.
    private func exchange<Value: Sendable>(
        _ message: HTTPRequest, limits: PhaseLimits, meter: UsageMeter,
        told: @escaping @Sendable (HTTPHeaderFields) -> Void,
        read: @escaping @Sendable (HTTPResponse, PhaseMonitor) async throws -> Value
    ) async throws -> Value {
        try await withPhaseDeadlines(limits, clock: self.timekeeper) { monitor in
            monitor.record(.connected)
            let response = try await self.response(to: message, meter: meter)
            monitor.record(.responseHeaders)
            told(response.headers)
            guard (200...299).contains(response.status) else {
                meter.reached(.refused)
                let failure = try await self.failure(of: response)
                meter.record(failure.usage)
                throw failure
            }
            return try await read(response, monitor)
        }
    }

    /// Who is cancelled while the connection is made can't tell whether the request has left: then it has.
    private func response(to message: HTTPRequest, meter: UsageMeter) async throws -> HTTPResponse {
        try Task.checkCancellation()
        meter.reached(.sent)
        do {
            return try await self.transport.send(message)
        } catch let error as HTTPTransportError where error.nothingWasSent {
            meter.reached(.unsent)
            throw error
        }
    }

    /// The request in a form that the model takes, as far as that is known. To have an answer begun for the model is a way
    /// of Anthropic's protocol: others take it for a turn that is over. And a model that isn't held to schemas gets JSON of
    /// one asked for in another way than its client's words. Some object, whichever it is, such models have a mode for,
    /// and the client's words name it.
    private func asTaken(_ request: ModelRequest, by model: String) -> ModelRequest {
        var request = request
        if let schema = request.outputSchema, schema != ["type": "object"], request.original?.isBound == false,
            !self.capabilities.of(model).outputSchema
        {
            request.original = nil
        }
        guard request.endsWithPrefill else { return request }
        let isKnownHere = self.provider.wire == .messages || self.provider.forwards(request)
        return isKnownHere && !self.prefills.refuses(model) ? request : request.askingForTheRest
    }

    /// A client's own body is nobody's to change.
    private func adapted(_ request: ModelRequest, to model: String) -> ModelRequest {
        self.provider.forwards(request)
            ? request
            : self.capabilities.of(model).adapted(request, for: self.provider.name, wire: self.provider.wire)
    }

    private func message(
        for request: ModelRequest, model: String, streaming: Bool
    ) throws(ModelFailure) -> HTTPRequest {
        var message = try self.provider.request(for: request, model: model, streaming: streaming)
        message.maxResponseBytes = Self.maxAnswerBytes
        return message
    }

    func failure(of response: HTTPResponse) async throws -> ModelFailure {
        var body: [UInt8] = []
        do {
            body = try await response.body.collect(upTo: Self.maxErrorBytes)
        } catch is HTTPTransportError {
            // A body that is cut or too long adds nothing that the status doesn't say.
        }
        return self.provider.failure(
            status: response.status, headers: response.headers, body: body, now: self.wallClock.now)
    }

    static func failure(for error: any Error, usage: Usage?) -> any Error {
        switch error {
        case var failure as ModelFailure:
            failure.usage = failure.usage ?? usage
            return failure
        case let exceeded as DeadlineExceeded:
            return ModelFailure(Self.kind(of: exceeded.phase), message: Self.message(of: exceeded), usage: usage)
        case let error as HTTPTransportError:
            return ModelFailure(Self.kind(of: error.kind), message: error.message, usage: usage)
        default:
            return error
        }
    }

    private static func kind(of phase: CallPhase) -> ModelFailure.Kind {
        switch phase {
        case .connect: .connectTimeout
        case .responseHeaders: .responseTimeout
        case .firstToken: .firstTokenTimeout
        case .betweenTokens: .stallTimeout
        case .total: .totalTimeout
        }
    }

    private static func message(of exceeded: DeadlineExceeded) -> String {
        switch exceeded.phase {
        case .connect: "no connection within \(exceeded.limit)"
        case .responseHeaders: "no response headers within \(exceeded.limit)"
        case .firstToken: "no first token within \(exceeded.limit) of the headers"
        case .betweenTokens: "no further token within \(exceeded.limit)"
        case .total: "no complete answer within \(exceeded.limit)"
        }
    }

    private static func kind(of kind: HTTPTransportError.Kind) -> ModelFailure.Kind {
        switch kind {
        case .connectTimeout: .connectTimeout
        case .connectFailed, .tls, .closed, .shutDown, .other: .network
        case .malformed, .tooLarge: .malformedResponse
        case .invalidRequest: .badRequest
        }
    }
}
