import BelayCore
import BelayHTTP
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// What an observer sees, above all when an attempt fails in the middle.
@Suite(.timeLimit(.minutes(5)))
struct GatewayStreamTests {
    private let cut = HTTPTransportError(.closed, "gone")

    private func watch(_ bench: GatewayBench) async throws -> (ModelCallResult, seen: [String]) {
        let seen = Recorder<String>()
        let result = try await bench.gateway.call(GatewayBench.call()) { progress in
            switch progress {
            case .attemptStarted(let number, let path): seen.append("start \(number) \(path)")
            case .textDelta(let text, let attempt): seen.append("\(attempt): \(text)")
            case .attemptFailed(let attempt): seen.append("failed \(attempt.number) \(attempt.failure.kind)")
            }
        }
        return (result, seen.all)
    }

    @Test func textArrivesAsItComes() async throws {
        let bench = try GatewayBench([.events(Samples.openAIStream(["Hel", "lo"]))])
        let (result, seen) = try await self.watch(bench)
        #expect(result.answer.text == "Hello")
        #expect(seen == ["start 1 a/m", "1: Hel", "1: lo"])
    }

    @Test func beforeRealOutputAFailureMovesOnSilently() async throws {
        let opening = [Samples.openAIChunk(["role": "assistant", "content": ""])]
        let bench = try GatewayBench([
            .status(500), .events(opening, then: self.cut), .events(Samples.openAIStream(["Hello"])),
        ])
        let (result, seen) = try await self.watch(bench)
        #expect(seen == ["start 3 a/m", "3: Hello"])
        #expect(result.failedAttempts.map(\.failure.kind) == [.serverError, .network])
    }

    @Test func afterRealOutputTheNextAttemptSaysThatItStartsAnew() async throws {
        let half = [Samples.openAIChunk(["content": "Hel"])]
        let bench = try GatewayBench(
            [.events(half, then: self.cut), .events(half), .events(Samples.openAIStream(["Hello"]))],
            route: GatewayBench.route(perPath: 2))
        let (result, seen) = try await self.watch(bench)
        #expect(
            seen == [
                "start 1 a/m", "1: Hel", "failed 1 network", "start 2 a/m", "2: Hel", "failed 2 cutStream",
                "start 3 b/m", "3: Hello",
            ])
        #expect(result.answer.text == "Hello")
    }

    @Test func aServerThatDoesNotStreamIsAnsweredFromAllTheSame() async throws {
        let bench = try GatewayBench([.answer("Hello")])
        let (result, seen) = try await self.watch(bench)
        #expect(result.answer.text == "Hello")
        #expect(seen == ["start 1 a/m", "1: Hello"])
    }

    @Test func aCompleteAnswerStandsWhateverComesAfterIt() async throws {
        let bench = try GatewayBench([.events(Samples.openAIStream(["Hello"]), then: self.cut)])
        #expect(try await self.watch(bench).0.answer.text == "Hello")
    }

    @Test(arguments: ["text/plain", "text/html; charset=utf-8"])
    func anotherContentTypeIsNoAnswer(type: String) async throws {
        let page = ScriptedTransport.Reply.response(
            HTTPResponse(
                status: 200, headers: ["content-type": type], body: HTTPResponseBody(Array("<html>".utf8))))
        let bench = try GatewayBench([page, .events(Samples.openAIStream(["Hello"]))])
        let (result, _) = try await self.watch(bench)
        #expect(result.failedAttempts.map(\.failure.kind) == [.malformedResponse])
    }
}
