import BelayCore
import BelayHTTP
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

@Suite(.timeLimit(.minutes(5)))
struct GatewayTests {
    @Test func theFirstPathAnswers() async throws {
        var prices = PriceTable()
        prices.set(Price(input: 100, output: 1_000), for: ModelPath(provider: "a", model: "m"))
        let bench = try GatewayBench([.answer("Fine")], prices: prices)
        let result = try await bench.result()
        #expect(result.answer.text == "Fine")
        #expect(result.path == ModelPath(provider: "a", model: "m"))
        #expect(result.cost == .known(Money(nanoDollars: 6_000)))
        #expect(result.failedAttempts.isEmpty)
        #expect(!result.isDegraded)
        #expect(bench.gateway.statistics.paths[result.path]?.answers == 1)
        #expect(bench.gateway.statistics.cost == Money(nanoDollars: 6_000))
    }

    @Test func aPathIsRetriedAndThenTheNextAnswers() async throws {
        let bench = try GatewayBench(
            [.status(500), .failure(HTTPTransportError(.closed, "gone")), .status(503), .answer("Fine")])
        let result = try await bench.result()
        #expect(bench.sentTo == ["a", "a", "a", "b"])
        #expect(result.path.provider == "b")
        #expect(result.failedAttempts.map(\.number) == [1, 2, 3])
        #expect(result.failedAttempts.map(\.failure.kind) == [.serverError, .network, .overloaded])
        let statistics = bench.gateway.statistics
        #expect(statistics.retries == 2)
        #expect(statistics.fallbacks == 1)
        #expect(statistics.attempts == 4)
        #expect(statistics.answered == 1)
    }

    @Test func allRetriesAndFallbacksShareOneBudget() async throws {
        let bench = try GatewayBench([], route: GatewayBench.route(attempts: 4))
        let failure = try await bench.failure()
        #expect(bench.sentTo == ["a", "a", "a", "b"])
        #expect(failure?.attempts.count == 4)
        #expect(failure?.failure.kind == .serverError)
        #expect(failure?.userMessage == UserMessages().modelUnavailable)
        #expect(bench.gateway.statistics.failed == 1)
    }

    @Test func aRetryAfterIsWaitedFor() async throws {
        let bench = try GatewayBench([.status(429, headers: ["retry-after": "3"]), .answer("Fine")])
        async let result = bench.result()
        await bench.retrying.wait()
        #expect(await bench.clock.advanceToNext() == .seconds(3))
        #expect(try await result.path.provider == "a")
        #expect(try await result.duration == .seconds(3))
        #expect(try await result.failedAttempts.map(\.end) == [.zero])
    }

    @Test(arguments: [(400, .badRequest), (404, .notFound), (413, .contextTooLong)] as [(Int, ModelFailure.Kind)])
    func theCallersFaultIsSentOnce(status: Int, kind: ModelFailure.Kind) async throws {
        let bench = try GatewayBench([.status(status)], then: .answer("Fine"))
        let failure = try await bench.failure()
        #expect(failure?.failure.kind == kind)
        #expect(bench.sentTo == ["a"])
        #expect(bench.gateway.statistics.circuitOpenings == 0)
    }

    @Test func aRefusedKeyIsNotUsedAgainUntilItsQuarantineEnds() async throws {
        let bench = try GatewayBench([.status(401)], then: .answer("Fine"))
        #expect(try await bench.result().path.provider == "b")
        #expect(try await bench.result().path.provider == "b")
        #expect(bench.sentTo == ["a", "b", "b"])
        #expect(bench.gateway.statistics.keysRefused == 1)
        bench.clock.advance(by: .seconds(900))
        #expect(try await bench.result().path.provider == "a")
    }

