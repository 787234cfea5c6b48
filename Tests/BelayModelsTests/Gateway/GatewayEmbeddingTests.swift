import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// Vectors of texts, by the same road as answers.
@Suite(.timeLimit(.minutes(5)))
struct GatewayEmbeddingTests {
    private static func body(_ vectors: [JSON], tokens: Int = 7) -> JSON {
        [
            "object": "list", "model": "text-embedding-3-small",
            "data": .array(
                vectors.enumerated().map { ["object": "embedding", "index": JSON($0), "embedding": $1] }),
            "usage": ["prompt_tokens": JSON(tokens), "total_tokens": JSON(tokens)],
        ]
    }

    static let two = EmbeddingRequest(["one", "two"], dimensions: 2)
    private static let good = ScriptedTransport.Reply.json(Self.body([[0.5, -1], [2, 3]]))

    private static func failure(
        _ bench: GatewayBench, _ request: EmbeddingRequest = GatewayEmbeddingTests.two
    ) async -> ModelCallFailure? {
        await #expect(throws: ModelCallFailure.self) { try await bench.gateway.embed(request, route: "default") }
    }

    @Test func vectorsComeInTheOrderOfTheInputs() async throws {
        let shuffled: JSON = [
            "model": "e", "usage": ["prompt_tokens": 3],
            "data": [["index": 1, "embedding": [2, 3]], ["index": 0, "embedding": [0.5, -1]]],
        ]
        let prices = PriceTable([ModelPath(provider: "a", model: "m"): Price(input: 20, output: 0)])
        let bench = try GatewayBench([.json(shuffled)], prices: prices)
        let result = try await bench.gateway.embed(Self.two, route: "default")
        #expect(result.vectors == [[0.5, -1], [2, 3]])
        #expect(result.model == "e" && result.usage == Usage(freshInput: 3))
        #expect(result.cost == .known(Money(nanoDollars: 60)))
        let sent = try #require(bench.transport.requests.first)
        #expect(sent.url == "http://a.test/v1/embeddings")
        #expect(
            try JSON.parse(sent.body)
                == ["model": "m", "input": ["one", "two"], "dimensions": 2, "encoding_format": "float"])
        #expect(bench.gateway.statistics.answered == 1)
    }

    @Test func tokensAreSentAsTheyAre() async throws {
        let bench = try GatewayBench([.json(Self.body([[1]]))])
        _ = try await bench.gateway.embed(EmbeddingRequest(inputs: [.tokens([5, 6])]), route: "a/m")
        #expect(try JSON.parse(try #require(bench.transport.requests.first).body)["input"] == [[5, 6]])
    }

    @Test func aFailureIsRetriedAndThenTheNextPathIsTaken() async throws {
        let bench = try GatewayBench(
            [.status(500), .status(503), .status(429), Self.good], route: GatewayBench.route(perPath: 3))
        let result = try await bench.gateway.embed(Self.two, route: "default")
        #expect(bench.sentTo == ["a", "a", "a", "b"])
        #expect(result.failedAttempts.map(\.failure.kind) == [.serverError, .overloaded, .rateLimited])
        #expect(result.path.provider == "b")
        #expect(bench.gateway.statistics.attempts == 4 && bench.gateway.statistics.fallbacks == 1)
    }

    @Test func theBudgetOfAttemptsHolds() async throws {
        let bench = try GatewayBench([], route: GatewayBench.route(attempts: 4))
        let failure = await Self.failure(bench)
        #expect(failure?.attempts.count == 4 && bench.sentTo.count == 4)
    }

    @Test func anOpenCircuitAndARefusedKeyKeepThePathFromBeingAsked() async throws {
        let providers = [
            Samples.provider("a", breaker: CircuitBreakerPolicy(trip: .consecutiveFailures(1))), Samples.provider("b"),
        ]
        let bench = try GatewayBench(
            [.status(500), Self.good, Self.good], providers: providers, route: GatewayBench.route(perPath: 1))
        _ = try await bench.gateway.embed(Self.two, route: "default")
        _ = try await bench.gateway.embed(Self.two, route: "default")
        #expect(bench.sentTo == ["a", "b", "b"])
        let refused = try GatewayBench([.status(401), Self.good, Self.good])
        _ = try await refused.gateway.embed(Self.two, route: "default")
        _ = try await refused.gateway.embed(Self.two, route: "default")
        #expect(refused.sentTo == ["a", "b", "b"])
    }

    @Test(
        arguments: [
            Self.body([[1, 2]]), Self.body([[1, 2], []]), Self.body([[1, 2], [1]]), Self.body([[1, 2], ["x", 1]]),
            Self.body([[1, 2], "AACAPw=="]),
            ["data": [["index": 0, "embedding": [1]], ["index": 0, "embedding": [1]]]],
            ["data": [["index": 0, "embedding": [1]], ["index": 2, "embedding": [1]]]], ["object": "list"], [],
        ] as [JSON])
    func vectorsThatMakeNoSenseAreAFailure(body: JSON) async throws {
        let bench = try GatewayBench([.json(body)], route: GatewayBench.route(attempts: 1))
        #expect(await Self.failure(bench)?.failure.kind == .malformedResponse)
    }

    @Test func whatCanNotBeDoneIsSaidBeforeAnythingIsSent() async throws {
        let bench = try GatewayBench(
            [Self.good], providers: [Samples.provider("a", kind: .anthropic), Samples.provider("b")])
        #expect(await Self.failure(bench, EmbeddingRequest([]))?.failure.kind == .badRequest)
        await #expect(throws: ModelCallFailure.self) { try await bench.gateway.embed(Self.two, route: "a/m") }
        await #expect(throws: ModelCallFailure.self) { try await bench.gateway.embed(Self.two, route: "nowhere") }
        #expect(bench.sentTo.isEmpty)
        // A provider without embeddings is passed over.
        _ = try await bench.gateway.embed(Self.two, route: "default")
        #expect(bench.sentTo == ["b"])
    }

    @Test func aCallThatIsGivenUpSaysWhatWasTried() async throws {
        let bench = try GatewayBench([.silence], prices: Self.prices)
        let task = Task { try await bench.gateway.embed(Self.two, route: "default") }
        while bench.transport.requests.isEmpty, !Task.isCancelled { await Task.yield() }
        task.cancel()
        let cancelled = await #expect(throws: ModelCallCancelled.self) { _ = try await task.value }
        #expect(cancelled?.attempts.map(\.failure.kind) == [.cancelled])
        #expect(cancelled?.attempts.first?.cost == .estimated(Money(nanoDollars: 40)), "a token for each input")
    }

    @Test func whatAFailureCostsIsWhatWasReportedElseAnEstimate() async throws {
        func cost(_ reply: ScriptedTransport.Reply) async throws -> Cost? {
            let bench = try GatewayBench([reply], route: GatewayBench.route(attempts: 1), prices: Self.prices)
            let attempt = try #require(await Self.failure(bench)?.attempts.first)
            #expect(bench.gateway.statistics.cost == attempt.cost?.amount ?? .zero)
            return attempt.cost
        }
        #expect(try await cost(.status(500)) == nil)
        #expect(
            try await cost(.json(Self.body([[1, 2]]))) == .known(Money(nanoDollars: 140)), "7 tokens for one of two")
        #expect(try await cost(.json([])) == .estimated(Money(nanoDollars: 40)), "a token for each input")
    }

    // MARK: Callers who leave

    private static let prices = PriceTable([ModelPath(provider: "a", model: "m"): Price(input: 20, output: 0)])

    /// A gateway that waits for the vectors of those who left, for 7 s.
    private static func draining(_ transport: HeldTransport, _ clock: WatchedClock) throws -> Gateway {
        var settings = Samples.provider("a")
        settings.onClientGone = .drain(atMost: .seconds(7))
        return try Gateway(
            providers: [settings], routes: [GatewayBench.route(paths: [.init("a", "m")])], prices: Self.prices,
            transport: transport, clock: clock)
    }

    @Test func vectorsAreWaitedForWhereThatIsThePolicy() async throws {
        let (transport, clock) = (HeldTransport(), WatchedClock())
        let gateway = try Self.draining(transport, clock)
        let task = Task { try await gateway.embed(Self.two, route: "default") }
        while !transport.isHolding, !Task.isCancelled { await Task.yield() }
        task.cancel()
        await clock.slept(until: .seconds(7))
        transport.release(Self.good)
        #expect(try await task.value.cost == .known(Money(nanoDollars: 140)))
        #expect(transport.sent == 1 && transport.cancelled == 0)
        #expect(gateway.statistics.cost == Money(nanoDollars: 140))
    }

    @Test func theWaitEndsAtItsLimitAndAFailureIsNotTriedAgain() async throws {
        for fails in [true, false] {
            let (transport, clock) = (HeldTransport(), WatchedClock())
            let gateway = try Self.draining(transport, clock)
            let task = Task { try await gateway.embed(Self.two, route: "default") }
            while !transport.isHolding, !Task.isCancelled { await Task.yield() }
            task.cancel()
            await clock.slept(until: .seconds(7))
            if fails { transport.release(.status(500)) } else { clock.base.advance(by: .seconds(7)) }
            await #expect(throws: ModelCallCancelled.self) { _ = try await task.value }
            #expect(transport.sent == 1 && transport.cancelled == (fails ? 0 : 1))
        }
    }
}
