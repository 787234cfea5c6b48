import BelayJSON
import Testing

@testable import BelayMock

/// The protocols' forms, event by event.
@Suite struct WireFormatTests {
    private static func answer(text: String? = nil, calls: [Answer.Call] = [], includesUsage: Bool = true) -> Answer {
        var answer = Answer(id: "X", model: "m", created: 5, text: text, includesUsage: includesUsage)
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

    @Test func anthropicsStreamHasItsEventsInOrder() {
        let events = AnthropicFormat().events(of: Self.answer(text: "Let me see", calls: Self.calls))
        #expect(
            events.map { $0.name } == [
                "message_start", "content_block_start", "ping", "content_block_delta", "content_block_delta",
                "content_block_stop", "content_block_start", "content_block_delta", "content_block_delta",
                "content_block_delta", "content_block_stop", "content_block_start", "content_block_delta",
                "content_block_delta", "content_block_stop", "message_delta", "message_stop",
            ])
    }

    @Test func anthropicsOutputCountIsCumulative() throws {
        let events = try AnthropicFormat().events(of: Self.answer(text: "hi")).map { try JSON.parse($0.data) }
        #expect(events.first?["message"]?["usage"]?["input_tokens"] == 10)
        #expect(events.first?["message"]?["usage"]?["cache_read_input_tokens"] == 4)
        #expect(events.first?["message"]?["usage"]?["output_tokens"] == 1)
        let closing = events[events.count - 2]["usage"]
        #expect(closing?["output_tokens"] == 5 && closing?["input_tokens"] == 10)
        #expect(closing?["cache_read_input_tokens"] == 4)
    }

    @Test func openAIsUsageIncludesCachedAndReasoning() {
        let usage = OpenAIFormat().body(of: Self.answer(text: "hi"))["usage"]
        #expect(usage?["prompt_tokens"] == 14 && usage?["completion_tokens"] == 5 && usage?["total_tokens"] == 19)
        #expect(usage?["prompt_tokens_details"]?["cached_tokens"] == 4)
        #expect(usage?["completion_tokens_details"]?["reasoning_tokens"] == 2)
    }

    @Test func openAIsStreamHasUsageOnlyWhenAskedFor() throws {
        let format = OpenAIFormat()
        let without = format.events(of: Self.answer(text: "hi", includesUsage: false)).dropLast()
        #expect(try without.allSatisfy { try JSON.parse($0.data)["usage"] == nil })
        let with = try format.events(of: Self.answer(text: "hi")).dropLast().map { try JSON.parse($0.data) }
        #expect(with.dropLast().allSatisfy { $0["usage"] == .null })
        #expect(with.last?["choices"] == [] && with.last?["usage"]?["total_tokens"] == 19)
    }

    /// A stream put together says what the whole answer says.
    @Test func streamedEqualsWhole() throws {
        let answer = Self.answer(text: "Let me see \u{1F600}", calls: Self.calls)
        let openAI = try OpenAIFormat().events(of: answer).dropLast().map { try JSON.parse($0.data) }
        let deltas = openAI.compactMap { $0["choices"]?[0]?["delta"] }
        #expect(deltas.compactMap { $0["content"]?.stringValue }.joined() == answer.text)
        for (index, call) in answer.calls.enumerated() {
            let parts = deltas.compactMap { $0["tool_calls"]?[0] }.filter { $0["index"]?.intValue == index }
            #expect(parts[0]["id"]?.stringValue == "call_" + call.id)
            #expect(parts.compactMap { $0["function"]?["arguments"]?.stringValue }.joined() == call.arguments)
        }
        let anthropic = try AnthropicFormat().events(of: answer).map { try JSON.parse($0.data) }
        #expect(anthropic.compactMap { $0["delta"]?["text"]?.stringValue }.joined() == answer.text)
        for (index, call) in answer.calls.enumerated() {
            let parts = anthropic.filter { $0["index"]?.intValue == index + 1 }
            #expect(parts[0]["content_block"]?["id"]?.stringValue == "toolu_01" + call.id)
            #expect(parts.compactMap { $0["delta"]?["partial_json"]?.stringValue }.joined() == call.arguments)
        }
    }

    @Test func writesWithNothingBetweenThemAreOne() {
        var script = WireScript(outcome: .control, status: 200)
        script.add(.write([1]))
        script.add(.pause(.zero))
        script.add(.write([2]))
        script.add(.pause(.seconds(1)))
        script.add(.write([3]))
        #expect(script.steps == [.write([1, 2]), .pause(.seconds(1)), .write([3])])
    }
}
