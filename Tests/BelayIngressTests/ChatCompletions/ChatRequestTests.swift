import BelayCore
import BelayJSON
import Testing

@testable import BelayIngress

struct ChatRequestTests {
    private let wire = IngressProtocol.chatCompletions

    private func read(_ body: String) throws -> IngressRequest { try self.wire.read(try JSON.parse(body)) }

    private func problem(messages: String) throws -> IngressProblem? {
        self.wire.problem(["model": "m", "messages": try JSON.parse(messages)])
    }

    @Test func everythingThatIsMapped() throws {
        let ingress = try self.read(
            #"""
            {"model": "route/default", "stream": true, "stream_options": {"include_usage": true}, "messages": [
               {"role": "developer", "content": "Be brief."}, {"role": "system", "content": [{"type": "text", "text": "Or not."}]},
               {"role": "user", "content": [{"type": "text", "text": "See"},
                 {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "auto"}},
                 {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
                 {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,BBBB"}}]},
               {"role": "assistant", "content": null, "refusal": null, "audio": null, "annotations": [], "tool_calls": [
                 {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{oops"}}]},
               {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "sun"}, {"type": "text", "text": "ny"}]}],
             "tools": [{"type": "function", "function": {"name": "weather"}}],
             "tool_choice": {"type": "function", "function": {"name": "weather"}}, "parallel_tool_calls": false,
             "max_completion_tokens": 12, "temperature": 1.5, "top_p": 0.5, "stop": "END", "seed": -3,
             "response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": true, "schema": {"type": "object"}}},
             "reasoning_effort": "minimal", "user": "old", "safety_identifier": "new", "metadata": {"ticket": "7"}}
            """#)
        #expect(ingress.model == "route/default")
        #expect(ingress.streams)
        #expect(ingress.includesUsage)
        #expect(ingress.metadata == ["ticket": "7"])
        #expect(ingress.problemElsewhere == nil)
        let expected = ModelRequest(
            system: "Be brief.\n\nOr not.",
            messages: [
                Message(
                    role: .user,
                    content: [
                        .text("See"), .image(Attachment(mediaType: "image/png", data: "AAAA")),
                        .image(Attachment(mediaType: "image/*", url: "https://x.test/a.png")),
                        .file(Attachment(mediaType: "application/pdf", data: "BBBB", name: "a.pdf")),
                    ]),
                Message(
                    role: .assistant, content: [.toolCall(ToolCall(id: "1", name: "weather", arguments: "{oops"))]),
                Message(role: .tool, content: [.toolResult(ToolResult(callID: "1", content: "sunny"))]),
            ],
            tools: [
                ToolDefinition(name: "weather", description: "", parameters: ["type": "object", "properties": [:]])
            ], toolChoice: .tool(named: "weather"), maxOutputTokens: 12, temperature: 1.5, stopSequences: ["END"],
            outputSchema: ["type": "object"], topP: 0.5, seed: -3, parallelToolCalls: false,
            reasoningEffort: .minimal, endUser: "new")
        #expect(ingress.request == expected)
    }

    /// Rules of the vendor, each with the place where it is broken.
    @Test(arguments: [
        (#"[]"#, "messages"),
        (#"[{"content": "Hi"}]"#, "messages[0].role"),
        (#"[{"role": "robot", "content": "Hi"}]"#, "messages[0].role"),
        (#"["Hi"]"#, "messages[0]"),
        (#"[{"role": "user"}]"#, "messages[0].content"),
        (#"[{"role": "user", "content": 7}]"#, "messages[0].content"),
        (#"[{"role": "user", "content": []}]"#, "messages[0].content"),
        (#"[{"role": "user", "content": "Hi", "mood": "good"}]"#, "messages[0].mood"),
        (#"[{"role": "user", "content": [{"text": "Hi"}]}]"#, "messages[0].content[0].type"),
        (#"[{"role": "user", "content": [{"type": "text"}]}]"#, "messages[0].content[0].text"),
        (#"[{"role": "user", "content": [{"type": "smell"}]}]"#, "messages[0].content[0].type"),
        (
            #"[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "ftp://x"}}]}]"#,
            "messages[0].content[0].image_url.url"
        ),
        (
            #"[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/tiff;base64,AAAA"}}]}]"#,
            "messages[0].content[0].image_url.url"
        ),
        (
            #"[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,A*AA"}}]}]"#,
            "messages[0].content[0].image_url.url"
        ),
        (#"[{"role": "assistant"}]"#, "messages[0].content"),
        (#"[{"role": "tool", "tool_call_id": "1", "content": "x"}]"#, "messages[0].tool_call_id"),
        (
            #"[{"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}]"#,
            "messages"
        ),
        (
            #"""
            [{"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
             {"role": "user", "content": "And?"}]
            """#, "messages[1].role"
        ),
        (
            #"""
            [{"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
             {"role": "tool", "tool_call_id": "1", "content": "x"}, {"role": "tool", "tool_call_id": "1", "content": "x"}]
            """#, "messages[2].tool_call_id"
        ),
        (
            #"""
            [{"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}]
            """#, "messages[0].tool_calls[1].id"
        ),
        (
            #"[{"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": {}}}]}]"#,
            "messages[0].tool_calls[0].function.arguments"
        ),
    ])
    func brokenMessages(messages: String, place: String) throws {
        #expect(try self.problem(messages: messages)?.path.bracketed == place)
    }

    @Test(arguments: [
        ("tools", #"[{"type": "function", "function": {"name": "a b"}}]"#, "tools[0].function.name"),
        ("tools", #"[{"type": "function", "function": {"description": "x"}}]"#, "tools[0].function.name"),
        ("tools", #"[{"type": "hammer"}]"#, "tools[0].type"),
        (
            "tools", #"[{"type": "function", "function": {"name": "a", "parameters": {"type": "string"}}}]"#,
            "tools[0].function.parameters.type"
        ),
        (
            "tools",
            #"[{"type": "function", "function": {"name": "a", "parameters": {"type": "object", "properties": {"b": {"type": "strin"}}}}}]"#,
            "tools[0].function.parameters"
        ),
        ("tool_choice", #""required""#, "tool_choice"),
        ("temperature", "2.1", "temperature"), ("temperature", #""hot""#, "temperature"), ("top_p", "-1", "top_p"),
        ("max_tokens", "0", "max_tokens"), ("stop", #"["a", "b", "c", "d", "e"]"#, "stop"), ("stop", "[7]", "stop[0]"),
        ("stream_options", #"{"include_usage": true}"#, "stream_options"), ("stream", #""yes""#, "stream"),
        ("response_format", #"{"type": "yaml"}"#, "response_format.type"),
        (
            "response_format", #"{"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": 7}}}"#,
            "response_format.json_schema.schema"
        ),
        ("reasoning_effort", #""huge""#, "reasoning_effort"), ("metadata", #"{"a": 7}"#, "metadata.a"),
        ("model", #""""#, "model"),
    ])
    func brokenParameters(name: String, value: String, place: String) throws {
        let body = self.wire.minimal(with: name, try JSON.parse(value))
        #expect(self.wire.problem(body)?.path.bracketed == place)
    }

    @Test(arguments: ["model", "messages"]) func whatIsRequired(name: String) {
        let problem = self.wire.problem(self.wire.minimal(with: name, nil))
        #expect(problem?.kind == .missing)
        #expect(problem?.path == ParameterPath(name))
    }

    @Test func bothNamesOfTheLimitAtOnceAreRefused() {
        var body = self.wire.minimal(with: "max_tokens", 7)
        body["max_completion_tokens"] = 7
        #expect(self.wire.problem(body)?.path == ParameterPath("max_completion_tokens"))
    }

    /// LiteLLM sends its own fields back, others the index of a streamed call or the reasoning.
    @Test func whatClientsAddToAnswersIsLetPass() throws {
        let request = try self.read(
            #"""
            {"model": "m", "messages": [{"role": "assistant", "content": "a", "annotations": [], "reasoning_content": "hm",
               "provider_specific_fields": {"refusal": null}, "tool_calls": [{"index": 0, "id": "1", "type": "function",
                 "function": {"name": "f", "arguments": "{}", "parsed_arguments": {}}}]},
              {"role": "tool", "tool_call_id": "1", "content": "x"}]}
            """#)
        let call = Content.toolCall(ToolCall(id: "1", name: "f", arguments: "{}"))
        #expect(request.request.messages.first?.content == [.text("a"), call])
        #expect(request.problemElsewhere == nil)
        #expect(
            request.passThrough.map(\.path.bracketed).sorted() == [
                "messages[0].annotations", "messages[0].provider_specific_fields", "messages[0].reasoning_content",
                "messages[0].tool_calls[0].function.parsed_arguments", "messages[0].tool_calls[0].index",
            ])
    }

    /// What only OpenAI understands goes to it, and to nobody else.
    @Test(arguments: [
        (#"{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}"#, "messages[0].content[1]"),
        (#"{"type": "file", "file": {"file_id": "file-1"}}"#, "messages[0].content[1].file"),
    ])
    func partsOfOneVendor(part: String, place: String) throws {
        let request = try self.read(
            #"{"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}, \#(part)]}]}"#)
        #expect(request.problemElsewhere?.path.bracketed == place)
        #expect(request.request.messages == [.user("Hi")])
    }

    /// Python's patterns, which JSON Schema doesn't know, come from common libraries and are let pass by the vendor.
    @Test func patternsOfOtherLanguagesAreLetPass() throws {
        _ = try self.read(
            #"""
            {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "tools": [{"type": "function", "function": {
              "name": "a", "parameters": {"type": "object", "properties": {"b": {"type": "string", "pattern": "(?P<x>\\d)"}}}}}]}
            """#)
    }

    @Test func limitsAreKept() throws {
        func problem(_ limits: IngressLimits) throws -> IngressProblem? {
            let image = #"{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAAAAAA"}}"#
            let body = #"{"model": "m", "messages": [{"role": "user", "content": [\#(image), \#(image)]}]}"#
            return self.wire.problem(try JSON.parse(body), limits: limits)
        }
        #expect(try problem(IngressLimits()) == nil)
        #expect(try problem(IngressLimits(attachmentBytes: 5))?.kind == .tooLarge)
        #expect(try problem(IngressLimits(attachments: 1))?.path.bracketed == "messages[0].content[1].image_url.url")
        #expect(try problem(IngressLimits(messages: 0))?.path.bracketed == "messages")
        #expect(try problem(IngressLimits(body: JSON.Limits(bytes: 20)))?.kind == .bodyTooLarge)
        #expect(try problem(IngressLimits(body: JSON.Limits(depth: 3)))?.kind == .malformedBody)
    }

    @Test(arguments: ["", "[]", "{", "\"a\"", "{\"model\": \"\u{1}\"}"]) func whatIsNoObjectIsRefused(body: String) {
        #expect(throws: IngressProblem.self) { try self.wire.read(Array(body.utf8)) }
    }
}
