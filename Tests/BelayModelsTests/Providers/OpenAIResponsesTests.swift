import BelayCore
import BelayHTTP
import BelayJSON
import Testing

@testable import BelayModels

struct OpenAIResponsesTests {
    private func provider(_ traits: ModelTraits? = nil) -> any ModelProvider {
        var settings = Samples.provider("p", kind: .openAIResponses)
        settings.models = traits.map { ["m": $0] } ?? [:]
        return settings.makeProvider()
    }

    private func body(_ request: ModelRequest, streaming: Bool = false, _ traits: ModelTraits? = nil) throws -> JSON {
        let provider = self.provider(traits)
        let adapted = provider.settings.capabilities(of: "m").adapted(request, for: "p", wire: .responses)
        return try JSON.parse(try provider.request(for: adapted, model: "m", streaming: streaming).body)
    }

    private func failure(_ events: [JSON]) -> ModelFailure? {
        var machine = self.provider().makeStream()
        do throws(ModelFailure) {
            for event in events { _ = try machine.apply(ServerSentEvent(data: event.serialized())) }
            try machine.end()
            return nil
        } catch {
            return error
        }
    }

    private func answer(_ events: [JSON]) throws -> ModelAnswer {
        var machine = self.provider().makeStream()
        var assembler = StreamAssembler(origin: "p")
        for event in events {
            for event in try machine.apply(ServerSentEvent(data: event.serialized())) { try assembler.apply(event) }
        }
        try machine.end()
        return try assembler.answer()
    }

    private let created: JSON = ["type": "response.created", "response": ["id": "resp_1", "model": "m-1"]]
    private let message: JSON = [
        "type": "response.output_item.added", "output_index": 0, "item": ["type": "message", "content": []],
    ]
    private let delta: JSON = ["type": "response.output_text.delta", "output_index": 0, "delta": "Hi"]

    private func end(_ status: String, _ more: JSON.Object = [:]) -> JSON {
        var response: JSON = [
            "status": .string(status), "output": [], "usage": ["input_tokens": 9, "output_tokens": 4],
        ]
        for (key, value) in more { response[key] = value }
        return ["type": .string("response.\(status)"), "response": response]
    }

