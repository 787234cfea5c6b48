import BelayJSON
import BelayResilience

/// One request on its way to its answer: path, key, body, limits, reply, fault.
struct Exchange {
    let provider: MockProvider
    let request: HTTPRequest
    let keepsAlive: Bool
    let now: Int64
    private(set) var conversation: Conversation?
    private(set) var fault: Fault?
    private(set) var missingPlaceholders: [String] = []
    private let digest: UInt64

    init(provider: MockProvider, request: HTTPRequest, keepsAlive: Bool, now: Int64) {
        self.provider = provider
        self.request = request
        self.keepsAlive = keepsAlive
        self.now = now
        self.digest = StableHash.fnv1a(request.body)
    }

    private static let paths = [
        "/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/messages/count_tokens", "/v1/embeddings",
        "/v1/models",
    ]
    /// Of the path, for statistics: names of models are left out.
    var countedPath: String {
        if Self.paths.contains(self.request.path) { return self.request.path }
        return self.request.path.hasPrefix("/v1/models/") ? "/v1/models/{model}" : "(other)"
    }

    mutating func script(elapsed: Duration) -> WireScript {
        do throws(ProviderProblem) {
            return try self.answer(elapsed: elapsed)
        } catch {
            return self.writer(identifier: self.problemID).problem(error)
        }
    }

    func record(number: Int, of script: WireScript) -> RequestLog.Record {
        RequestLog.Record(
            number: number, path: self.request.path, model: self.conversation?.model, wire: self.conversation?.wire,
            streams: self.conversation?.streams ?? false, digest: StableHash.hexadecimal(self.digest),
            bytes: self.request.body.count, fault: self.fault?.kind, status: script.status, usage: script.outcome.usage)
    }

    private mutating func answer(elapsed: Duration) throws(ProviderProblem) -> WireScript {
        try self.checkMethod()
        guard let key = self.request.apiKey else {
            throw ProviderProblem(
                .missingKey,
                "No API key: send it in the header "
                    + (self.request.wire == .anthropic ? "x-api-key" : "Authorization: Bearer"))
        }
        switch self.request.path {
        case "/v1/chat/completions", "/v1/responses", "/v1/messages":
            return try self.complete(key: key, elapsed: elapsed)
        case "/v1/embeddings":
            return try self.embed(key: key, elapsed: elapsed)
        case "/v1/messages/count_tokens":
            return try self.countTokens()
        default:
            return try self.models()
        }
    }

    private func checkMethod() throws(ProviderProblem) {
        let path = self.request.path
        let isModels = path == "/v1/models" || path.hasPrefix("/v1/models/")
        guard isModels || Self.paths.contains(path) else {
            throw ProviderProblem(
                .unknownPath, "There is nothing at \(self.request.method.rawValue) \(path.prefix(200))")
        }
        guard self.request.method == (isModels ? .GET : .POST) else {
            throw ProviderProblem(.wrongMethod, "\(path) takes \(isModels ? "GET" : "POST") only")
        }
    }

    private mutating func complete(key: String, elapsed: Duration) throws(ProviderProblem) -> WireScript {
        let conversation = try self.read()
        self.conversation = conversation
        var random = self.provider.generators(key: key, model: conversation.model, digest: self.digest)
        let writer = ReplyWriter(scenario: self.provider.scenario, conversation: conversation)
        let requestID = random.identifiers.token(length: 22)
        let written = writer.write(identifiers: &random.identifiers, created: self.now)
        self.missingPlaceholders = written.missingPlaceholders
        let situation = FaultSituation(
            model: conversation.model, streams: conversation.streams, callsTools: !written.answer.calls.isEmpty,
            isPrefilled: conversation.lastRole == .assistant)
        self.fault = self.provider.drawFault(
            for: situation, count: random.count, elapsed: elapsed, using: &random.chance)
        let latency = written.latency.draw(using: &random.chance)
        return self.writer(identifier: requestID, latency: latency)
            .script(for: written.answer, streams: conversation.streams)
    }

