import BelayCore
import BelayJSON
import Testing

@testable import BelayIngress

struct MessagesRequestTests {
    private let wire = IngressProtocol.messages

    private func read(_ body: String) throws -> IngressRequest { try self.wire.read(try JSON.parse(body)) }

    private func problem(messages: String) throws -> IngressProblem? {
        self.wire.problem(["model": "m", "max_tokens": 9, "messages": try JSON.parse(messages)])
    }

    @Test func everythingThatIsMapped() throws {
        let ingress = try self.read(
            #"""
            {"model": "agent/support", "max_tokens": 5000, "stream": true, "system": [{"type": "text", "text": "Be brief."}],
             "messages": [
               {"role": "user", "content": [{"type": "text", "text": "See", "cache_control": {"type": "ephemeral"}},
                 {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                 {"type": "image", "source": {"type": "url", "url": "https://x.test/a.png"}},
                 {"type": "document", "title": "a.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": "BBBB"}},
                 {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "plain"}}]},
               {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"},
                 {"type": "redacted_thinking", "data": "d"}, {"type": "text", "text": "I look."},
                 {"type": "tool_use", "id": "1", "name": "weather", "input": {"city": "Rome"}},
                 {"type": "tool_use", "id": "2", "name": "weather", "input": {}}]},
               {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "2", "content": "bad", "is_error": true}]},
               {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "sunny"}]},
                 {"type": "text", "text": "And?"}]}],
             "tools": [{"name": "weather", "description": "W", "input_schema": {"type": "object"}, "strict": true}],
             "tool_choice": {"type": "any", "disable_parallel_tool_use": true}, "temperature": 0.5, "top_p": 0.25,
             "stop_sequences": ["END"], "metadata": {"user_id": "u"},
             "thinking": {"type": "enabled", "budget_tokens": 2000},
             "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}
            """#)
        let expected = ModelRequest(
            system: "Be brief.",
            messages: [
                Message(
                    role: .user,
                    content: [
                        .text("See"), .image(Attachment(mediaType: "image/png", data: "AAAA")),
                        .image(Attachment(mediaType: "image/*", url: "https://x.test/a.png")),
                        .file(Attachment(mediaType: "application/pdf", data: "BBBB", name: "a.pdf")), .text("plain"),
                    ]),
                Message(
                    role: .assistant,
                    content: [
                        .reasoning(Reasoning(text: "hm", signature: "s", origin: "p")),
                        .reasoning(
                            Reasoning(text: "", signature: Reasoning.signature(ofRedacted: "d"), origin: "p")),
                        .text("I look."),
                        .toolCall(ToolCall(id: "1", name: "weather", arguments: #"{"city":"Rome"}"#)),
                        .toolCall(ToolCall(id: "2", name: "weather", arguments: "{}")),
                    ]),
                Message(role: .tool, content: [.toolResult(ToolResult(callID: "2", content: "bad", isError: true))]),
                Message(role: .tool, content: [.toolResult(ToolResult(callID: "1", content: "sunny"))]),
                .user("And?"),
            ], tools: [ToolDefinition(name: "weather", description: "W", parameters: ["type": "object"])],
            toolChoice: .required, maxOutputTokens: 5_000, temperature: 0.5, stopSequences: ["END"],
            outputSchema: ["type": "object"], topP: 0.25, parallelToolCalls: false, reasoningEffort: .low,
            endUser: "u")
        #expect(ingress.request == expected)
        #expect(ingress.streams)
        #expect(ingress.problemElsewhere == nil)
        #expect(
            ingress.passThrough.map(\.path.dotted) == ["messages.0.content.0.cache_control", "tools.0.strict"])
    }

    private static let call =
        #"{"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {}}]}"#

    @Test(arguments: [
        (#"[]"#, "messages"),
        (#"[{"role": "robot", "content": "Hi"}]"#, "messages.0.role"),
        (#"[{"role": "user", "content": ""}]"#, "messages.0.content"),
        (#"[{"role": "user", "content": []}]"#, "messages.0.content"),
        (#"[{"role": "user", "content": [{"type": "text", "text": " "}]}]"#, "messages.0.content.0.text"),
        (#"[{"role": "user", "content": "Hi", "name": "Ann"}]"#, "messages.0.name"),
        (
            #"[{"role": "user", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {}}]}]"#,
            "messages.0.content.0.type"
        ),
        (#"[{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1"}]}]"#, "messages.0.content.0"),
        (
            #"[{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "AAAA"}}]}]"#,
            "messages.0.content.0.source.media_type"
        ),
        (
            #"[{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ""}}]}]"#,
            "messages.0.content.0.source.data"
        ),
        ("[\(call)]", "messages.0"),
        ("[\(call), {\"role\": \"user\", \"content\": \"And?\"}]", "messages.1.content"),
        (
            #"[\#(call), {"role": "user", "content": [{"type": "text", "text": "So"}, {"type": "tool_result", "tool_use_id": "1"}]}]"#,
            "messages.1.content.0"
        ),
        (
            #"[\#(call), {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "2"}]}]"#,
            "messages.1.content.0.tool_use_id"
        ),
        (
            #"[\#(call), {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1"}, {"type": "tool_result", "tool_use_id": "1"}]}]"#,
            "messages.1.content.1.tool_use_id"
        ),
        (
            #"[\#(call), {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1"}]}, \#(call)]"#,
            "messages.2.content.0.id"
        ),
        (
            #"[{"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": "{}"}]}]"#,
            "messages.0.content.0.input"
        ),
    ])
    func brokenMessages(messages: String, place: String) throws {
        #expect(try self.problem(messages: messages)?.path.dotted == place)
    }

    @Test(arguments: [
        ("max_tokens", "0", "max_tokens"), ("temperature", "1.1", "temperature"),
        ("stop_sequences", #"[" "]"#, "stop_sequences.0"), ("system", "7", "system"),
        ("tools", #"[{"name": "a"}]"#, "tools.0.input_schema"),
        ("tools", #"[{"name": "a", "input_schema": {"type": "array"}}]"#, "tools.0.input_schema.type"),
        ("tools", #"[{"type": "hammer_20260101", "name": "a"}]"#, "tools.0.type"),
        (
            "tools",
            #"[{"name": "a", "input_schema": {"type": "object"}}, {"name": "a", "input_schema": {"type": "object"}}]"#,
            "tools.1"
        ),
        ("tool_choice", #"{"type": "any"}"#, "tool_choice"), ("tool_choice", #"{"type": "some"}"#, "tool_choice.type"),
        ("thinking", #"{"type": "enabled", "budget_tokens": 2000}"#, "thinking.budget_tokens"),
        ("thinking", #"{"type": "enabled", "budget_tokens": 7}"#, "thinking.budget_tokens"),
        ("output_config", #"{"effort": "minimal"}"#, "output_config.effort"),
        ("metadata", #"{"user": "u"}"#, "metadata.user"),
    ])
    func brokenParameters(name: String, value: String, place: String) throws {
        let body = self.wire.minimal(with: name, try JSON.parse(value))
        #expect(self.wire.problem(body)?.path.dotted == place)
    }

    @Test(arguments: ["model", "messages", "max_tokens"]) func whatIsRequired(name: String) {
        #expect(self.wire.problem(self.wire.minimal(with: name, nil))?.path == ParameterPath(name))
    }

    @Test(arguments: [
        (#"{"type": "disabled"}"#, ReasoningEffort.off), (#"{"type": "adaptive"}"#, nil),
        (#"{"type": "enabled", "budget_tokens": 4096}"#, .low),
        (#"{"type": "enabled", "budget_tokens": 4097}"#, .medium),
        (#"{"type": "enabled", "budget_tokens": 20000}"#, .high),
    ])
    func budgetsBecomeEfforts(thinking: String, effort: ReasoningEffort?) throws {
        var body = self.wire.minimal(with: "thinking", try JSON.parse(thinking))
        body["max_tokens"] = 32_000
        #expect(try self.wire.read(body).request.reasoningEffort == effort)
        // The word counts more than the budget, but nothing wakes thinking that is switched off.
        body["output_config"] = ["effort": "max"]
        #expect(try self.wire.read(body).request.reasoningEffort == (effort == .off ? .off : .max))
    }

    /// What only Anthropic understands goes to it, and to nobody else.
    @Test(arguments: [
        #"{"type": "image", "source": {"type": "file", "file_id": "f"}}"#, #"{"type": "search_result"}"#,
        #"{"type": "document", "source": {"type": "content", "content": []}}"#,
        #"{"type": "document", "citations": {"enabled": true}, "source": {"type": "text", "data": "a"}}"#,
    ])
    func blocksOfOneVendor(block: String) throws {
        let request = try self.read(
            #"{"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}, \#(block)]}]}"#
        )
        #expect(request.problemElsewhere?.path.dotted.hasPrefix("messages.0.content.1") == true)
    }

    @Test func theVendorsOwnToolsAreForwarded() throws {
        let body = self.wire.minimal(with: "tools", [["type": "web_search_20250305", "name": "web_search"]])
        #expect(try self.wire.read(body).problemElsewhere?.path.dotted == "tools.0")
        var chosen = body
        chosen["tool_choice"] = ["type": "tool", "name": "web_search"]
        #expect(try self.wire.read(chosen).request.toolChoice == .tool(named: "web_search"))
    }

    @Test func instructionsInTheMiddleComeToTheFront() throws {
        let request = try self.read(
            #"""
            {"model": "m", "max_tokens": 9, "system": "One.", "messages": [{"role": "user", "content": "Hi"},
              {"role": "system", "content": "Two."}, {"role": "user", "content": "So?"}]}
            """#)
        #expect(request.request.system == "One.\n\nTwo.")
        #expect(request.request.messages == [.user("Hi"), .user("So?")])
        #expect(request.passThrough.map(\.path.dotted) == ["messages.1"])
    }

    @Test func countingNeedsNoLimitAndTakesNone() throws {
        var reader = MessagesRequestReader()
        let body = self.wire.minimal(with: "max_tokens", nil)
        #expect(try reader.readCounting(body.bytes()).request.messages == [.user("Hi")])
        let problem = #expect(throws: IngressProblem.self) {
            var reader = MessagesRequestReader()
            _ = try reader.readCounting(self.wire.minimal.bytes())
        }
        #expect(problem?.path == ParameterPath("max_tokens"))
        #expect(String(decoding: MessagesAnswerWriter.body(ofCount: 7), as: UTF8.self) == #"{"input_tokens":7}"#)
    }
}
