import BelayCore
import BelayJSON
import Testing

@testable import BelayIngress

struct ResponsesRequestTests {
    private let wire = IngressProtocol.responses

    private func read(_ body: String) throws -> IngressRequest { try self.wire.read(try JSON.parse(body)) }

    @Test func everythingThatIsMapped() throws {
        let ingress = try self.read(
            #"""
            {"model": "m", "instructions": "Be brief.", "stream": true, "include": ["reasoning.encrypted_content"], "input": [
               {"role": "developer", "content": "Or not."},
               {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "See"},
                 {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"},
                 {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,BBBB"}]},
               {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "s"},
               {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                 "content": [{"type": "output_text", "text": "I look.", "annotations": []}]},
               {"type": "function_call", "id": "fc_1", "call_id": "1", "name": "weather", "arguments": "{oops"},
               {"type": "function_call_output", "call_id": "1", "output": [{"type": "input_text", "text": "sunny"}]}],
             "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": false}],
             "tool_choice": "required", "parallel_tool_calls": true, "max_output_tokens": 12, "temperature": 0, "top_p": 1,
             "reasoning": {"effort": "xhigh"}, "text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}}},
             "safety_identifier": "u", "metadata": {"ticket": "7"}}
            """#)
        let expected = ModelRequest(
            system: "Be brief.\n\nOr not.",
            messages: [
                Message(
                    role: .user,
                    content: [
                        .text("See"), .image(Attachment(mediaType: "image/png", data: "AAAA")),
                        .file(Attachment(mediaType: "application/pdf", data: "BBBB", name: "a.pdf")),
                    ]),
                Message(
                    role: .assistant,
                    content: [
                        .reasoning(Reasoning(text: "hm", signature: "s", origin: "p")), .text("I look."),
                        .toolCall(ToolCall(id: "1", name: "weather", arguments: "{oops")),
                    ]), Message(role: .tool, content: [.toolResult(ToolResult(callID: "1", content: "sunny"))]),
            ], tools: [ToolDefinition(name: "weather", description: "", parameters: ["type": "object"])],
            toolChoice: .required, maxOutputTokens: 12, temperature: 0, outputSchema: ["type": "object"], topP: 1,
            parallelToolCalls: true, reasoningEffort: .xhigh, endUser: "u")
        #expect(ingress.request == expected)
        #expect(ingress.includesSignatures)
        #expect(ingress.metadata == ["ticket": "7"])
        #expect(ingress.problemElsewhere == nil)
        #expect(ingress.echo["instructions"] == "Be brief.")
        #expect(ingress.echo["truncation"] == "disabled")
    }

    @Test func aTextIsAUsersMessage() throws {
        #expect(try self.wire.read(self.wire.minimal).request.messages == [.user("Hi")])
        #expect(try !self.wire.read(self.wire.minimal).includesSignatures)
    }

    private static let call = #"{"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"}"#
    private static let output = #"{"type": "function_call_output", "call_id": "1", "output": "x"}"#

    @Test(arguments: [
        (#"[]"#, "input"), (#"7"#, "input"), (#"[7]"#, "input[0]"), (#"[{}]"#, "input[0].type"),
        (#"[{"type": "poem"}]"#, "input[0].type"), (#"[{"role": "user"}]"#, "input[0].content"),
        (#"[{"role": "robot", "content": "Hi"}]"#, "input[0].role"),
        (#"[{"role": "user", "content": [{"type": "output_text", "text": "a"}]}]"#, "input[0].content[0].type"),
        (#"[{"role": "user", "content": [{"type": "input_image"}]}]"#, "input[0].content[0].image_url"),
        (#"[{"role": "user", "content": [{"type": "input_file"}]}]"#, "input[0].content[0].file_data"),
        ("[\(call)]", "input[0]"), ("[\(output)]", "input[0].call_id"), ("[\(output), \(call)]", "input[0].call_id"),
        ("[\(call), \(output), \(output)]", "input[2].call_id"), ("[\(call), \(call)]", "input[1].call_id"),
    ])
    func brokenInput(input: String, place: String) throws {
        #expect(self.wire.problem(self.wire.minimal(with: "input", try JSON.parse(input)))?.path.bracketed == place)
    }

    @Test(arguments: [
        ("tools", #"[{"type": "function"}]"#, "tools[0].name"), ("tools", #"[{"type": "hammer"}]"#, "tools[0].type"),
        (
            "tools", #"[{"type": "function", "name": "a", "parameters": {"type": "object", "required": 7}}]"#,
            "tools[0].parameters"
        ),
        ("tool_choice", #"{"type": "function", "name": "a"}"#, "tool_choice.name"),
        ("text", #"{"format": {"type": "json_schema", "name": "a"}}"#, "text.format.schema"),
        ("reasoning", #"{"effort": "huge"}"#, "reasoning.effort"), ("include", #"["all"]"#, "include[0]"),
        ("stream_options", #"{"include_obfuscation": false}"#, "stream_options"), ("background", "true", "background"),
    ])
    func brokenParameters(name: String, value: String, place: String) throws {
        #expect(self.wire.problem(self.wire.minimal(with: name, try JSON.parse(value)))?.path.bracketed == place)
    }

    /// The vendor knows the calls that these outputs answer.
    @Test func anEarlierResponseMayHoldTheCalls() throws {
        let request = try self.read(#"{"model": "m", "previous_response_id": "resp_1", "input": [\#(Self.output)]}"#)
        #expect(request.problemElsewhere?.path == ParameterPath("previous_response_id"))
    }

    /// Their order is free here, and nowhere else.
    @Test func anOutputThatDoesNotFollowItsCallIsForOneVendor() throws {
        let input = #"[\#(Self.call), {"role": "user", "content": "Wait."}, \#(Self.output)]"#
        let request = try self.wire.read(self.wire.minimal(with: "input", try JSON.parse(input)))
        #expect(request.problemElsewhere?.path.bracketed == "input[0]")
    }

    @Test func theVendorsOwnItemsAndToolsAreForwarded() throws {
        let item = self.wire.minimal(with: "input", [["type": "item_reference", "id": "msg_1"]])
        #expect(try self.wire.read(item).problemElsewhere?.path.bracketed == "input[0]")
        let tool = self.wire.minimal(with: "tools", [["type": "web_search"]])
        #expect(try self.wire.read(tool).problemElsewhere?.path.bracketed == "tools[0]")
    }
}
