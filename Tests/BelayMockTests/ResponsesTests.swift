import BelayJSON
import Testing

@testable import BelayMock

/// OpenAI's Responses API, as a client sees it.
@Suite(.timeLimit(.minutes(5)))
struct ResponsesTests {
    private static func answer(text: String? = nil, calls: [Answer.Call] = []) -> Answer {
        var answer = Answer(id: "X", model: "m", created: 5, text: text)
        answer.calls = calls
        answer.stop = calls.isEmpty ? .end : .toolCalls
        answer.usage = MockUsage(input: 10, cached: 4, output: 3, reasoning: 2)
        answer.pieceLength = 8
        return answer
    }

    private static let calls = [
        Answer.Call(id: "A", name: "look", arguments: #"{"order":1}"#),
        Answer.Call(id: "B", name: "jump", arguments: "{}"),
    ]

    @Test func aStreamHasItsEventsInOrderAndNumbered() throws {
        let events = ResponsesFormat().events(of: Self.answer(text: "Let me see", calls: [Self.calls[1]]))
        #expect(
            events.map(\.name) == [
                "response.created", "response.in_progress", "response.output_item.added",
                "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ])
        let numbers = try events.map { try JSON.parse($0.data)["sequence_number"]?.intValue }
        #expect(numbers == Array(0..<events.count))
        #expect(events.last?.part == .terminator)
    }

    /// The deltas, the items that are done and the last event all say what the whole answer says.
    @Test func streamedEqualsWhole() throws {
        let answer = Self.answer(text: "Let me see \u{1F600}", calls: Self.calls)
        let whole = ResponsesFormat().body(of: answer)
        let events = try ResponsesFormat().events(of: answer).map { try JSON.parse($0.data) }
        let deltas = events.filter { $0["type"] == "response.output_text.delta" }
        #expect(deltas.compactMap { $0["delta"]?.stringValue }.joined() == answer.text)
        #expect(events.last?["response"] == whole)
        let done = events.filter { $0["type"] == "response.output_item.done" }.compactMap { $0["item"] }
        #expect(JSON.array(done) == whole["output"])
        #expect(whole["output"]?[1]?["call_id"] == "call_A" && whole["output"]?[1]?["arguments"] == #"{"order":1}"#)
    }

    @Test func usageIncludesCachedAndReasoning() {
        let usage = ResponsesFormat().body(of: Self.answer(text: "hi"))["usage"]
        #expect(usage?["input_tokens"] == 14 && usage?["output_tokens"] == 5 && usage?["total_tokens"] == 19)
        #expect(usage?["input_tokens_details"]?["cached_tokens"] == 4)
        #expect(usage?["output_tokens_details"]?["reasoning_tokens"] == 2)
    }

    @Test func toolsTheirResultsAndASchemaAreUnderstood() async throws {
        let yaml = """
            rules:
              - when: {last_role: user, tools_offered: look, protocol: responses}
                reply: {tool_calls: [{name: look, arguments: {order: 1}}]}
              - when: {tool: look}
                reply: "It is {{result.status}}."
            """
        try await MockHarness.run(yaml) { mock in
            let tool: JSON = ["type": "function", "name": "look", "parameters": ["type": "object"]]
            var input: JSON = [["role": "user", "content": [["type": "input_text", "text": "Where?"]]]]
            let first = try await mock.send(.responses, ["model": "m", "input": input, "tools": [tool]]).response?.json
            let call = try #require(first?["output"]?[0])
            #expect(call["name"] == "look" && first?["status"] == "completed")
            let output: JSON = [
                "type": "function_call_output", "call_id": call["call_id"] ?? .null, "output": #"{"status":"lost"}"#,
            ]
            input = .array((input.arrayValue ?? []) + [call, output])
            let second = try await mock.send(.responses, ["model": "m", "input": input, "tools": [tool]])
            #expect(second.response?.json?["output"]?[0]?["content"]?[0]?["text"] == "It is lost.")
            let schema: JSON = ["type": "object", "properties": ["n": ["type": "integer"]]]
            let format: JSON = ["type": "json_schema", "name": "a", "schema": schema]
            let third = try await mock.send(.responses, ["model": "m", "input": "hi", "text": ["format": format]])
            #expect(third.response?.json?["output"]?[0]?["content"]?[0]?["text"] == #"{"n":1}"#)
        }
    }

    @Test(arguments: [
        (#"{"input": "a"}"#, "model"), (#"{"model": "m"}"#, "input"), (#"{"model": "m", "input": []}"#, "input"),
        (#"{"model": "m", "input": "a", "max_output_tokens": 15}"#, "max_output_tokens"),
        (#"{"model": "m", "input": "a", "previous_response_id": "resp_1"}"#, "previous_response_id"),
        (#"{"model": "m", "input": [{"role": "tool", "content": "a"}]}"#, "input[0].role"),
        (
            #"{"model": "m", "input": [{"type": "function_call_output", "call_id": "1", "output": "a"}]}"#,
            "input[0].call_id"
        ),
        (
            #"{"model": "m", "input": [{"type": "function_call", "call_id": "1", "name": "a", "arguments": ""}]}"#,
            "input"
        ),
        (#"{"model": "m", "input": "a", "tools": [{"type": "function", "function": {"name": "a"}}]}"#, "tools[0]"),
        (#"{"model": "m", "input": "a", "text": {"format": {"type": "json_schema"}}}"#, "text.format.name"),
        (
            #"{"model": "m", "input": [{"type": "reasoning", "summary": [], "encrypted_content": "alien"}]}"#,
            "input[0].encrypted_content"
        ),
    ])
    func badRequestsAreRefused(body: String, place: String) async throws {
        try await MockHarness.run { mock in
            let response = try await mock.send(.responses, JSON.parse(body)).response
            #expect(response?.status == 400)
            #expect(response?.json?["error"]?["param"]?.stringValue == place)
        }
    }

    @Test func thoughtsComeEncryptedWhenAskedForAndAreTakenBack() async throws {
        try await MockHarness.run("reply: {text: Yes., usage: {reasoning: 5}}") { mock in
            let without = try await mock.ask(.responses).response?.json
            #expect(without?["output"]?.arrayValue?.count == 1)
            let asked: JSON = ["model": "m", "input": "hi", "include": ["reasoning.encrypted_content"]]
            let output = try #require(try await mock.send(.responses, asked).response?.json?["output"])
            #expect(output[0]?["type"] == "reasoning" && output[0]?["encrypted_content"]?.stringValue != nil)
            let user: JSON = ["role": "user", "content": "And?"]
            let again: JSON = ["model": "m", "input": .array((output.arrayValue ?? []) + [user])]
            let status = try await mock.send(.responses, again).response?.status
            #expect(status == 200)
        }
    }
}
