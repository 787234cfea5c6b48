import BelayJSON
import Foundation
import Testing

@testable import BelayMock

/// Every kind of fault as a client sees it on a real socket.
@Suite(.timeLimit(.minutes(5)))
struct FaultTests {
    typealias Vendor = MockHarness.Vendor

    /// Each protocol, with and without streaming.
    static let all: [(vendor: Vendor, stream: Bool)] = [
        (.openAI, false), (.openAI, true), (.anthropic, false), (.anthropic, true), (.responses, false),
        (.responses, true),
    ]

    private static func terminator(_ vendor: Vendor) -> String {
        switch vendor {
        case .openAI: "[DONE]"
        case .anthropic: "message_stop"
        case .responses: "response.completed"
        }
    }

    // Connections

    @Test(arguments: Self.all)
    func resetBeforeHeadersSendsNothing(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: reset_before_headers") { mock in
            let received = try await mock.ask(asked.vendor, stream: asked.stream)
            #expect(received.end == .reset)
            #expect(received.bytes.isEmpty)
        }
    }

    @Test(arguments: Self.all)
    func resetInHeadersSendsHalfAHead(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: reset_in_headers") { mock in
            let received = try await mock.ask(asked.vendor, stream: asked.stream)
            #expect(received.end == .reset)
            #expect(received.text.hasPrefix("HTTP/1.1 200 OK"))
            #expect(!received.text.contains("\r\n\r\n"))
        }
    }

    @Test(arguments: Self.all)
    func silenceLastsUntilTheClientLeaves(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        let clock = JumpingClock(patience: .seconds(60))
        try await MockHarness.run("faults: [{kind: silence, delay: 5m}]", clock: clock) { mock in
            let asking = Task { try await mock.ask(asked.vendor, stream: asked.stream) }
            #expect(await mock.eventually { $0["in_flight"] == 1 })
            asking.cancel()
            let received = try? await asking.value
            #expect(received?.bytes.isEmpty ?? true)
            #expect(await mock.eventually { $0["client_disconnects"] == 1 && $0["in_flight"] == 0 })
            #expect(clock.slept == [.seconds(300)])
        }
    }

    @Test func silenceEndsByItselfAfterItsDelay() async throws {
        try await MockHarness.run(fault: "kind: silence, delay: 20s") { mock in
            let received = try await mock.ask()
            #expect(received.end == .closed)
            #expect(received.bytes.isEmpty)
        }
    }

    @Test func refusedClosesThePortOnScheduleAndOpensItAgain() async throws {
        let clock = JumpingClock(moves: false)
        let yaml = "faults: [{kind: refused, schedule: {from: 10s, for: 5s}}]"
        try await MockHarness.run(yaml, clock: clock) { mock in
            let before = try await mock.ask().response?.status
            #expect(before == 200)
            clock.advance(by: .seconds(12))
            #expect(await mock.eventually { $0["faults"]?["by_kind"]?["refused"] == 1 })
            await #expect(throws: (any Error).self) { try await mock.ask() }
            clock.advance(by: .seconds(5))
            var status: Int?
            while status == nil { status = try? await mock.ask().response?.status }
            #expect(status == 200)
        }
    }

    @Test func refusedFromTheStartHoldsBeforeStartReturns() async throws {
        let clock = JumpingClock(moves: false)
        try await MockHarness.run("faults: [{kind: refused, schedule: {for: 5s}}]", clock: clock) { mock in
            await #expect(throws: (any Error).self) { try await mock.ask() }
        }
    }

    // Slowness

    @Test(arguments: Self.all)
    func slowFirstTokenWaitsAndThenAnswersInFull(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        let clock = JumpingClock()
        let yaml = "faults: [{kind: slow_first_token, delay: 9s}]\nreply: hello"
        try await MockHarness.run(yaml, clock: clock) { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            #expect(clock.slept == [.seconds(9)])
            #expect(response.isComplete)
            #expect(response.text.contains("hello"))
            #expect(mock.server.statistics()["answered"] == 1)
        }
    }

    @Test(arguments: Vendor.allCases)
    func slowFirstTokenCanKeepTheConnectionAliveWithoutContent(_ vendor: Vendor) async throws {
        let yaml = "faults: [{kind: slow_first_token, delay: 9s, pings: 2s}]\nreply: hello"
        let clock = JumpingClock()
        try await MockHarness.run(yaml, clock: clock) { mock in
            let text = try #require(try await mock.ask(vendor, stream: true).response).text
            let ping = vendor != .anthropic ? ": keep-alive" : "event: ping"
            // Anthropic's streams have one ping of their own, after the first block has begun.
            #expect(text.components(separatedBy: ping).count - 1 == (vendor != .anthropic ? 4 : 5))
            #expect(clock.slept == [.seconds(2), .seconds(2), .seconds(2), .seconds(2), .seconds(1)])
        }
    }

    @Test(arguments: Self.all)
    func stallHoldsTheAnswerInTheMiddle(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        let clock = JumpingClock(patience: .seconds(60))
        let yaml = "faults: [{kind: stall, delay: 5m}]\nreply: \(MockHarness.reply)"
        try await MockHarness.run(yaml, clock: clock) { mock in
            let received = try await mock.ask(asked.vendor, stream: asked.stream) { bytes in
                String(decoding: bytes, as: UTF8.self).contains(asked.stream ? "one two" : "\r\n\r\n{")
            }
            let text = received.text
            #expect(received.end == .left)
            #expect(received.response?.isComplete == false)
            if asked.stream { #expect(!text.contains("twelve")) }
            #expect(await mock.eventually { $0["client_disconnects"] == 1 })
        }
    }

    @Test(arguments: Self.all)
    func stallGoesOnAfterItsDelay(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: stall, delay: 9s") { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            #expect(response.isComplete)
            #expect(response.text.contains("twelve"))
        }
    }

    // Broken transport

    @Test(arguments: Self.all)
    func cutClosesInTheMiddleWithoutEnd(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: cut") { mock in
            let received = try await mock.ask(asked.vendor, stream: asked.stream)
            let response = try #require(received.response)
            #expect(received.end == .closed)
            #expect(!response.isComplete)
            #expect(!response.text.contains(Self.terminator(asked.vendor)))
            if asked.stream { #expect(response.text.contains("one two")) }
        }
    }

    @Test(arguments: Vendor.allCases)
    func missingTerminatorEndsInOrderWithoutTheLastEvent(_ vendor: Vendor) async throws {
        try await MockHarness.run(fault: "kind: missing_terminator") { mock in
            let response = try #require(try await mock.ask(vendor, stream: true).response)
            #expect(response.isComplete)
            #expect(response.text.contains("eleven"))
            #expect(!response.text.contains(Self.terminator(vendor)))
            // It cannot be seen without streaming, so it does not strike there.
            let whole = try await mock.ask(vendor).response?.json
            #expect(whole != nil)
            #expect(mock.server.statistics()["faults"]?["total"] == 1)
        }
    }

    @Test(arguments: Self.all)
    func malformedChunkBreaksTheFraming(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: malformed_chunk") { mock in
            let received = try await mock.ask(asked.vendor, stream: asked.stream)
            #expect(received.text.contains("\r\nnot-a-size\r\n"))
            #expect(received.response?.headers["transfer-encoding"] == "chunked")
            #expect(received.response?.isComplete == false)
        }
    }

    @Test(arguments: Self.all)
    func malformedJSONHasSoundFraming(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: malformed_json") { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            #expect(response.isComplete)
            if asked.stream {
                let broken = response.data.filter { $0 != "[DONE]" && (try? JSON.parse($0)) == nil }
                #expect(broken.count == 1)
            } else {
                #expect(response.json == nil)
            }
        }
    }

    // Wrong content

    @Test(arguments: Self.all)
    func emptyAnswerSaysNothing(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: empty_answer") { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            #expect(response.status == 200 && response.isComplete)
            #expect(!response.text.contains("one"))
            if asked.stream { #expect(response.text.contains(Self.terminator(asked.vendor))) }
        }
    }

    @Test(arguments: Self.all)
    func errorIn200LooksLikeSuccessToTheStatus(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: error_in_200") { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            #expect(response.status == 200 && response.isComplete)
            let error = asked.stream ? response.data.last.flatMap { try? JSON.parse($0) } : response.json
            if asked.vendor == .responses, asked.stream {
                #expect(error?["response"]?["status"] == "failed")
                #expect(error?["response"]?["error"]?["code"] == "server_error")
            } else {
                #expect(error?["error"]?["type"] == (asked.vendor != .anthropic ? "server_error" : "api_error"))
            }
            if asked.stream && asked.vendor == .anthropic { #expect(response.events.last == "error") }
            #expect(!response.text.contains(Self.terminator(asked.vendor)))
        }
    }

    @Test(arguments: Self.all)
    func htmlIn200IsAPage(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: html_in_200") { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            #expect(response.status == 200)
            #expect(response.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(response.text.hasPrefix("<!DOCTYPE html>"))
        }
    }

    @Test(arguments: Self.all)
    func wrongContentTypeHasTheRightBody(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: wrong_content_type") { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            #expect(response.headers["content-type"] == "text/plain")
            #expect(response.isComplete && response.text.contains("one two"))
        }
    }

    // Wrong calls

    /// The calls' names and arguments, put together from a stream or from the whole answer.
    private func call(
        _ response: RawResponse, _ vendor: Vendor, stream: Bool
    ) throws -> (name: String?, arguments: String) {
        let parts = stream ? response.data.compactMap { try? JSON.parse($0) } : [try #require(response.json)]
        switch (vendor, stream) {
        case (.openAI, let stream):
            let calls = parts.compactMap {
                $0["choices"]?[0]?[stream ? "delta" : "message"]?["tool_calls"]?[0]?["function"]
            }
            return (calls[0]["name"]?.stringValue, calls.compactMap { $0["arguments"]?.stringValue }.joined())
        case (.anthropic, true):
            let deltas = parts.compactMap { $0["delta"]?["partial_json"]?.stringValue }
            return (parts.compactMap { $0["content_block"]?["name"]?.stringValue }.first, deltas.joined())
        case (.responses, true):
            let item = parts.compactMap { $0["item"] }.first { $0["type"] == "function_call" }
            let deltas = parts.filter { $0["type"] == "response.function_call_arguments.delta" }
            return (item?["name"]?.stringValue, deltas.compactMap { $0["delta"]?.stringValue }.joined())
        case (.responses, false):
            let item = parts[0]["output"]?[0]
            return (item?["name"]?.stringValue, item?["arguments"]?.stringValue ?? "")
        case (.anthropic, false):
            let block = parts[0]["content"]?[0]
            return (block?["name"]?.stringValue, block?["input"]?.serialized() ?? "")
        }
    }

    @Test(arguments: Self.all)
    func truncatedArgumentsStopInTheMiddle(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: truncated_arguments", reply: MockHarness.callReply) { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            let call = try self.call(response, asked.vendor, stream: asked.stream)
            #expect(response.isComplete && call.name == "look")
            // Without streaming Anthropic has no place for broken text: it becomes a string, which is no object.
            #expect((try? JSON.parse(call.arguments))?.objectValue == nil)
            let reasons: [Vendor: String] = [
                .openAI: "length", .anthropic: "max_tokens", .responses: "max_output_tokens",
            ]
            #expect(response.text.contains("\"\(reasons[asked.vendor] ?? "")\""))
        }
    }

    @Test(arguments: Self.all)
    func invalidArgumentsAreNoJSON(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: invalid_arguments", reply: MockHarness.callReply) { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            let call = try self.call(response, asked.vendor, stream: asked.stream)
            #expect((try? JSON.parse(call.arguments))?.objectValue == nil)
            #expect(call.arguments.contains("oops"))
        }
    }

    @Test(arguments: Self.all)
    func unknownToolHasAnotherName(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: unknown_tool", reply: MockHarness.callReply) { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            let call = try self.call(response, asked.vendor, stream: asked.stream)
            #expect(call.name == "look_v2")
            #expect(call.arguments == #"{"order_id":1234,"deep":true}"#)
        }
    }

    @Test func faultsOfCallsLeaveTextAlone() async throws {
        try await MockHarness.run(fault: "kind: invalid_arguments") { mock in
            let said = try await mock.ask().response?.text.contains("twelve")
            #expect(said == true)
            #expect(mock.server.statistics()["faults"]?["total"] == 0)
        }
    }

    @Test(arguments: Self.all)
    func contentFilterCutsTheTextAndSaysWhy(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: content_filter") { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            let reasons: [Vendor: String] = [
                .openAI: #""finish_reason":"content_filter""#, .anthropic: #""stop_reason":"refusal""#,
                .responses: #""incomplete_details":{"reason":"content_filter"}"#,
            ]
            #expect(response.text.contains(reasons[asked.vendor] ?? ""))
            #expect(!response.text.contains("twelve"))
        }
    }

    @Test(arguments: Self.all)
    func refusalHasTheVendorsForm(_ asked: (vendor: Vendor, stream: Bool)) async throws {
        try await MockHarness.run(fault: "kind: refusal") { mock in
            let response = try #require(try await mock.ask(asked.vendor, stream: asked.stream).response)
            let mark = asked.vendor != .anthropic ? #""refusal":"I can't"# : #""stop_reason":"refusal""#
            #expect(response.text.contains(mark))
        }
    }

    // Errors

    @Test(arguments: [
        ("rate_limited", 429, "requests", "rate_limit_error"), ("server_error", 500, "server_error", "api_error"),
        ("unavailable", 503, "server_error", "api_error"), ("overloaded", 529, "server_error", "overloaded_error"),
        ("unauthorized", 401, "invalid_request_error", "authentication_error"),
        ("context_overflow", 400, "invalid_request_error", "invalid_request_error"),
    ])
    func errorsHaveTheVendorsShape(kind: String, status: Int, openAI: String, anthropic: String) async throws {
        try await MockHarness.run(fault: "kind: \(kind)") { mock in
            for (vendor, stream) in Self.all {
                let response = try #require(try await mock.ask(vendor, stream: stream).response)
                #expect(response.status == status)
                #expect(response.headers["retry-after"] == nil)
                let type = response.json?["error"]?["type"]?.stringValue
                #expect(type == (vendor != .anthropic ? openAI : anthropic))
                #expect((response.json?["type"] == "error") == (vendor == .anthropic))
            }
        }
    }

    @Test func quotaExhaustedIs429ForOneVendorAnd400ForTheOther() async throws {
        try await MockHarness.run(fault: "kind: quota_exhausted") { mock in
            let openAI = try await mock.ask(.openAI).response
            #expect(openAI?.status == 429 && openAI?.json?["error"]?["code"] == "insufficient_quota")
            let anthropic = try await mock.ask(.anthropic).response?.status
            #expect(anthropic == 400)
        }
    }

    @Test func contextOverflowHasOpenAIsCode() async throws {
        try await MockHarness.run(fault: "kind: context_overflow") { mock in
            let code = try await mock.ask().response?.json?["error"]?["code"]
            #expect(code == "context_length_exceeded")
        }
    }

    @Test(arguments: [
        ("seconds", "retry-after", "3"), ("milliseconds", "retry-after-ms", "2500"),
        ("date", "retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"),
    ])
    func retryAfterHasThreeForms(form: String, header: String, value: String) async throws {
        try await MockHarness.run(fault: "kind: rate_limited, retry_after: 2500ms, retry_after_form: \(form)") { mock in
            let response = try await mock.ask().response
            #expect(response?.status == 429)
            #expect(response?.headers[header] == value)
        }
    }

    // When they strike

    @Test func flappingGoesDownAndUpByTime() async throws {
        let clock = JumpingClock()
        let yaml = "faults: [{kind: flapping, schedule: {every: 10s, for: 3s}}]"
        try await MockHarness.run(yaml, clock: clock) { mock in
            var statuses: [Int?] = []
            for _ in 0..<12 {
                statuses.append(try await mock.ask().response?.status)
                clock.advance(by: .seconds(2))
            }
            #expect(statuses == [503, 503, 200, 200, 200, 503, 503, 200, 200, 200, 503, 503])
        }
    }

    @Test func flappingCanLookLikeAnythingElse() async throws {
        try await MockHarness.run(fault: "kind: flapping, as: reset_before_headers, schedule: {every: 10s, for: 3s}") {
            let end = try await $0.ask().end
            #expect(end == .reset)
        }
    }

    @Test func afterAndTimesBoundWhenAFaultStrikes() async throws {
        try await MockHarness.run(fault: "kind: server_error, after: 1, times: 2") { mock in
            var statuses: [Int?] = []
            for _ in 0..<5 { statuses.append(try await mock.ask().response?.status) }
            #expect(statuses == [200, 500, 500, 200, 200])
        }
    }

    @Test func modelsAndStreamingNarrowAFault() async throws {
        let yaml = "faults: [{kind: server_error, models: [bad-*], only: stream}]"
        try await MockHarness.run(yaml) { mock in
            let streamed = try await mock.ask(stream: true, model: "bad-1").response?.status
            #expect(streamed == 500)
            let whole = try await mock.ask(stream: false, model: "bad-1").response?.status
            #expect(whole == 200)
            let good = try await mock.ask(stream: true, model: "good").response?.status
            #expect(good == 200)
        }
    }
}