    @Test func aConversationBecomesItems() throws {
        let request = ModelRequest(
            system: "Be brief.",
            messages: [
                .user("Rome?"),
                Message(
                    role: .assistant,
                    content: [
                        .reasoning(Reasoning(text: "hm", signature: "enc", origin: "p")),
                        .reasoning(Reasoning(text: "alien", signature: "s", origin: "other")),
                        .text("Let me look."), .toolCall(ToolCall(id: "1", name: "weather", arguments: "{oops")),
                    ]),
                Message(role: .tool, content: [.toolResult(ToolResult(callID: "1", content: "bad", isError: true))]),
            ], tools: [Samples.weather], toolChoice: .tool(named: "weather"), maxOutputTokens: 5,
            outputSchema: ["type": "object"], reasoningEffort: .low)
        let expected = try JSON.parse(
            #"""
            {"model": "m", "instructions": "Be brief.", "input": [
              {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Rome?"}]},
              {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "enc"},
              {"type": "message", "role": "assistant", "content": "Let me look."},
              {"type": "function_call", "call_id": "1", "name": "weather", "arguments": "{oops"},
              {"type": "function_call_output", "call_id": "1", "output": "Error: bad"}],
             "tools": [{"type": "function", "name": "weather", "description": "The weather of a city",
               "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}, "strict": false}],
             "tool_choice": {"type": "function", "name": "weather"}, "max_output_tokens": 16,
             "reasoning": {"effort": "low"},
             "text": {"format": {"type": "json_schema", "name": "answer", "schema": {"type": "object"}, "strict": false}},
             "store": false, "include": ["reasoning.encrypted_content"], "stream": true}
            """#)
        #expect(try self.body(request, streaming: true, ModelTraits(takesReasoningBack: true)) == expected)
    }

    @Test func encryptedReasoningIsAskedOfModelsThatHaveIt() throws {
        #expect(try self.body(Samples.question)["include"] == nil)
        #expect(try self.body(Samples.question)["store"] == false)
        let provider = ProviderSettings(name: "p", kind: .openAIResponses).makeProvider()
        let sent = try provider.request(for: Samples.question, model: "gpt-5", streaming: false)
        #expect(sent.url == "https://api.openai.com/v1/responses")
        #expect(try JSON.parse(sent.body)["include"] == ["reasoning.encrypted_content"])
    }

    @Test func attachmentsAreParts() throws {
        let content: [Content] = [
            .image(Attachment(mediaType: "image/png", data: "AAAA")),
            .file(Attachment(mediaType: "application/pdf", data: "BBBB", name: "a.pdf")),
            .file(Attachment(mediaType: "application/pdf", url: "https://files.test/b.pdf")),
        ]
        let parts = try self.body(ModelRequest(messages: [Message(role: .user, content: content)]))["input"]?[0]
        #expect(parts?["content"]?[0] == ["type": "input_image", "image_url": "data:image/png;base64,AAAA"])
        #expect(
            parts?["content"]?[1]
                == ["type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,BBBB"])
        #expect(parts?["content"]?[2] == ["type": "input_file", "file_url": "https://files.test/b.pdf"])
    }

    @Test func aStreamNeedsItsTerminalEvent() {
        #expect(self.failure([self.created, self.message, self.delta, self.end("completed")]) == nil)
        #expect(self.failure([self.created, self.message, self.delta])?.kind == .cutStream)
        #expect(self.failure([])?.kind == .cutStream)
    }

    @Test func howAResponseEnds() throws {
        let begun = [self.created, self.message, self.delta]
        #expect(try self.answer(begun + [self.end("completed")]).stopReason == .endTurn)
        let limit = self.end("incomplete", ["incomplete_details": ["reason": "max_output_tokens"]])
        #expect(try self.answer(begun + [limit]).stopReason == .maxTokens)
        let filter = self.end("incomplete", ["incomplete_details": ["reason": "content_filter"]])
        let filtered = #expect(throws: ModelFailure.self) { try self.answer(begun + [filter]) }
        #expect(filtered?.kind == .contentFiltered && filtered?.usage == Usage(freshInput: 9, output: 4))
    }

    @Test(
        arguments: [
            ("server_error", .serverError), ("rate_limit_exceeded", .rateLimited), ("invalid_prompt", .contentFiltered),
            ("context_length_exceeded", .contextTooLong), ("insufficient_quota", .quotaExhausted),
        ] as [(String, ModelFailure.Kind)])
    func aResponseThatFailedSaysWhy(code: String, kind: ModelFailure.Kind) {
        let error: JSON = ["code": .string(code), "message": "no"]
        let failed = self.failure([self.created, self.end("failed", ["error": error])])
        #expect(failed?.kind == kind && failed?.usage == Usage(freshInput: 9, output: 4))
        #expect(self.failure([self.created, ["type": "error", "code": .string(code), "message": "no"]])?.kind == kind)
        #expect(self.failure([self.created, ["type": "error", "error": error]])?.kind == kind)
        let whole: JSON = ["status": "failed", "error": error, "output": []]
        let atOnce = #expect(throws: ModelFailure.self) { try self.provider().answer(from: whole.bytes()) }
        #expect(atOnce?.kind == kind)
    }

    @Test func aRefusalIsNoAnswer() {
        let refusal: JSON = ["type": "response.refusal.delta", "output_index": 0, "delta": "I can't"]
        #expect(
            throws: ModelFailure.self,
            performing: { try self.answer([self.created, self.message, refusal, self.end("completed")]) })
        let part: JSON = ["type": "refusal", "refusal": "I can't"]
        let whole: JSON = ["status": "completed", "output": [["type": "message", "content": [part]]]]
        let failure = #expect(throws: ModelFailure.self) { try self.provider().answer(from: whole.bytes()) }
        #expect(failure?.kind == .contentFiltered)
    }

    @Test func theVendorsOwnCallsAreNoEmptyAnswer() throws {
        let item: JSON = ["type": "custom_tool_call", "call_id": "c1", "name": "shell", "input": "ls"]
        let whole: JSON = ["id": "r", "model": "m-1", "status": "completed", "output": [item]]
        let answer = try self.provider().answer(from: whole.bytes())
        #expect(answer.toolCalls == [ToolCall(id: "c1", name: "shell", arguments: "ls")])
        let streamed = try self.answer([
            ["type": "response.created", "response": ["id": "r", "model": "m-1"]],
            ["type": "response.output_item.added", "output_index": 0, "item": item],
            ["type": "response.custom_tool_call_input.delta", "output_index": 0, "delta": "ls"],
            ["type": "response.output_item.done", "output_index": 0, "item": item],
            ["type": "response.completed", "response": whole],
        ])
        #expect(streamed == answer)
        let image: JSON = ["type": "image_generation_call", "id": "ig_1", "result": "AAAA"]
        let picture: JSON = ["status": "completed", "output": [image]]
        #expect(try self.provider().answer(from: picture.bytes()).toolCalls.first?.name == "image_generation_call")
    }

    @Test(
        arguments: [
            [["type": "response.output_text.delta", "output_index": 0, "delta": "x"]], [["delta": "x"]], [[]],
            [["type": "response.output_item.added", "output_index": 0, "item": ["type": "message"]]],
            [
                ["type": "response.created", "response": [:]],
                ["type": "response.output_item.added", "output_index": 0, "item": ["type": "function_call"]],
            ],
            [
                ["type": "response.created", "response": [:]],
                ["type": "response.output_item.added", "output_index": 0, "item": ["type": "message"]],
                ["type": "response.function_call_arguments.delta", "output_index": 0, "delta": "{"],
            ],
            [["type": "response.completed"]], [["type": "response.completed", "response": ["status": "queued"]]],
        ] as [[JSON]])
    func eventsThatMakeNoSense(events: [JSON]) {
        #expect(self.failure(events)?.kind == .malformedResponse)
    }

    @Test(
        arguments: [
            ([:], .malformedResponse), ([1], .malformedResponse), (["status": "completed"], .malformedResponse),
            (["status": "in_progress", "output": []], .malformedResponse),
            (["status": "completed", "output": []], .emptyResponse),
            (["error": ["message": "busy", "code": "rate_limit_exceeded"]], .rateLimited),
            (["status": "completed", "output": [["type": "function_call", "name": "x"]]], .malformedResponse),
        ] as [(JSON, ModelFailure.Kind)])
    func aSuccessThatIsNone(body: JSON, kind: ModelFailure.Kind) {
        let failure = #expect(throws: ModelFailure.self) { try self.provider().answer(from: body.bytes()) }
        #expect(failure?.kind == kind)
    }

    @Test func usageIsTakenApart() {
        let usage = OpenAIResponsesUsageMapping.usage([
            "input_tokens": 100, "input_tokens_details": ["cached_tokens": 80], "output_tokens": 50,
            "output_tokens_details": ["reasoning_tokens": 30],
        ])
        #expect(usage == Usage(freshInput: 20, cacheRead: 80, output: 20, reasoning: 30))
        #expect(OpenAIResponsesUsageMapping.usage(.null) == nil)
    }
}