    private mutating func embed(key: String, elapsed: Duration) throws(ProviderProblem) -> WireScript {
        let question = try EmbeddingQuestion(try self.body())
        let model = try self.model(named: question.model)
        var conversation = Conversation(wire: .openAI, model: question.model, streams: false, system: "", entries: [])
        conversation.inputTokens = question.tokens
        self.conversation = conversation
        var random = self.provider.generators(key: key, model: question.model, digest: self.digest)
        let requestID = random.identifiers.token(length: 22)
        let situation = FaultSituation(model: question.model, streams: false, callsTools: false)
        self.fault = self.provider.drawFault(
            for: situation, count: random.count, elapsed: elapsed, using: &random.chance)
        var answer = Answer(id: requestID, model: question.model, created: self.now)
        answer.usage = MockUsage(input: question.tokens)
        answer.embeddings = Answer.Embeddings(
            vectors: question.inputs.map { EmbeddingVector.of($0, dimensions: question.dimensions) },
            isBase64: question.isBase64)
        let latency = (model?.latency ?? Latency()).filled(from: self.provider.scenario.latency)
        return self.writer(identifier: requestID, latency: latency.draw(using: &random.chance))
            .script(for: answer, streams: false)
    }

    /// - Returns: Nil when the scenario takes any model.
    private func model(named name: String) throws(ProviderProblem) -> MockScenario.Model? {
        let scenario = self.provider.scenario
        let model = scenario.model(named: name)
        if model == nil, !scenario.models.isEmpty {
            throw ProviderProblem(.unknownModel, "The model '\(name.prefix(128))' does not exist")
        }
        return model
    }

    private func read() throws(ProviderProblem) -> Conversation {
        var conversation = try self.request.wire.format.conversation(from: try self.body())
        if self.request.wire == .anthropic, !self.request.headers.contains(name: "anthropic-version") {
            throw .invalid("header is required", "anthropic-version")
        }
        let model = try self.model(named: conversation.model)
        conversation.inputTokens = Self.inputTokens(of: conversation)
        if let limit = model?.contextTokens, conversation.inputTokens > limit {
            throw ProviderProblem(
                .contextOverflow,
                "prompt is too long: \(conversation.inputTokens) tokens > \(limit) maximum context length",
                parameter: "messages")
        }
        return conversation
    }

    private func body() throws(ProviderProblem) -> JSON {
        let limits = JSON.Limits(depth: 256, bytes: max(1, self.request.body.count))
        let body: JSON
        do throws(JSON.ParseError) {
            body = try JSON.parse(self.request.body, limits: limits)
        } catch {
            throw .invalid("The body is not JSON: \(error)")
        }
        guard body.objectValue != nil else { throw .invalid("The body must be a JSON object") }
        return body
    }

    /// Text, tools and schema at four bytes a token, three tokens more for each message.
    private static func inputTokens(of conversation: Conversation) -> Int {
        var tokens = MockUsage.tokens(of: conversation.system)
        for entry in conversation.entries { tokens += MockUsage.tokens(of: entry.text) + 3 }
        for tool in conversation.tools {
            tokens += MockUsage.tokens(of: tool.name) + tool.parameters.bytes().count / 4
        }
        return max(1, tokens + (conversation.answerSchema.map { $0.bytes().count / 4 } ?? 0))
    }

    private func countTokens() throws(ProviderProblem) -> WireScript {
        var body = try self.body()
        body["max_tokens"] = 1  // Not part of this request, but of the one that is counted.
        let conversation = try self.request.wire.format.conversation(from: body)
        return self.writer(identifier: self.problemID)
            .json(["input_tokens": JSON(Self.inputTokens(of: conversation))], outcome: .control)
    }

    private func models() throws(ProviderProblem) -> WireScript {
        let names = self.provider.scenario.models.map(\.name)
        let listed = names.isEmpty ? ["belay-mock"] : names
        let format = self.request.wire.format
        let writer = self.writer(identifier: self.problemID)
        guard self.request.path.hasPrefix("/v1/models/") else {
            return writer.json(format.models(listed), outcome: .control)
        }
        let name = String(self.request.path.dropFirst("/v1/models/".count))
        guard names.isEmpty || names.contains(name) else {
            throw ProviderProblem(.unknownModel, "The model '\(name.prefix(128))' does not exist")
        }
        return writer.json(format.model(name), outcome: .control)
    }

    /// Identifies answers that draw no chance.
    private var problemID: String {
        var random = SeededGenerator(seed: StableHash.combine(self.digest, UInt64(bitPattern: self.now)))
        return random.token(length: 22)
    }

    private func writer(
        identifier: String, latency: Latency.Drawn = .init(firstToken: .zero, perToken: .zero)
    ) -> ScriptWriter {
        ScriptWriter(
            format: self.request.wire.format, requestID: identifier, keepsAlive: self.keepsAlive, fault: self.fault,
            latency: latency, now: self.now, headers: self.provider.scenario.headers)
    }
}
