import BelayCore
import BelayHTTP
import BelayJSON
import Testing

@testable import BelayModels

struct StreamMachineTests {
    private func failure(_ kind: ProviderSettings.Kind, _ data: [String]) -> ModelFailure? {
        var machine = Samples.provider(kind: kind).makeProvider().makeStream()
        do throws(ModelFailure) {
            for data in data { _ = try machine.apply(ServerSentEvent(data: data)) }
            try machine.end()
            return nil
        } catch {
            return error
        }
    }

    private func answer(_ kind: ProviderSettings.Kind, _ data: [String]) throws -> ModelAnswer {
        var machine = Samples.provider("p", kind: kind).makeProvider().makeStream()
        var assembler = StreamAssembler(origin: "p")
        for data in data {
            for event in try machine.apply(ServerSentEvent(data: data)) { try assembler.apply(event) }
        }
        try machine.end()
        return try assembler.answer()
    }

    private let text = Samples.openAIChunk(["content": "Hi"])
    private let stop = Samples.openAIChunk([:], finish: "stop")
    private let messageStart =
        #"{"type":"message_start","message":{"id":"1","model":"m","usage":{"input_tokens":9,"output_tokens":1}}}"#
    private let blockStart = #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
    private let delta = #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#
    private let messageDelta =
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}"#

    @Test func openAINeedsItsFinishReasonAndItsTerminator() {
        #expect(self.failure(.openAI, [self.text, self.stop, "[DONE]"]) == nil)
        #expect(self.failure(.openAI, [self.text, self.stop])?.kind == .cutStream)
        #expect(self.failure(.openAI, [self.text, "[DONE]"])?.kind == .cutStream)
        #expect(self.failure(.openAI, [self.text])?.kind == .cutStream)
        #expect(self.failure(.openAI, [])?.kind == .cutStream)
    }

    @Test func anthropicNeedsItsStopReasonAndItsTerminator() {
        let stop = #"{"type":"message_stop"}"#
        let whole = [self.messageStart, self.blockStart, self.delta, self.messageDelta]
        #expect(self.failure(.anthropic, whole + [stop]) == nil)
        #expect(self.failure(.anthropic, whole)?.kind == .cutStream)
        #expect(self.failure(.anthropic, [self.messageStart, self.blockStart, self.delta, stop])?.kind == .cutStream)
        #expect(self.failure(.anthropic, [stop])?.kind == .cutStream)
    }

    @Test func usageIsKnownEvenWhenTheStreamIsCut() {
        let cut = self.failure(.anthropic, [self.messageStart, self.blockStart, self.delta])
        #expect(cut?.usage == Usage(freshInput: 9, output: 1))
        #expect(self.failure(.openAI, [self.text])?.usage == nil)
    }

    @Test func anErrorInsideAStreamIsThatError() {
        let openAI = #"{"error":{"message":"The server is overloaded","type":"engine_overloaded"}}"#
        #expect(self.failure(.openAI, [self.text, openAI, "[DONE]"])?.kind == .overloaded)
        let anthropic = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let failure = self.failure(.anthropic, [self.messageStart, anthropic])
        #expect(failure?.kind == .overloaded)
        #expect(failure?.usage?.freshInput == 9)
    }

    @Test(arguments: [
        "{", "no", #"{"id":"1"}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"x"}}]}}]}"#,
    ])
    func openAIChunksThatMakeNoSense(data: String) {
        #expect(self.failure(.openAI, [data])?.kind == .malformedResponse)
    }

    @Test(arguments: [
        "{", "[]", #"{"type":"content_block_start","index":0,"content_block":{"type":"text"}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}"#,
    ])
    func anthropicEventsThatMakeNoSense(data: String) {
        #expect(self.failure(.anthropic, [data])?.kind == .malformedResponse)
    }

    @Test func aDeltaOfAnotherKindThanItsBlockIsMalformed() {
        let wrong = #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}"#
        #expect(self.failure(.anthropic, [self.messageStart, self.blockStart, wrong])?.kind == .malformedResponse)
    }

    @Test func anthropicsUnknownEventsAndBlocksAreSkipped() throws {
        let answer = try self.answer(
            .anthropic,
            [
                self.messageStart, #"{"type":"news","x":1}"#,
                #"{"type":"content_block_start","index":7,"content_block":{"type":"server_tool_use"}}"#,
                #"{"type":"content_block_delta","index":7,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
                self.blockStart, self.delta, self.messageDelta, #"{"type":"message_stop"}"#,
            ])
        #expect(answer.text == "Hi")
        #expect(answer.usage == Usage(freshInput: 9, output: 4))
    }

    @Test func anthropicArgumentsMayComeWithTheBlock() throws {
        let answer = try self.answer(
            .anthropic,
            [
                self.messageStart,
                #"{"type":"content_block_start","index":0,"content_block":"#
                    + #"{"type":"tool_use","id":"1","name":"t","input":{"a":1}}}"#,
                self.messageDelta, #"{"type":"message_stop"}"#,
            ])
        #expect(answer.toolCalls == [ToolCall(id: "1", name: "t", arguments: #"{"a":1}"#)])
        #expect(answer.stopReason == .toolUse)
    }

    @Test func anthropicArgumentsThatComeTwiceCountOnce() throws {
        let answer = try self.answer(
            .anthropic,
            [
                self.messageStart,
                #"{"type":"content_block_start","index":0,"content_block":"#
                    + #"{"type":"tool_use","id":"1","name":"t","input":{"a":1}}}"#,
                #"{"type":"content_block_delta","index":0,"delta":"#
                    + #"{"type":"input_json_delta","partial_json":"{\"a\":1}"}}"#,
                #"{"type":"content_block_stop","index":0}"#, self.messageDelta, #"{"type":"message_stop"}"#,
            ])
        #expect(answer.toolCalls == [ToolCall(id: "1", name: "t", arguments: #"{"a":1}"#)])
    }

    @Test func azuresWordsOnThePromptAreNoStart() throws {
        let answer = try self.answer(
            .openAI, [#"{"id":"","model":"","choices":[],"prompt_filter_results":[]}"#, self.text, self.stop, "[DONE]"])
        #expect(answer.model == "m")
        #expect(answer.responseID == "chatcmpl-1")
    }

    @Test func theSequenceThatEndedAnAnswerIsKept() throws {
        let delta = #"{"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"END"}}"#
        let anthropic = try self.answer(
            .anthropic, [self.messageStart, self.blockStart, self.delta, delta, #"{"type":"message_stop"}"#])
        #expect(anthropic.stopReason == .stopSequence)
        #expect(anthropic.stopSequence == "END")
        let stop = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop","stop_reason":"END"}]}"#
        let vLLM = try self.answer(.openAI, [self.text, stop, "[DONE]"])
        #expect(vLLM.stopReason == .stopSequence)
        #expect(vLLM.stopSequence == "END")
    }

    @Test func callsWithOneIndexForAllAreToldApartByTheirIDs() throws {
        func call(_ id: String, _ name: String) -> JSON {
            ["index": 0, "id": .string(id), "function": ["name": .string(name), "arguments": "{}"]]
        }
        let answer = try self.answer(
            .openAI,
            [
                Samples.openAIChunk(["tool_calls": [call("1", "a")]]),
                Samples.openAIChunk(["tool_calls": [call("2", "b")]]),
                Samples.openAIChunk([:], finish: "tool_calls"), "[DONE]",
            ])
        #expect(answer.toolCalls.map(\.name) == ["a", "b"])
        #expect(answer.toolCalls.map(\.arguments) == ["{}", "{}"])
    }

    @Test func callsWithoutAnIndexAreToldApartByTheirIDs() throws {
        let answer = try self.answer(
            .openAI,
            [
                Samples.openAIChunk(["tool_calls": [["id": "1", "function": ["name": "a", "arguments": "{"]]]]),
                Samples.openAIChunk(["tool_calls": [["function": ["arguments": "}"]]]]),
                Samples.openAIChunk(["tool_calls": [["id": "2", "function": ["name": "b", "arguments": ["x": 1]]]]]),
                Samples.openAIChunk([:], finish: "tool_calls"), "[DONE]",
            ])
        #expect(
            answer.toolCalls == [
                ToolCall(id: "1", name: "a", arguments: "{}"), ToolCall(id: "2", name: "b", arguments: #"{"x":1}"#),
            ])
    }

    @Test func callsWithoutAnIDGetTheSameOneStreamedOrNot() throws {
        let call: JSON = ["index": 0, "function": ["name": "a", "arguments": "{}"]]
        let streamed = try self.answer(
            .openAI,
            [Samples.openAIChunk(["tool_calls": [call]]), Samples.openAIChunk([:], finish: "stop"), "[DONE]"])
        let body: JSON = [
            "id": "chatcmpl-1", "model": "m",
            "choices": [["message": ["tool_calls": [call]], "finish_reason": "tool_calls"]],
        ]
        #expect(try Samples.provider("p").makeProvider().answer(from: body.bytes()) == streamed)
        #expect(streamed.toolCalls.first?.id == "call_chatcmpl-1_0")
    }

    @Test func whatFollowsTheTerminatorIsIgnored() throws {
        let answer = try self.answer(.openAI, [self.text, self.stop, "[DONE]", self.text, "junk"])
        #expect(answer.text == "Hi")
    }

    @Test func otherChoicesThanTheFirstAreIgnored() throws {
        let second = #"{"choices":[{"index":1,"delta":{"content":"other"},"finish_reason":"length"}]}"#
        let answer = try self.answer(.openAI, [self.text, second, self.stop, "[DONE]"])
        #expect(answer.text == "Hi")
        #expect(answer.stopReason == .endTurn)
    }

    @Test func anEmptyOrRefusedStreamIsAFailure() {
        let empty = #expect(throws: ModelFailure.self) { try self.answer(.openAI, [self.stop, "[DONE]"]) }
        #expect(empty?.kind == .emptyResponse)
        let refusal = Samples.openAIChunk(["refusal": "I can't"])
        let refused = #expect(throws: ModelFailure.self) {
            try self.answer(.openAI, [refusal, self.stop, "[DONE]"])
        }
        #expect(refused?.kind == .contentFiltered)
    }

    @Test func theAssemblerRefusesEventsOutOfOrder() throws {
        var assembler = StreamAssembler(origin: "p")
        #expect(throws: ModelFailure.self) { try assembler.apply(.toolCallArgumentsDelta(index: 0, "x")) }
        try assembler.apply(.toolCallStarted(index: 0, id: "1", name: "a"))
        #expect(throws: ModelFailure.self) { try assembler.apply(.toolCallStarted(index: 0, id: "1", name: "a")) }
        #expect(throws: ModelFailure.self) { try assembler.answer() }
        try assembler.apply(.finished(.endTurn))
        #expect(throws: ModelFailure.self) { try assembler.apply(.textDelta("late")) }
    }
}
