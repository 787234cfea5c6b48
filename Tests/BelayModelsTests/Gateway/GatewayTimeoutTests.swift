import BelayCore
import BelayHTTP
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// Each of the five clocks, on a clock that only the test moves.
@Suite(.timeLimit(.minutes(1)))
struct GatewayTimeoutTests {
    private static let limits = PhaseLimits(
        responseHeaders: .seconds(4), firstToken: .seconds(5), betweenTokens: .seconds(6), total: .seconds(100))

    private func bench(_ reply: ScriptedTransport.Reply, limit: Duration? = nil) throws -> GatewayBench {
        try GatewayBench(
            [reply], providers: [Samples.provider("a", timeouts: Self.limits)],
            route: GatewayBench.route(paths: [.init("a", "m", limit: limit)], attempts: 1))
    }

    private func failure(
        _ bench: GatewayBench, _ call: ModelCall = GatewayBench.call(),
        observe: (@Sendable (ModelProgress) -> Void)? = nil
    ) async throws -> ModelCallFailure? {
        do {
            _ = try await bench.gateway.call(call, observe: observe)
            return nil
        } catch let failure as ModelCallFailure {
            return failure
        }
    }

    @Test func noConnectionInTime() async throws {
        let bench = try self.bench(.failure(HTTPTransportError(.connectTimeout, "no connection")))
        #expect(try await self.failure(bench)?.failure.kind == .connectTimeout)
        #expect(bench.transport.requests.first?.connectTimeout == .seconds(10))
    }

    @Test func noHeadersInTime() async throws {
        let bench = try self.bench(.silence)
        async let failure = self.failure(bench) { _ in }
        #expect(await bench.clock.advanceToNext() == .seconds(4))
        #expect(try await failure?.failure.kind == .responseTimeout)
        #expect(try await failure?.attempts.first?.duration == .seconds(4))
        #expect(try await failure?.userMessage == UserMessages().takingTooLong)
    }

    @Test func anAnswerThatIsNotStreamedHasUntilItsTotalForTheHeaders() async throws {
        let bench = try self.bench(.silence, limit: .seconds(20))
        async let failure = self.failure(bench)
        #expect(await bench.clock.advanceToNext() == .seconds(20))
        #expect(try await failure?.failure.kind == .totalTimeout)
    }

    @Test func noFirstTokenInTimeHoweverTheProviderSaysThatItHasStarted() async throws {
        let bench = try self.bench(.stalling([Samples.openAIChunk(["role": "assistant", "content": ""])]))
        async let failure = self.failure(bench) { _ in }
        // The clock of the headers may be found to be over first; the one that ends the call is that of the first token.
        while bench.clock.now.offset < .seconds(5) { await bench.clock.advanceToNext() }
        #expect(try await failure?.failure.kind == .firstTokenTimeout)
    }

    @Test func noFurtherTokenInTime() async throws {
        let bench = try self.bench(.stalling([Samples.openAIChunk(["content": "Hi"])]))
        let shown = Gate()
        async let failure = self.failure(bench) { _ in shown.open() }
        await shown.wait()
        while bench.clock.now.offset < .seconds(6) { await bench.clock.advanceToNext() }
        #expect(try await failure?.failure.kind == .stallTimeout)
    }

    @Test func theCallsOwnTimeoutShortensEverything() async throws {
        let bench = try self.bench(.silence)
        async let failure = self.failure(bench, GatewayBench.call { $0.timeout = .seconds(2) }) { _ in }
        #expect(await bench.clock.advanceToNext() == .seconds(2))
        #expect(try await failure?.failure.kind == .totalTimeout)
        #expect(try await failure?.attempts.count == 1)
    }

    @Test func aCallWithoutTimeFailsWithoutBeingSentTwice() async throws {
        let bench = try self.bench(.silence)
        async let failure = self.failure(bench, GatewayBench.call { $0.timeout = .zero })
        await bench.clock.advanceToNext()
        #expect(try await failure?.failure.kind == .totalTimeout)
    }
}
