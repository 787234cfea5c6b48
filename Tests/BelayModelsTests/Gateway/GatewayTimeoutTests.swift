import BelayCore
import BelayHTTP
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// Each of the five clocks, on a clock that only the test moves.
@Suite(.timeLimit(.minutes(5)))
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

    @Test(
        arguments: [
            (PhaseLimits(responseHeaders: nil, firstToken: .seconds(5)), "", .firstTokenTimeout),
            (PhaseLimits(responseHeaders: nil, firstToken: nil, betweenTokens: .seconds(5)), "Hi", .stallTimeout),
        ] as [(PhaseLimits, String, ModelFailure.Kind)])
    func noTokenInTimeThoughTheProviderSaysThatItHasStarted(
        limits: PhaseLimits, text: String, kind: ModelFailure.Kind
    ) async throws {
        let clock = WatchedClock()
        let opening = Samples.openAIChunk(["role": "assistant", "content": .string(text)])
        let gateway = try Gateway(
            providers: [Samples.provider("a", timeouts: limits)],
            routes: [GatewayBench.route(paths: [.init("a", "m")], attempts: 1)],
            transport: ScriptedTransport([.stalling([opening])]), clock: clock)
        let task = Task { try await gateway.call(GatewayBench.call()) { _ in } }
        await clock.slept(until: .seconds(5))
        clock.base.advance(by: .seconds(5))
        let failure = await #expect(throws: ModelCallFailure.self) { _ = try await task.value }
        #expect(failure?.failure.kind == kind)
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
