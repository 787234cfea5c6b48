import BelayCore
import BelayJSON
import Testing

@testable import BelayModels

struct RequestMappingTests {
    private let conversation = ModelRequest(
        system: "Be brief.",
        messages: [
            .user("Rome and Oslo?"),
            Message(
                role: .assistant,
                content: [
                    .reasoning(Reasoning(text: "hm", signature: "sig", origin: "p")),
                    .reasoning(Reasoning(text: "alien", signature: "s", origin: "other")),
                    .toolCall(ToolCall(id: "1", name: "weather", arguments: #"{"city": "Rome"}"#)),
                    .toolCall(ToolCall(id: "2", name: "weather", arguments: "{oops")),
                ]),
            Message(role: .tool, content: [.toolResult(ToolResult(callID: "1", content: "sunny"))]),
            Message(role: .tool, content: [.toolResult(ToolResult(callID: "2", content: "bad", isError: true))]),
            .user("And now?"),
        ], tools: [Samples.weather], toolChoice: .required, maxOutputTokens: 100, temperature: 1.5,
        stopSequences: ["END"])

    private func body(_ kind: ProviderSettings.Kind, streaming: Bool = false, _ request: ModelRequest) throws -> JSON {
        let provider = Samples.provider("p", kind: kind).makeProvider()
        let adapted = provider.settings.capabilities(of: "m")
            .adapted(request, for: provider.name, wire: provider.wire)
        return try JSON.parse(try provider.request(for: adapted, model: "m", streaming: streaming).body)
    }

    @Test func openAI() throws {
        let expected = try JSON.parse(
            #"""
            {"model": "m", "messages": [
              {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Rome and Oslo?"},
              {"role": "assistant", "content": null, "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}},
                {"id": "2", "type": "function", "function": {"name": "weather", "arguments": "{oops"}}]},
              {"role": "tool", "tool_call_id": "1", "content": "sunny"},
              {"role": "tool", "tool_call_id": "2", "content": "Error: bad"}, {"role": "user", "content": "And now?"}],
             "tools": [{"type": "function", "function": {"name": "weather", "description": "The weather of a city",
               "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}],
             "tool_choice": "required", "max_tokens": 100, "temperature": 1.5, "stop": ["END"]}
            """#)
        #expect(try self.body(.openAI, self.conversation) == expected)
    }

    @Test func anthropic() throws {
        let expected = try JSON.parse(
            #"""
            {"model": "m", "max_tokens": 100, "system": "Be brief.", "messages": [
              {"role": "user", "content": [{"type": "text", "text": "Rome and Oslo?"}]},
              {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig"},
                {"type": "tool_use", "id": "1", "name": "weather", "input": {"city": "Rome"}},
                {"type": "tool_use", "id": "2", "name": "weather", "input": {"invalid_json": "{oops"}}]},
              {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "1", "content": "sunny"},
                {"type": "tool_result", "tool_use_id": "2", "content": "bad", "is_error": true},
                {"type": "text", "text": "And now?"}]}],
             "tools": [{"name": "weather", "description": "The weather of a city",
               "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}],
             "tool_choice": {"type": "any"}, "temperature": 1, "stop_sequences": ["END"]}
            """#)
        #expect(try self.body(.anthropic, self.conversation) == expected)
    }

    @Test func aStreamOfOpenAIAsksForItsUsage() throws {
        let body = try self.body(.openAI, streaming: true, Samples.question)
        #expect(body["stream"] == true)
        #expect(body["stream_options"] == ["include_usage": true])
        #expect(body["tool_choice"] == nil)
    }

    @Test func openAIItselfGetsTheNewNameOfTheLimit() throws {
        let provider = ProviderSettings(name: "p", kind: .openAI).makeProvider()
        let request = try provider.request(for: self.conversation, model: "m", streaming: false)
        #expect(try JSON.parse(request.body)["max_completion_tokens"] == 100)
        #expect(request.url == "https://api.openai.com/v1/chat/completions")
    }

    @Test func reasoningGoesBackOnlyToWhoWroteIt() {
        let capabilities = Samples.provider("p", kind: .anthropic).capabilities(of: "m")
        func parts(_ provider: String) -> Int {
            capabilities.adapted(self.conversation, for: provider, wire: .messages).messages[1].content.count
        }
        #expect(parts("p") == 3)
        #expect(parts("q") == 2)
        let without = Samples.provider("p").capabilities(of: "m")
        let sent = without.adapted(self.conversation, for: "p", wire: .chatCompletions)
        #expect(sent.messages[1].content.count == 2)
    }

    @Test func anthropicAlwaysGetsALimit() throws {
        #expect(try self.body(.anthropic, Samples.question)["max_tokens"] == 4_096)
    }

    @Test(arguments: ["https://x.test", "https://x.test/", "https://x.test/v1", "https://x.test/v1/"])
    func anthropicsBaseURLMayEndInItsVersion(url: String) throws {
        let provider = ProviderSettings(name: "p", kind: .anthropic, baseURL: url).makeProvider()
        let request = try provider.request(for: Samples.question, model: "m", streaming: false)
        #expect(request.url == "https://x.test/v1/messages")
    }

    @Test func keysGoIntoTheVendorsHeader() throws {
        var settings = Samples.provider("p", key: "the-key")
        settings.headers = ["x-team": "support"]
        let openAI = try settings.makeProvider().request(for: Samples.question, model: "m", streaming: false)
        #expect(openAI.headers["authorization"] == "Bearer the-key")
        #expect(openAI.headers["x-team"] == "support")
        settings.kind = .anthropic
        let anthropic = try settings.makeProvider().request(for: Samples.question, model: "m", streaming: true)
        #expect(anthropic.headers["x-api-key"] == "the-key")
        #expect(anthropic.headers["anthropic-version"] == "2023-06-01")
        #expect(!"\(settings)".contains("the-key"))
    }

    @Test func aSchemaGoesWhereTheProtocolHasAPlaceForIt() throws {
        var request = Samples.question
        let schema: JSON = ["type": "object", "properties": ["a": ["type": "integer", "minimum": 1]]]
        request.outputSchema = schema
        let format = try self.body(.openAI, request)["response_format"]
        #expect(format == ["type": "json_schema", "json_schema": ["name": "answer", "schema": schema]])
        let forced = try self.body(.anthropic, request)
        #expect(forced["system"] == "Be brief.")
        #expect(forced["tool_choice"] == ["type": "tool", "name": "give_answer", "disable_parallel_tool_use": true])
        #expect(forced["tools"]?[0]?["input_schema"] == schema)
    }

    @Test func whereNoToolCanBeForcedASchemaGoesIntoTheInstructions() throws {
        var request = Samples.question
        request.outputSchema = ["type": "object", "properties": ["a": ["type": "integer", "minimum": 1]]]
        let changes: [(inout ModelRequest) -> Void] = [
            { $0.tools = [Samples.weather] }, { $0.reasoningEffort = .low }, { $0.outputSchema = ["type": "array"] },
            { $0.outputSchema = ["type": "object"] }, { $0.outputSchema?["properties"] = [:] },
            { $0.outputSchema?["anyOf"] = [["required": ["a"]]] }, { $0.outputSchema?["properties"]?["b c"] = [:] },
            { $0.messages.append(.assistant("{")) },
        ]
        for change in changes {
            var changed = request
            change(&changed)
            let body = try self.body(.anthropic, changed)
            let system = try #require(body["system"]?.stringValue)
            #expect(system.hasPrefix("Be brief.\n\n") && system.contains(#""type":"#), "\(system)")
            #expect(body["tool_choice"]?["name"] == nil)
        }
    }

    @Test func parametersHaveEachVendorsName() throws {
        var request = Samples.question
        request.tools = [Samples.weather]
        request.topP = 0.5
        request.seed = 7
        request.parallelToolCalls = false
        request.reasoningEffort = .high
        request.endUser = "u-1"
        let openAI = try self.body(.openAI, request)
        #expect(openAI["top_p"] == 0.5)
        #expect(openAI["seed"] == 7)
        #expect(openAI["parallel_tool_calls"] == false)
        #expect(openAI["reasoning_effort"] == "high")
        #expect(openAI["user"] == "u-1")
        let anthropic = try self.body(.anthropic, request)
        #expect(anthropic["top_p"] == 0.5)
        #expect(anthropic["seed"] == nil)
        #expect(anthropic["tool_choice"] == ["type": "auto", "disable_parallel_tool_use": true])
        #expect(anthropic["output_config"] == ["effort": "high"])
        #expect(anthropic["metadata"] == ["user_id": "u-1"])
        let vendor = ProviderSettings(name: "p", kind: .openAI).makeProvider()
        let body = try JSON.parse(try vendor.request(for: request, model: "m", streaming: false).body)
        #expect(body["safety_identifier"] == "u-1")
        #expect(body["user"] == nil)
    }

    @Test func noThinkingIsSaidInEachVendorsWords() throws {
        var request = Samples.question
        request.reasoningEffort = .off
        #expect(try self.body(.openAI, request)["reasoning_effort"] == "none")
        #expect(try self.body(.anthropic, request)["thinking"] == ["type": "disabled"])
        #expect(try self.body(.anthropic, request)["output_config"] == nil)
        request.reasoningEffort = .minimal
        #expect(try self.body(.anthropic, request)["output_config"] == ["effort": "low"])
    }

    /// A model that may call nothing has no part in its choice for parallel calls.
    @Test func parallelCallsAreAPartOfAnthropicsChoice() throws {
        var request = Samples.question
        request.tools = [Samples.weather]
        request.parallelToolCalls = true
        request.toolChoice = .none
        #expect(try self.body(.anthropic, request)["tool_choice"] == ["type": "none"])
        request.toolChoice = .tool(named: "weather")
        #expect(
            try self.body(.anthropic, request)["tool_choice"]
                == ["type": "tool", "name": "weather", "disable_parallel_tool_use": false])
    }

    @Test func attachments() throws {
        let image = Content.image(Attachment(mediaType: "image/png", data: "AAAA"))
        let file = Content.file(Attachment(mediaType: "application/pdf", data: "BBBB", name: "a.pdf"))
        let request = ModelRequest(messages: [Message(role: .user, content: [.text("See"), image, file])])
        let openAI = try self.body(.openAI, request)["messages"]?[0]?["content"]
        #expect(openAI?[1]?["image_url"]?["url"] == "data:image/png;base64,AAAA")
        #expect(openAI?[2]?["file"] == ["filename": "a.pdf", "file_data": "data:application/pdf;base64,BBBB"])
        let anthropic = try self.body(.anthropic, request)["messages"]?[0]?["content"]
        #expect(anthropic?[1]?["source"] == ["type": "base64", "media_type": "image/png", "data": "AAAA"])
        #expect(anthropic?[2]?["type"] == "document")
    }
}
