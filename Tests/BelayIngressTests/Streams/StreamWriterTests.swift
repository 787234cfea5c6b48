import BelayCore
import BelayHTTP
import BelayJSON
import Testing

@testable import BelayIngress

struct StreamWriterTests {
    private let start = ModelStreamEvent.started(model: "m-1", responseID: "up")

    private func writer(_ wire: IngressProtocol, usage: Bool = true) -> any IngressStreamWriter {
        wire.makeStream(for: Samples.request(wire, usage: usage), stamp: Samples.stamp, requestID: "req_1")
    }

    private func isTerminal(_ event: ServerSentEvent) -> Bool {
        event.data == "[DONE]" || ["message_stop", "response.completed", "response.incomplete"].contains(event.name)
    }

    @Test(arguments: IngressProtocol.allCases) func nothingGoesOutBeforeTheFirstOutput(wire: IngressProtocol) {
        var writer = self.writer(wire)
        #expect(writer.write(self.start).isEmpty)
        #expect(writer.write(.textDelta("")).isEmpty)
        #expect(!writer.hasOutput)
        #expect(!writer.write(.textDelta("a")).isEmpty)
        #expect(writer.hasOutput)
    }

    /// Until then another attempt takes the place of the first, and nobody sees it.
    @Test(arguments: IngressProtocol.allCases) func anAttemptWithoutOutputIsReplaced(wire: IngressProtocol) throws {
        let events: [ModelStreamEvent] = [
            .started(model: "first", responseID: nil), .usage(Usage(freshInput: 9)), self.start, .textDelta("a"),
            .finished(.endTurn),
        ]
        let bytes = Samples.stream(self.writer(wire), events)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("first"))
        #expect(text.contains("m-1"))
        #expect(try self.isTerminal(#require(try Samples.events(bytes).last)))
    }

    @Test(arguments: IngressProtocol.allCases) func anAttemptWithOutputIsNeverContinued(wire: IngressProtocol) throws {
        var writer = self.writer(wire)
        var bytes = Samples.stream(writer, [])
        for event in [self.start, .textDelta("half"), self.start, .textDelta("whole"), .finished(.endTurn)] {
            bytes += writer.write(event)
        }
        #expect(writer.isEnded)
        let events = try Samples.events(bytes)
        #expect(!events.contains(where: self.isTerminal))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("whole"))
    }

    @Test(arguments: IngressProtocol.allCases) func aFailureIsNeverACleanEnd(wire: IngressProtocol) throws {
        for hasOutput in [true, false] {
            var writer = self.writer(wire)
            var bytes = writer.write(self.start)
            if hasOutput { bytes += writer.write(.textDelta("half")) }
            bytes += writer.fail(IngressProblem(.upstreamFailed, "It broke."))
            #expect(writer.isEnded)
            #expect(writer.write(.textDelta("more")).isEmpty)
            #expect(writer.write(.finished(.endTurn)).isEmpty)
            #expect(writer.fail(IngressProblem(.upstreamFailed, "Again.")).isEmpty)
            let events = try Samples.events(bytes)
            #expect(!events.contains(where: self.isTerminal))
            let last = try #require(events.last)
            let json = try JSON.parse(last.data)
            switch wire {
            case .chatCompletions: #expect(json["error"]?["message"] == "It broke.")
            case .messages:
                #expect(last.name == "error")
                #expect(json["type"] == "error")
                #expect(json["error"] == ["type": "api_error", "message": "It broke."])
                #expect(json["request_id"] == "req_1")
            case .responses:
                #expect(last.name == "response.failed")
                #expect(json["response"]?["status"] == "failed")
                #expect(json["response"]?["error"] == ["code": "server_error", "message": "It broke."])
                #expect(events.first?.name == "response.created")
            }
        }
    }

    /// What went out before it was the provider's own.
    @Test(arguments: IngressProtocol.allCases) func anErrorFitsBehindForwardedEvents(wire: IngressProtocol) throws {
        var writer = self.writer(wire)
        writer.noteForwarded(#"{"type":"response.created","response":{"id":"resp_theirs"},"sequence_number":0}"#)
        writer.noteForwarded(#"{"type":"response.in_progress","sequence_number":1}"#)
        let bytes = writer.fail(IngressProblem(.upstreamFailed, "It broke."))
        let events = try Samples.events(bytes)
        #expect(events.count == 1)
        guard wire == .responses, let event = events.first else { return }
        let json = try JSON.parse(event.data)
        #expect(event.name == "response.failed")
        #expect(json["sequence_number"] == 2)
        #expect(json["response"]?["id"] == "resp_theirs")
    }

    @Test func theSequenceThatEndedAnAnswerIsNamed() throws {
        let events: [ModelStreamEvent] = [
            self.start, .textDelta("a"), .finished(.stopSequence, stopSequence: "END"),
        ]
        let json = try Samples.json(Samples.stream(self.writer(.messages), events))
        #expect(json[json.count - 2]["delta"] == ["stop_reason": "stop_sequence", "stop_sequence": "END"])
    }

    @Test func openAITellsUsageOnRequest() throws {
        let usage = Usage(freshInput: 7, cacheRead: 2, cacheWrite: 1, output: 4, reasoning: 3)
        let events: [ModelStreamEvent] = [self.start, .textDelta("a"), .usage(usage), .finished(.endTurn)]
        let without = try Samples.json(Samples.stream(self.writer(.chatCompletions, usage: false), events))
        #expect(without.allSatisfy { $0["usage"] == nil && $0["choices"]?.arrayValue?.isEmpty == false })
        let with = try Samples.json(Samples.stream(self.writer(.chatCompletions), events))
        #expect(with.dropLast().allSatisfy { $0["usage"]?.isNull == true })
        #expect(with.last?["choices"] == [])
        #expect(with.last?["usage"]?["prompt_tokens"] == 10)
        #expect(with.last?["usage"]?["completion_tokens"] == 7)
        #expect(with.last?["usage"]?["total_tokens"] == 17)
    }

    @Test func aChatStreamLooksLikeThis() throws {
        let bytes = Samples.stream(
            self.writer(.chatCompletions, usage: false),
            [self.start, .toolCallStarted(index: 0, id: "1", name: "f"), .finished(.toolUse)])
        let head = #""id":"chatcmpl-t0ken","object":"chat.completion.chunk","created":1700000000,"model":"m-1""#
        func chunk(_ delta: String, _ finish: String = "null") -> String {
            "data: {\(head),\"choices\":[{\"index\":0,\"delta\":\(delta),\"finish_reason\":\(finish)}]}\n\n"
        }
        let expected =
            chunk(#"{"role":"assistant","content":"","refusal":null}"#)
            + chunk(
                #"{"tool_calls":[{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":""}}]}"#)
            + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#) + chunk("{}", #""tool_calls""#)
            + "data: [DONE]\n\n"
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func aStreamOfMessagesLooksLikeThis() throws {
        let bytes = Samples.stream(
            self.writer(.messages),
            [
                self.start, .reasoningDelta("hm"), .reasoningSignature("s"), .textDelta("a"),
                .toolCallStarted(index: 0, id: "1", name: "f"), .usage(Usage(freshInput: 3, output: 2)),
                .finished(.toolUse),
            ])
        let names = try Samples.events(bytes).map(\.name)
        #expect(
            names == [
                "message_start", "ping", "content_block_start", "content_block_delta", "content_block_delta",
                "content_block_stop", "content_block_start", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop",
            ])
        let json = try Samples.json(bytes)
        #expect(json[0]["message"]?["id"] == "msg_t0ken")
        #expect(json[0]["message"]?["stop_reason"]?.isNull == true)
        #expect(json[9]["content_block"] == ["type": "tool_use", "id": "1", "name": "f", "input": [:]])
        #expect(json[12]["delta"] == ["stop_reason": "tool_use", "stop_sequence": nil])
        #expect(json[12]["usage"]?["input_tokens"] == 3)
        #expect(json[12]["usage"]?["output_tokens"] == 2)
    }

    @Test func aStreamedResponseLooksLikeThis() throws {
        let bytes = Samples.stream(
            self.writer(.responses),
            [
                self.start, .reasoningDelta("hm"), .textDelta("a"), .toolCallStarted(index: 0, id: "1", name: "f"),
                .toolCallArgumentsDelta(index: 0, "{}"), .finished(.maxTokens),
            ])
        let names = try Samples.events(bytes).map { $0.name.replacing("response.", with: "", maxReplacements: 1) }
        #expect(
            names == [
                "created", "in_progress", "output_item.added", "reasoning_summary_part.added",
                "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done",
                "output_item.done", "output_item.added", "content_part.added", "output_text.delta",
                "output_text.done", "content_part.done", "output_item.done", "output_item.added",
                "function_call_arguments.delta", "function_call_arguments.done", "output_item.done", "incomplete",
            ])
        let json = try Samples.json(bytes)
        #expect(json.map { $0["sequence_number"]?.intValue } == Array(0..<json.count))
        let response = try #require(json.last?["response"])
        #expect(response["incomplete_details"] == ["reason": "max_output_tokens"])
        #expect(response["output"]?[1]?["status"] == "completed")
        #expect(response["output"]?[2]?["status"] == "incomplete")
        #expect(response["created_at"] == 1_700_000_000)
    }

    /// Others can't see it, nor may it reset their clocks.
    @Test(arguments: IngressProtocol.allCases) func keepingAliveSaysNothing(wire: IngressProtocol) throws {
        let bytes = self.writer(wire).keepAlive
        let names = try Samples.events(bytes).map(\.name)
        #expect(!bytes.isEmpty)
        #expect(names == (wire == .messages ? ["ping"] : []))
    }

    @Test func signaturesGoOutOnlyWhereTheyWereAskedFor() throws {
        let events: [ModelStreamEvent] = [
            self.start, .reasoningDelta("hm"), .reasoningSignature("s"), .textDelta("a"), .finished(.endTurn),
        ]
        let request = Samples.request(.responses, signatures: false)
        let bytes = Samples.stream(IngressProtocol.responses.makeStream(for: request, stamp: Samples.stamp), events)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("encrypted_content"))
    }
}
