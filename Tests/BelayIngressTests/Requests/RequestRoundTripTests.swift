import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayIngress
@testable import BelayModels

/// What a provider's mapping writes, the ingress of the same protocol reads back as the same request.
struct RequestRoundTripTests {
    private func body(_ kind: ProviderSettings.Kind, baseURL: String?, _ request: ModelRequest) throws -> [UInt8] {
        let models = kind == .openAIResponses ? ["m": ModelTraits(takesReasoningBack: true)] : [:]
        let settings = ProviderSettings(name: "p", kind: kind, baseURL: baseURL, models: models)
        let provider = settings.makeProvider()
        let adapted = settings.capabilities(of: "m").adapted(request, for: "p", wire: provider.wire)
        return try provider.request(for: adapted, model: "m", streaming: true).body
    }

    @Test(arguments: [nil, "http://p.test"], UInt64(1)...300)
    func chatCompletions(baseURL: String?, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let request = GeneratedRequest.chat(using: &random)
        let body = try self.body(.openAI, baseURL: baseURL, request)
        let read = try IngressProtocol.chatCompletions.read(body, reasoningOrigin: "p")
        #expect(read.request == request, "seed \(seed)")
        #expect(read.model == "m")
        #expect(read.streams)
        #expect(read.includesUsage)
        #expect(read.passThrough.isEmpty)
    }

    @Test(arguments: UInt64(1)...300) func messages(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let request = GeneratedRequest.messages(using: &random)
        let read = try IngressProtocol.messages.read(
            try self.body(.anthropic, baseURL: nil, request), reasoningOrigin: "p")
        #expect(read.request == request, "seed \(seed)")
        #expect(read.streams)
        #expect(read.passThrough.isEmpty)
    }

    @Test(arguments: [nil, "http://p.test"], UInt64(1)...300)
    func responses(baseURL: String?, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let request = GeneratedRequest.responses(using: &random)
        let body = try self.body(.openAIResponses, baseURL: baseURL, request)
        let read = try IngressProtocol.responses.read(body, reasoningOrigin: "p")
        #expect(read.request == request, "seed \(seed)")
        #expect(read.streams && read.includesSignatures)
    }
}

/// Requests of chance, in the form that a protocol can carry without a loss.
enum GeneratedRequest {
    private struct Form {
        var hasErrors: Bool
        var reasoning: Bool
        var maxTemperature: Double
        var efforts: [ReasoningEffort]
    }

    static func chat(using random: inout SeededGenerator) -> ModelRequest {
        let form = Form(hasErrors: false, reasoning: false, maxTemperature: 2, efforts: ReasoningEffort.allCases)
        var request = self.request(form, using: &random)
        request.seed = Bool.random(using: &random) ? Int(truncatingIfNeeded: random.next() >> 1) : nil
        if Bool.random(using: &random) { request.outputSchema = ["type": "object", "required": ["a"]] }
        return request
    }

    static func messages(using random: inout SeededGenerator) -> ModelRequest {
        let form = Form(
            hasErrors: true, reasoning: true, maxTemperature: 1, efforts: [.off, .low, .medium, .high, .xhigh, .max])
        var request = self.request(form, using: &random)
        request.maxOutputTokens = request.maxOutputTokens ?? 100
        return request
    }

    static func responses(using random: inout SeededGenerator) -> ModelRequest {
        let form = Form(hasErrors: false, reasoning: true, maxTemperature: 2, efforts: ReasoningEffort.allCases)
        var request = self.request(form, using: &random)
        request.stopSequences = []
        request.maxOutputTokens = request.maxOutputTokens.map { max(16, $0) }
        if Bool.random(using: &random) { request.outputSchema = ["type": "object", "required": ["a"]] }
        return request
    }

    private static func request(_ form: Form, using random: inout SeededGenerator) -> ModelRequest {
        func maybe<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }
        var request = ModelRequest(messages: [])
        if Bool.random(using: &random) { request.system = "Be brief. " + GeneratedText.text(using: &random) }
        for number in 0..<Int.random(in: 0...2, using: &random) {
            request.tools.append(
                ToolDefinition(
                    name: "tool_\(number)", description: GeneratedText.text(using: &random),
                    parameters: ["type": "object", "properties": ["city": ["type": "string"]]]))
        }
        if !request.tools.isEmpty {
            request.toolChoice =
                [.auto, .none, .required, .tool(named: "tool_0")].randomElement(using: &random) ?? .auto
            if request.toolChoice != .none { request.parallelToolCalls = maybe(Bool.random(using: &random)) }
        }
        request.maxOutputTokens = maybe(Int.random(in: 1...9_999, using: &random))
        request.temperature = maybe(Double.random(in: 0...form.maxTemperature, using: &random))
        request.topP = maybe([0, 0.25, 1].randomElement(using: &random) ?? 1)
        request.stopSequences = maybe(["END", "日本"]) ?? []
        request.reasoningEffort = maybe(form.efforts.randomElement(using: &random) ?? .high)
        request.endUser = maybe("user-7")
        for turn in 0..<Int.random(in: 1...3, using: &random) {
            request.messages += self.turn(turn, form, using: &random)
        }
        request.messages.append(Message(role: .user, content: self.userContent(using: &random)))
        return request
    }

    /// A user speaks, the model calls tools, gets their results, and answers.
    private static func turn(_ turn: Int, _ form: Form, using random: inout SeededGenerator) -> [Message] {
        var messages = [Message(role: .user, content: self.userContent(using: &random))]
        let calls = (0..<Int.random(in: 0...3, using: &random)).map { number in
            let arguments = JSON.object(["q": .string(GeneratedText.text(using: &random))]).serialized()
            return ToolCall(id: "call_\(turn)_\(number)", name: "tool_\(number)", arguments: arguments)
        }
        var content: [Content] = []
        if form.reasoning, Bool.random(using: &random) {
            content.append(.reasoning(Reasoning(text: "hm", signature: "sig", origin: "p")))
            let opaque = Reasoning.signature(ofRedacted: "data")
            content.append(.reasoning(Reasoning(text: "", signature: opaque, origin: "p")))
        }
        if Bool.random(using: &random) { content.append(.text("I say " + GeneratedText.text(using: &random))) }
        content += calls.map { .toolCall($0) }
        if !calls.isEmpty { messages.append(Message(role: .assistant, content: content)) }
        for call in calls.shuffled(using: &random) {
            let text = Bool.random(using: &random) ? GeneratedText.text(using: &random) : ""
            let isError = form.hasErrors && Bool.random(using: &random)
            messages.append(
                Message(
                    role: .tool,
                    content: [.toolResult(ToolResult(callID: call.id, content: text, isError: isError))]))
        }
        return messages + [.assistant("So " + GeneratedText.text(using: &random))]
    }

    private static func userContent(using random: inout SeededGenerator) -> [Content] {
        let text = Content.text("I ask " + GeneratedText.text(using: &random))
        switch Int.random(in: 0...3, using: &random) {
        case 0: return [text, .image(Attachment(mediaType: "image/png", data: "iVBORw0KGgo="))]
        case 1: return [.image(Attachment(mediaType: "image/*", url: "https://images.test/a.png")), text]
        default: return [text]
        }
    }
}
