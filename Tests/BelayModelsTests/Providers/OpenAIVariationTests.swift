import BelayCore
import BelayHTTP
import BelayJSON
import Testing

@testable import BelayModels

/// Services that speak chat completions in their own way.
struct OpenAIVariationTests {
    private func settings(_ kind: ProviderSettings.Kind, _ url: String? = nil) -> ProviderSettings {
        ProviderSettings(name: "p", kind: kind, baseURL: url, key: Secret("the-key"))
    }

    private func sent(
        _ kind: ProviderSettings.Kind, _ url: String? = nil, _ request: ModelRequest = Samples.question
    ) throws -> (request: HTTPRequest, body: JSON) {
        let settings = self.settings(kind, url)
        let adapted = settings.capabilities(of: "m").adapted(request, for: "p", wire: .chatCompletions)
        let message = try settings.makeProvider().request(for: adapted, model: "m", streaming: false)
        return (message, try JSON.parse(message.body))
    }

    private let steered = ModelRequest(
        messages: [.user("Hi")], maxOutputTokens: 9, seed: 7, reasoningEffort: .max, endUser: "u")

    @Test(arguments: ["https://r.test", "https://r.test/", "https://r.test/openai"])
    func azureHasTheDeploymentInItsURL(url: String) throws {
        let sent = try self.sent(.azure, url, self.steered)
        #expect(sent.request.url == "https://r.test/openai/deployments/m/chat/completions?api-version=2024-10-21")
        #expect(sent.request.headers["api-key"] == "the-key" && sent.request.headers["authorization"] == nil)
        #expect(sent.body["max_completion_tokens"] == 9)
        let provider = try #require(self.settings(.azure, url).makeProvider() as? any EmbeddingProvider)
        #expect(
            provider.request(for: EmbeddingRequest(["a"]), model: "my model/1").url
                == "https://r.test/openai/deployments/my%20model%2F1/embeddings?api-version=2024-10-21")
    }

    @Test func azuresNewAPIHasTheModelInItsBody() throws {
        let sent = try self.sent(.azure, "https://r.test/openai/v1")
        #expect(sent.request.url == "https://r.test/openai/v1/chat/completions")
        #expect(sent.request.headers["api-key"] == "the-key" && sent.body["model"] == "m")
    }

    @Test func azureNeedsItsURL() {
        #expect(throws: GatewayConfigurationError.self) {
            try Gateway(
                providers: [self.settings(.azure)], routes: [Route(name: "default", paths: [.init("p", "m")])])
        }
    }

    @Test func openRoutersCostIsTheCost() throws {
        var body = Samples.openAIAnswer("Hi")
        body["usage"]?["cost"] = 0.00014
        let provider = self.settings(.openRouter).makeProvider()
        #expect(try provider.answer(from: body.bytes()).usage.reportedCost == Money(nanoDollars: 140_000))
        body["usage"]?["cost_details"] = ["upstream_inference_cost": 0.002]
        #expect(try provider.answer(from: body.bytes()).usage.reportedCost == Money(nanoDollars: 140_000))
        body["usage"]?["is_byok"] = true
        let answer = try provider.answer(from: body.bytes())
        #expect(answer.usage.reportedCost == Money(nanoDollars: 2_140_000))
        #expect(Billing(price: nil).cost(of: answer, to: Samples.question) == .known(Money(nanoDollars: 2_140_000)))
        let cut = UsageMeter.Reading(stage: .sent, usage: answer.usage)
        #expect(Billing(price: nil).bill(forUnanswered: cut, input: 1)?.cost == .known(Money(nanoDollars: 2_140_000)))
        let other = try self.settings(.openAI, "http://x.test").makeProvider().answer(from: body.bytes())
        #expect(other.usage.reportedCost == nil)
        var stream = provider.makeStream()
        let usage: JSON = ["choices": [], "usage": body["usage"] ?? .null]
        for data in [
            Samples.openAIChunk(["content": "Hi"]), Samples.openAIChunk([:], finish: "stop"), usage.serialized(),
        ] {
            _ = try stream.apply(ServerSentEvent(data: data))
        }
        #expect(stream.usage == answer.usage)
    }

    @Test(arguments: [-1, 1e300, "free", nil] as [JSON])
    func aCostThatMakesNoSenseIsNone(cost: JSON) throws {
        var body = Samples.openAIAnswer("Hi")
        body["usage"]?["cost"] = .some(cost)
        #expect(try self.settings(.openRouter).makeProvider().answer(from: body.bytes()).usage.reportedCost == nil)
    }

    @Test func openRouterHasItsOwnFieldForTheEffort() throws {
        let sent = try self.sent(.openRouter, nil, self.steered)
        #expect(sent.request.url == "https://openrouter.ai/api/v1/chat/completions")
        #expect(sent.body["reasoning"] == ["effort": "xhigh"] && sent.body["reasoning_effort"] == nil)
        #expect(sent.body["max_tokens"] == 9 && sent.body["seed"] == 7)
    }

    @Test func anAnswerThatBrokeOffWithAnErrorIsNone() throws {
        let choice: JSON = ["message": ["content": "Hal"], "finish_reason": "error"]
        let silent: JSON = ["choices": [choice], "usage": ["prompt_tokens": 3]]
        let provider = self.settings(.openRouter).makeProvider()
        let failure = #expect(throws: ModelFailure.self) { try provider.answer(from: silent.bytes()) }
        #expect(failure?.kind == .serverError && failure?.usage == Usage(freshInput: 3))
        var stream = provider.makeStream()
        let chunk =
            #"{"choices":[{"delta":{"content":""},"finish_reason":"error","error":{"code":429,"message":"busy"}}]}"#
        let broken = #expect(throws: ModelFailure.self) { try stream.apply(ServerSentEvent(data: chunk)) }
        #expect(broken?.kind == .rateLimited)
    }

    @Test func geminiGetsNoFieldThatItDoesNotKnow() throws {
        let sent = try self.sent(.gemini, nil, self.steered)
        #expect(sent.request.url == "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions")
        #expect(sent.body["reasoning_effort"] == "high")
        for field in ["seed", "user", "safety_identifier"] { #expect(sent.body[field] == nil) }
    }

    @Test func geminisSignaturesGoBackWithTheirCalls() throws {
        func call(_ id: String, _ signature: String?) -> JSON {
            var call: JSON = ["index": 0, "id": .string(id), "function": ["name": "a", "arguments": "{}"]]
            if let signature { call["extra_content"] = ["google": ["thought_signature": .string(signature)]] }
            return call
        }
        let calls: JSON = [call("1", "sig"), call("2", nil)]
        let body: JSON = [
            "id": "r", "model": "m", "choices": [["message": ["tool_calls": calls], "finish_reason": "tool_calls"]],
        ]
        let provider = self.settings(.gemini).makeProvider()
        let answer = try provider.answer(from: body.bytes())
        #expect(answer.toolCalls.map(\.id) == ["1", "2"])
        // Streamed, both calls have one index.
        var stream = provider.makeStream()
        var assembler = StreamAssembler(origin: "p")
        for data in [call("1", "sig"), call("2", nil)].map({ Samples.openAIChunk(["tool_calls": [$0]]) })
            + [Samples.openAIChunk([:], finish: "stop"), "[DONE]"]
        {
            for event in try stream.apply(ServerSentEvent(data: data)) { try assembler.apply(event) }
        }
        #expect(try assembler.answer().content == answer.content)

        let turn = Message(role: .assistant, content: answer.content)
        let again = try self.sent(.gemini, nil, ModelRequest(messages: [.user("Hi"), turn])).body["messages"]?[1]
        #expect(again?["tool_calls"]?[0]?["extra_content"] == ["google": ["thought_signature": "sig"]])
        #expect(again?["tool_calls"]?[1]?["extra_content"] == nil && again?["reasoning_content"] == nil)
        let alien = Message(role: .assistant, content: answer.toolCalls.map { .toolCall($0) })
        let marked = try self.sent(.gemini, nil, ModelRequest(messages: [.user("Hi"), alien])).body["messages"]?[1]
        #expect(
            marked?["tool_calls"]?[0]?["extra_content"]
                == ["google": ["thought_signature": "skip_thought_signature_validator"]])
        let elsewhere = try self.sent(.openAI, "http://x.test", ModelRequest(messages: [turn])).body["messages"]?[0]
        #expect(elsewhere?["tool_calls"]?[0]?["extra_content"] == nil)
    }

    @Test func geminisThinkingIsInTheTotalOnly() throws {
        var body = Samples.openAIAnswer("Hi", prompt: 20, completion: 198)
        body["usage"]?["total_tokens"] = 623
        let usage = try self.settings(.gemini).makeProvider().answer(from: body.bytes()).usage
        #expect(usage == Usage(freshInput: 20, output: 198, reasoning: 405))
    }

    @Test func geminisErrorsAreInAList() {
        func kind(_ message: String, _ status: Int = 400) -> ModelFailure.Kind {
            let body: JSON = [["error": ["code": JSON(status), "message": .string(message), "status": "X"]]]
            return self.settings(.gemini).makeProvider()
                .failure(status: status, headers: [:], body: body.bytes(), now: Timestamp(milliseconds: 0)).kind
        }
        #expect(kind("API key not valid. Please pass a valid API key.") == .authentication)
        #expect(
            kind("The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).")
                == .contextTooLong)
        #expect(kind("Invalid JSON payload received.") == .badRequest)
        #expect(kind("Quota exceeded", 429) == .rateLimited)
    }

    @Test func geminiSaysWhyItFiltered() {
        let body: JSON = ["choices": [["message": ["content": "a"], "finish_reason": "content_filter: SAFETY"]]]
        let failure = #expect(throws: ModelFailure.self) {
            try self.settings(.gemini).makeProvider().answer(from: body.bytes())
        }
        #expect(failure?.kind == .contentFiltered)
    }

    @Test func reasoningInWordsGoesBackWhereItIsWanted() throws {
        var settings = self.settings(.openAI, "http://x.test")
        settings.models = ["m": ModelTraits(takesReasoningBack: true)]
        let turn = Message(
            role: .assistant, content: [.reasoning(Reasoning(text: "hm", origin: "p")), .text("Yes.")])
        let adapted = settings.capabilities(of: "m")
            .adapted(ModelRequest(messages: [turn]), for: "p", wire: .chatCompletions)
        let body = try JSON.parse(try settings.makeProvider().request(for: adapted, model: "m", streaming: false).body)
        #expect(body["messages"]?[0]?["reasoning_content"] == "hm")
    }
}
