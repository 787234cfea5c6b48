import BelayCore
import BelayHTTP
import BelayJSON
import BelayTesting
import Testing

@testable import BelayModels

/// What becomes of a request whose client wrote it in a provider's own protocol.
@Suite(.timeLimit(.minutes(5)))
struct GatewayForwardingTests {
    private static let body = Array(#"{ "messages":[], "logprobs" : true,"model":"route/default","n":1e0}"#.utf8)

    private static func original(isBound: Bool = false, wire: OriginalBody.Wire = .chatCompletions) -> OriginalBody {
        let start = String(decoding: Self.body, as: UTF8.self).utf8.count - #""route/default","n":1e0}"#.utf8.count
        return OriginalBody(
            wire: wire, isBound: isBound, bytes: Self.body,
            modelRanges: [start..<(start + #""route/default""#.utf8.count)])
    }

    private static func call(_ original: OriginalBody) -> ModelCall {
        GatewayBench.call { $0.request.original = original }
    }

    private static let providers = [Samples.provider("a", kind: .anthropic), Samples.provider("b")]

    @Test func theBytesGoOutAsTheyAreWithTheModelsNameInPlace() async throws {
        let bench = try GatewayBench([.answer("Hello")])
        let result = try await bench.result(Self.call(Self.original()))
        let sent = try #require(bench.transport.requests.first)
        #expect(
            String(decoding: sent.body, as: UTF8.self) == #"{ "messages":[], "logprobs" : true,"model":"m","n":1e0}"#)
        #expect(try result.original.map { try JSON.parse($0) } == Samples.openAIAnswer("Hello"))
        #expect(result.answer.text == "Hello")
    }

    @Test func aProviderOfAnotherProtocolGetsTheReading() async throws {
        let bench = try GatewayBench([.answer("Hello")])
        let result = try await bench.result(Self.call(Self.original(wire: .messages)))
        let sent = try JSON.parse(try #require(bench.transport.requests.first).body)
        #expect(sent["logprobs"] == nil && sent["messages"]?.arrayValue?.count == 2)
        #expect(result.original == nil)
    }

    @Test func whatOnlyOneProtocolKnowsIsForItsProvidersOnly() async throws {
        let bench = try GatewayBench([.answer("Hello")], providers: Self.providers)
        let result = try await bench.result(Self.call(Self.original(isBound: true)))
        #expect(bench.sentTo == ["b"] && result.failedAttempts.isEmpty)
        let nowhere = try await bench.failure(Self.call(Self.original(isBound: true, wire: .responses)))
        #expect(nowhere?.failure.kind == .badRequest && bench.sentTo == ["b"])
        #expect(!bench.gateway.serves(Self.call(Self.original(isBound: true, wire: .responses)).request, on: "default"))
    }

    @Test func aStreamIsPassedOnEventByEvent() async throws {
        let stream = Samples.openAIStream(["Hel", "lo"])
        let bench = try GatewayBench([.events(stream)])
        let seen = Recorder<String>()
        let result = try await bench.gateway.stream(Self.call(Self.original())) { progress in
            switch progress {
            case .attemptStarted(let number, _): seen.append("start \(number)")
            case .frame(_, let data, _): seen.append(data)
            case .event, .attemptFailed: seen.append("\(progress)")
            }
        }
        #expect(seen.all == ["start 1"] + stream)
        #expect(result.answer.text == "Hello")
    }

    @Test func theBeginningOfAnAttemptThatFailsIsNotShown() async throws {
        let opening = [Samples.openAIChunk(["role": "assistant", "content": ""])]
        let stream = [Samples.openAIChunk(["role": "assistant", "content": ""])] + Samples.openAIStream(["Hello"])
        let bench = try GatewayBench([.events(opening), .events(stream)])
        let seen = Recorder<String>()
        _ = try await bench.gateway.stream(Self.call(Self.original())) { progress in
            if case .frame(_, let data, let attempt) = progress { seen.append("\(attempt) \(data)") }
        }
        #expect(seen.all == stream.map { "2 \($0)" })
    }

    /// Signs of life before the first output are many when a model thinks for long. What begins the answer is among them.
    @Test func aLongBeginningLosesNothingThatTheClientNeeds() async throws {
        let ping = #"{"type":"ping"}"#
        let start = #"{"type":"message_start","message":{"id":"1","model":"m","usage":{"input_tokens":9}}}"#
        let block = #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
        let rest = [
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}"#,
            #"{"type":"message_stop"}"#,
        ]
        let stream = [start] + Array(repeating: ping, count: 400) + [block] + rest
        let bench = try GatewayBench([.events(stream)], providers: Self.providers)
        let seen = Recorder<String>()
        _ = try await bench.gateway.stream(Self.call(Self.original(wire: .messages))) { progress in
            if case .frame(_, let data, _) = progress { seen.append(data) }
        }
        #expect(seen.all.filter { $0 != ping } == [start, block] + rest)
        #expect(seen.all.contains(ping))
    }

    /// A client stops reading there, and would take what it has for an answer.
    @Test(arguments: ["content_filter", "stop"])
    func theEndOfAnAnswerThatIsNoneIsKeptBack(finish: String) async throws {
        let thought = Samples.openAIChunk(["reasoning_content": "Hm"])
        let end = Samples.openAIChunk([:], finish: finish)
        let bench = try GatewayBench([.events([thought, end, "[DONE]"])])
        let seen = Recorder<String>()
        await #expect(throws: ModelCallFailure.self) {
            try await bench.gateway.stream(Self.call(Self.original())) { progress in
                if case .frame(_, let data, _) = progress { seen.append(data) }
            }
        }
        #expect(seen.all == [thought, end])
    }
}