    @Test func aUsedUpQuotaIsAskedForSoonAndThenSeldomer() async throws {
        let bench = try GatewayBench(
            [.usedUpQuota, .answer("b"), .answer("b"), .usedUpQuota, .answer("b"), .answer("b")], then: .answer("Fine"))
        #expect(try await bench.result().failedAttempts.map(\.failure.kind) == [.quotaExhausted])
        let passedOver = try await bench.result().failedAttempts
        #expect(passedOver.map(\.failure.kind) == [.quotaExhausted] && passedOver.allSatisfy { !$0.wasSent })
        #expect(passedOver.first?.failure.retryAfter == .seconds(60))
        bench.clock.advance(by: .seconds(60))
        #expect(try await bench.result().path.provider == "b")
        bench.clock.advance(by: .seconds(119))
        #expect(try await bench.result().path.provider == "b")
        #expect(bench.sentTo == ["a", "b", "b", "a", "b", "b"])
        bench.clock.advance(by: .seconds(1))
        #expect(try await bench.result().path.provider == "a")
        #expect(bench.gateway.statistics.keysRefused == 2)
    }

    @Test func anOpenCircuitIsPassedOverAndProbedLater() async throws {
        let breaker = CircuitBreakerPolicy(trip: .consecutiveFailures(2), recoveryTimeout: .seconds(60))
        let bench = try GatewayBench(
            [.status(500), .status(500)], then: .answer("Fine"),
            providers: [Samples.provider("a", breaker: breaker), Samples.provider("b")],
            route: GatewayBench.route(perPath: 3))
        let first = try await bench.result()
        // The third attempt on this path was not sent: the second failure had opened its circuit.
        #expect(bench.sentTo == ["a", "a", "b"])
        #expect(first.failedAttempts.map(\.failure.kind) == [.serverError, .serverError, .circuitOpen])
        #expect(bench.gateway.statistics.circuitOpenings == 1)
        #expect(try await bench.result().failedAttempts.map(\.failure.kind) == [.circuitOpen])
        bench.clock.advance(by: .seconds(60))
        #expect(try await bench.result().path.provider == "a")
        #expect(bench.sentTo == ["a", "a", "b", "b", "a"])
    }

    @Test func aCircuitThatClosesSoonIsWaitedFor() async throws {
        let breaker = CircuitBreakerPolicy(trip: .consecutiveFailures(1), recoveryTimeout: .seconds(3))
        let bench = try GatewayBench(
            [.status(500)], then: .answer("Fine"), providers: [Samples.provider("a", breaker: breaker)],
            route: GatewayBench.route(paths: [.init("a", "m")]))
        async let result = bench.result()
        await bench.held.wait()
        while bench.clock.now.offset < .seconds(3), !Task.isCancelled { await bench.clock.advanceToNext() }
        #expect(try await result.failedAttempts.map(\.failure.kind) == [.serverError, .circuitOpen])
        #expect(bench.transport.requests.count == 2)
    }

    @Test func breakersAreApartForEachModel() async throws {
        let breaker = CircuitBreakerPolicy(trip: .consecutiveFailures(1))
        let bench = try GatewayBench(
            [.status(500)], then: .answer("Fine"), providers: [Samples.provider("a", breaker: breaker)],
            route: GatewayBench.route(paths: [.init("a", "small"), .init("a", "large")], perPath: 1))
        #expect(try await bench.result().path.model == "large")
        #expect(try await bench.result().path.model == "large")
        #expect(bench.transport.requests.count == 3)
    }

    @Test func aRetryBudgetThatIsUsedUpSendsTheCallOn() async throws {
        let none = RetryBudgetPolicy(ratio: 0, minimumPerSecond: 0)
        let bench = try GatewayBench(
            [.status(500)], then: .answer("Fine"),
            providers: [Samples.provider("a", retryBudget: none), Samples.provider("b")])
        #expect(try await bench.result().path.provider == "b")
        #expect(bench.sentTo == ["a", "b"])
    }

