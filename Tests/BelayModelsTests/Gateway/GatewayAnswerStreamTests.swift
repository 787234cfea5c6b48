import BelayCore
import BelayHTTP
import BelayJSON
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// Whole answers as streams: every part, for whoever can't take back what was shown.
@Suite(.timeLimit(.minutes(5)))
struct GatewayAnswerStreamTests {
    private struct Gone: Error {}

    private static let toolCall: [String] = [
        Samples.openAIChunk([
            "tool_calls": [
                ["index": 0, "id": "call_1", "function": ["name": "weather", "arguments": "{\"city\":"]]
            ]
        ]),
        Samples.openAIChunk(["tool_calls": [["index": 0, "function": ["arguments": "\"Bern\"}"]]]]),
        Samples.openAIChunk([:], finish: "tool_calls"), "[DONE]",
    ]

    private func watch(_ bench: GatewayBench) async throws -> (ModelCallResult, [String]) {
        let seen = Recorder<String>()
        let result = try await bench.gateway.stream(GatewayBench.call()) { seen.append(Self.words($0)) }
        return (result, seen.all)
    }

    private static func words(_ progress: AnswerProgress) -> String {
        switch progress {
        case .attemptStarted(let number, let path): "start \(number) \(path)"
        case .event(let event, let attempt): "\(attempt) \(event)"
        case .frame(_, let data, let attempt): "\(attempt) \(data)"
        case .attemptFailed(let attempt): "failed \(attempt.number)"
        }
    }

    @Test func everyPartIsShownInOrder() async throws {
        let (result, seen) = try await self.watch(GatewayBench([.events(Self.toolCall)]))
        let events: [ModelStreamEvent] = [
            .started(model: "m", responseID: "chatcmpl-1"), .toolCallStarted(index: 0, id: "call_1", name: "weather"),
            .toolCallArgumentsDelta(index: 0, "{\"city\":"), .toolCallArgumentsDelta(index: 0, "\"Bern\"}"),
        ]
        #expect(seen == ["start 1 a/m"] + events.map { "1 \($0)" })
        #expect(result.answer.toolCalls == [ToolCall(id: "call_1", name: "weather", arguments: "{\"city\":\"Bern\"}")])
    }

    @Test func anAnswerThatCameAtOnceIsShownAsAStream() async throws {
        let (_, seen) = try await self.watch(GatewayBench([.answer("Hello")]))
        #expect(
            seen == [
                "start 1 a/m", "1 \(ModelStreamEvent.started(model: "m", responseID: "chatcmpl-1"))",
                "1 \(ModelStreamEvent.textDelta("Hello"))",
            ])
    }

    @Test func whatWasShownCannotBeTakenBack() async throws {
        let half = [Samples.openAIChunk(["content": "Hel"])]
        let bench = try GatewayBench([.status(500), .events(half), .events(Samples.openAIStream(["Hello"]))])
        let seen = Recorder<String>()
        let failure = await #expect(throws: ModelCallFailure.self) {
            _ = try await bench.gateway.stream(GatewayBench.call()) { seen.append(Self.words($0)) }
        }
        #expect(failure?.failure.kind == .cutStream)
        #expect(failure?.attempts.map(\.failure.kind) == [.serverError, .cutStream])
        #expect(bench.transport.requests.count == 2)
        #expect(seen.all.first == "start 2 a/m" && !seen.all.contains { $0.hasPrefix("failed") })
    }

    @Test func anObserverWhoMayBeToldIs() async throws {
        let half = [Samples.openAIChunk(["content": "Hel"])]
        let bench = try GatewayBench([.events(half), .events(Samples.openAIStream(["Hello"]))])
        let seen = Recorder<String>()
        _ = try await bench.gateway.stream(GatewayBench.call(), afterOutput: .restart) { seen.append(Self.words($0)) }
        #expect(seen.all.contains("failed 1") && seen.all.contains("start 2 a/m"))
    }

    @Test func anObserverWhoLeavesEndsTheAttempt() async throws {
        let bench = try GatewayBench([.events(Samples.openAIStream(["Hel", "lo"]))])
        await #expect(throws: Gone.self) {
            _ = try await bench.gateway.stream(GatewayBench.call()) { progress in
                if case .event(.textDelta, _) = progress { throw Gone() }
            }
        }
        #expect(bench.gateway.statistics.paths[ModelPath(provider: "a", model: "m")]?.cancelled == 1)
        #expect(bench.transport.requests.count == 1)
    }

    @Test func aSlowObserverIsNotTheProvidersFault() async throws {
        let limits = PhaseLimits(firstToken: .seconds(5), betweenTokens: .seconds(6), total: .seconds(100))
        let bench = try GatewayBench(
            [.events(Samples.openAIStream(["Hel", "lo"]))], providers: [Samples.provider("a", timeouts: limits)],
            route: GatewayBench.route(paths: [.init("a", "m")], attempts: 1))
        let clock = bench.clock
        let result = try await bench.gateway.stream(GatewayBench.call()) { progress in
            if case .event(.textDelta, _) = progress { clock.advance(by: .seconds(40)) }
        }
        #expect(result.answer.text == "Hello" && result.duration == .seconds(80))
    }

    @Test func aModelThatNoRouteNamesIsReachedByItsName() async throws {
        let bench = try GatewayBench([.answer("Hello", model: "org/large")])
        let result = try await bench.result(GatewayBench.call { $0.route = "b/org/large" })
        let path = ModelPath(provider: "b", model: "org/large")
        #expect(result.path == path && bench.sentTo == ["b"])
        #expect(bench.gateway.statistics.paths[path]?.attempts == 1)
        let failure = try await bench.failure(GatewayBench.call { $0.route = "c/large" })
        #expect(failure?.failure.kind == .notFound)
    }

    @Test func namesThatCallersMakeUpDoNotFillTheMemory() async throws {
        let many = GatewayStatistics.mostPaths + 50
        let bench = try GatewayBench([], then: .status(404))
        for number in 0..<many { _ = try await bench.failure(GatewayBench.call { $0.route = "a/model-\(number)" }) }
        let statistics = bench.gateway.statistics
        #expect(statistics.paths.count <= GatewayStatistics.mostPaths + 1)
        #expect(statistics.attempts == many)
    }
}