    @Test func thePinnedPathGoesFirst() async throws {
        let bench = try GatewayBench([], then: .answer("Fine"))
        let pinned = GatewayBench.call { $0.pinned = ModelPath(provider: "b", model: "m") }
        #expect(try await bench.result(pinned).path.provider == "b")
        let unknown = GatewayBench.call { $0.pinned = ModelPath(provider: "gone", model: "m") }
        #expect(try await bench.result(unknown).path.provider == "a")
    }

    @Test func aRefusalStopsOrGoesOnByTheRoute() async throws {
        let refusal = ScriptedTransport.Reply.json([
            "choices": [["message": ["refusal": "no"], "finish_reason": "stop"]]
        ])
        let strict = try GatewayBench([refusal], then: .answer("Fine"))
        let failure = try await strict.failure()
        #expect(failure?.failure.kind == .contentFiltered)
        #expect(failure?.userMessage == UserMessages().refused)
        let lenient = try GatewayBench(
            [refusal], then: .answer("Fine"), route: GatewayBench.route(onRefusal: .nextPath))
        #expect(try await lenient.result().path.provider == "b")
    }

    @Test func whatAFailedAttemptUsedIsBilled() async throws {
        var prices = PriceTable()
        prices.set(Price(input: 100, output: 1_000), for: ModelPath(provider: "a", model: "m"))
        let empty = ScriptedTransport.Reply.json(Samples.openAIAnswer(" ", prompt: 7, completion: 1))
        let bench = try GatewayBench([empty, .answer("Fine")], prices: prices)
        let attempt = try #require(try await bench.result().failedAttempts.first)
        #expect(attempt.failure.kind == .emptyResponse)
        #expect(attempt.cost == .known(Money(nanoDollars: 1_700)))
        #expect(bench.gateway.statistics.cost == Money(nanoDollars: 7_700))
    }

    @Test func anUnknownRouteIsNamedWithThoseThatExist() async throws {
        let failure = try await GatewayBench([]).failure(GatewayBench.call { $0.route = "fast" })
        #expect(failure?.failure.message == "there is no route and no provider's model named fast; routes are: default")
        #expect(failure?.userMessage == UserMessages().misconfigured)
    }

    @Test func aCancelledCallIsNoFailure() async throws {
        let bench = try GatewayBench([.silence])
        let task = Task { try await bench.result() }
        await bench.clock.sleepers(1)
        task.cancel()
        let cancelled = await #expect(throws: ModelCallCancelled.self) { _ = try await task.value }
        #expect(cancelled?.attempts.map(\.failure.kind) == [.cancelled])
        #expect(bench.gateway.statistics.paths[ModelPath(provider: "a", model: "m")]?.cancelled == 1)
        #expect(bench.gateway.statistics.failed == 0)
        #expect(bench.transport.requests.count == 1)
    }

    @Test func aFullProviderIsPassedOverAfterAShortWait() async throws {
        let bench = try GatewayBench(
            [.silence], then: .answer("Fine"),
            providers: [Samples.provider("a", maxConcurrent: 1), Samples.provider("b")])
        let first = Task { try await bench.result() }
        await bench.clock.sleepers(1)  // Under way, with its deadline.
        async let second = bench.result()
        await bench.clock.sleepers(2)  // Waits for room.
        bench.clock.advance(by: .seconds(5))
        let result = try await second
        #expect(result.path.provider == "b")
        #expect(result.failedAttempts.map(\.failure.kind) == [.throttled])
        first.cancel()
        _ = await first.result
    }

    @Test func predefinedMessagesFitTheFailureAndCanBeReplaced() async throws {
        var messages = UserMessages()
        messages.tooLong = "Zu lang."
        let bench = try GatewayBench(
            [.status(413)], options: GatewayOptions(userMessages: messages))
        #expect(try await bench.failure()?.userMessage == "Zu lang.")
        for kind in ModelFailure.Kind.allCases { #expect(!messages.message(for: kind).isEmpty) }
        #expect(messages.message(for: .stallTimeout) == messages.takingTooLong)
    }
}
