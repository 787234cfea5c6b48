import BelayCore
import BelayHTTP
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// A second attempt beside a slow one.
@Suite(.timeLimit(.minutes(5)))
struct GatewayHedgeTests {
    private static let a = ModelPath(provider: "a", model: "m")
    private static let b = ModelPath(provider: "b", model: "m")

    private static func bench(
        _ replies: [ScriptedTransport.Reply], then last: ScriptedTransport.Reply = .answer("Fine"),
        hedge: Hedge = Hedge(.after(.seconds(2))), attempts: Int = 6, prices: PriceTable = PriceTable(),
        providers: [ProviderSettings] = [Samples.provider("a"), Samples.provider("b")],
        paths: [Route.Path] = [.init("a", "m"), .init("b", "m")]
    ) throws -> GatewayBench {
        var route = GatewayBench.route(paths: paths, attempts: attempts)
        route.hedge = hedge
        return try GatewayBench(replies, then: last, providers: providers, route: route, prices: prices)
    }

    @Test func theFasterOfTwoAnswersAndTheOtherIsEndedAndBilled() async throws {
        var prices = PriceTable()
        for path in [Self.a, Self.b] { prices.set(Price(input: 100, output: 1_000), for: path) }
        let bench = try Self.bench([.silence], prices: prices)
        async let result = bench.result()
        #expect(await bench.clock.nextOfTwo() == .seconds(2))
        let answered = try await result
        #expect(answered.path == Self.b && answered.duration == .seconds(2))
        let loser = try #require(answered.failedAttempts.first)
        #expect(answered.failedAttempts.count == 1 && loser.path == Self.a && loser.failure.kind == .cancelled)
        #expect(loser.number == 1 && loser.duration == .seconds(2))
        guard case .estimated(let cost)? = loser.cost else {
            Issue.record("\(String(describing: loser.cost))")
            return
        }
        #expect(cost > .zero)
        let statistics = bench.gateway.statistics
        #expect(statistics.hedges == 1 && statistics.hedgesWon == 1)
        #expect(statistics.attempts == 2 && statistics.paths[Self.a]?.cancelled == 1)
        #expect(statistics.fallbacks == 0 && statistics.retries == 0)
        #expect(bench.gateway.statistics.circuitOpenings == 0)
    }

    @Test func aCallThatIsFastEnoughIsNotHedged() async throws {
        let bench = try Self.bench([])
        #expect(try await bench.result().path == Self.a)
        #expect(bench.transport.requests.count == 1 && bench.gateway.statistics.hedges == 0)
    }

    @Test func anotherEndpointOfTheSameModelGoesFirst() async throws {
        var provider = Samples.provider("a")
        provider.endpoints = (1...2).map { ProviderEndpoint(name: "\($0)", baseURL: "http://\($0).test/v1") }
        let bench = try Self.bench([.silence], providers: [provider, Samples.provider("b")])
        async let result = bench.result()
        await bench.clock.nextOfTwo()
        #expect(try await result.path == Self.a)
        #expect(Set(bench.sentTo) == ["1", "2"])
    }

    @Test func theErrorOfOneSaysNothingAsLongAsTheOtherMayAnswer() async throws {
        for status in [400, 401, 500] {
            let slow = Gate()
            let transport = GatedTransport { number in
                if number > 0 { return .status(status) }
                await slow.wait()
                return .answer("Late")
            }
            let reports = Recorder<GatewayReport>()
            let failed = Gate()
            let clock = ManualClock()
            var route = GatewayBench.route()
            route.hedge = Hedge(.after(.seconds(2)))
            let gateway = try Gateway(
                providers: [Samples.provider("a"), Samples.provider("b")], routes: [route], transport: transport,
                clock: clock
            ) { report in
                reports.append(report)
                if case .attemptFailed = report { failed.open() }
            }
            let task = Task { try await gateway.call(GatewayBench.call(), observe: nil) }
            await clock.nextOfTwo()
            await failed.wait()
            slow.open()
            let result = try await task.value
            #expect(result.path == Self.a && result.answer.text == "Late", "\(status)")
            #expect(result.failedAttempts.map(\.path) == [Self.b])
            #expect(gateway.statistics.hedges == 1 && gateway.statistics.hedgesWon == 0)
        }
    }

    @Test func aFailureOfTheFirstLeavesTheSecondToAnswer() async throws {
        let (slow, second) = (Gate(), Gate())
        let transport = GatedTransport { number in
            if number > 0 {
                await second.wait()
                return .answer("Fine")
            }
            await slow.wait()
            return .status(500)
        }
        let clock = ManualClock()
        var route = GatewayBench.route()
        route.hedge = Hedge(.after(.seconds(2)))
        let gateway = try Gateway(
            providers: [Samples.provider("a"), Samples.provider("b")], routes: [route], transport: transport,
            clock: clock
        ) { report in
            if case .hedged = report { slow.open() }
            if case .attemptFailed = report { second.open() }
        }
        let task = Task { try await gateway.call(GatewayBench.call(), observe: nil) }
        await clock.nextOfTwo()
        let result = try await task.value
        #expect(result.path == Self.b && result.failedAttempts.map(\.failure.kind) == [.serverError])
        #expect(result.failedAttempts.map(\.number) == [1])
        #expect(gateway.statistics.hedgesWon == 1)
    }

    @Test func theFirstRealOutputOfAStreamWins() async throws {
        let begun = [Samples.openAIChunk(["role": "assistant", "content": ""])]
        let bench = try Self.bench([.stalling(begun)], then: .events(Samples.openAIStream(["Hel", "lo"])))
        let shown = Recorder<String>()
        let task = Task {
            try await bench.gateway.stream(GatewayBench.call()) { progress in
                switch progress {
                case .attemptStarted(let number, let path): shown.append("\(number) \(path)")
                case .event(.textDelta(let text), let attempt): shown.append("\(attempt) \(text)")
                default: break
                }
            }
        }
        await bench.clock.nextOfTwo()
        let result = try await task.value
        #expect(result.answer.text == "Hello" && result.path == Self.b)
        #expect(shown.all == ["2 b/m", "2 Hel", "2 lo"])
        #expect(result.failedAttempts.map(\.failure.kind) == [.cancelled])
    }

    @Test func noCallIsHedgedAfterItsOutput() async throws {
        let bench = try Self.bench([.stalling([Samples.openAIChunk(["content": "Hel"])])])
        let started = Gate()
        let task = Task {
            try await bench.gateway.stream(GatewayBench.call()) { progress in
                if case .event(.textDelta, _) = progress { started.open() }
            }
        }
        await started.wait()
        #expect(await bench.clock.nextOfTwo() == .seconds(2))
        let clock = bench.clock
        let mover = Task { while !Task.isCancelled { await clock.advanceToNext() } }
        defer { mover.cancel() }
        let failure = await #expect(throws: ModelCallFailure.self) { _ = try await task.value }
        #expect(failure?.failure.kind == .stallTimeout)
        #expect(bench.transport.requests.count == 1 && bench.gateway.statistics.hedges == 0)
    }

    @Test func aSecondAttemptCountsAgainstTheAttempts() async throws {
        let bench = try Self.bench([.silence], attempts: 1)
        let task = Task { try await bench.result() }
        await bench.clock.nextOfTwo()
        await bench.clock.sleepers(1)
        #expect(bench.transport.requests.count == 1)
        task.cancel()
        _ = await task.result
    }

    @Test func onlyAShareOfTheCallsIsHedged() async throws {
        let bench = try Self.bench([.silence, .answer("Fine"), .silence], then: .silence)
        async let first = bench.result()
        await bench.clock.nextOfTwo()
        #expect(try await first.path == Self.b)
        let second = Task { try await bench.result() }
        #expect(await bench.clock.nextOfTwo() == .seconds(2))
        await bench.clock.sleepers(1)
        #expect(bench.gateway.statistics.hedges == 1, "one a minute, and a tenth of the calls")
        second.cancel()
        _ = await second.result
    }

    @Test func whenBothFailTheCallGoesOn() async throws {
        let slow = Gate()
        let transport = GatedTransport { number in
            if number == 0 { await slow.wait() }
            return number < 2 ? .status(500) : .answer("Fine")
        }
        let clock = ManualClock()
        var route = GatewayBench.route()
        route.hedge = Hedge(.after(.seconds(2)))
        let gateway = try Gateway(
            providers: [Samples.provider("a"), Samples.provider("b")], routes: [route], transport: transport,
            clock: clock
        ) { report in
            if case .attemptFailed = report { slow.open() }
        }
        let task = Task { try await gateway.call(GatewayBench.call(), observe: nil) }
        await clock.nextOfTwo()
        let result = try await task.value
        #expect(result.failedAttempts.map(\.number) == [2, 1] && transport.count == 3)
        #expect(result.answer.text == "Fine")
    }

    @Test func aCallThatIsGivenUpEndsBothAttempts() async throws {
        let bench = try Self.bench([.silence, .silence])
        let task = Task { try await bench.result() }
        await bench.clock.nextOfTwo()
        while bench.transport.requests.count < 2, !Task.isCancelled { await Task.yield() }
        task.cancel()
        let cancelled = await #expect(throws: ModelCallCancelled.self) { _ = try await task.value }
        #expect(cancelled?.attempts.map(\.failure.kind) == [.cancelled, .cancelled])
        #expect(bench.gateway.statistics.attempts == 2)
    }

    @Test func theDelayMayFollowFromWhatIsUsual() async throws {
        let clock = ManualClock()
        let transport = GatedTransport { number in
            guard number < 20 else { return number == 20 ? .silence : .answer("Fine") }
            clock.advance(by: .milliseconds(100 * (number + 1)))
            return .answer("Fine")
        }
        var route = GatewayBench.route()
        route.hedge = Hedge(.percentile(0.9))
        let gateway = try Gateway(
            providers: [Samples.provider("a"), Samples.provider("b")], routes: [route], transport: transport,
            clock: clock)
        for _ in 0..<20 { _ = try await gateway.call(GatewayBench.call(), observe: nil) }
        let task = Task { try await gateway.call(GatewayBench.call(), observe: nil) }
        #expect(await clock.nextOfTwo() == .milliseconds(1_800))
        #expect(try await task.value.path == Self.b)
    }

    @Test func mistakesAreNamed() {
        for hedge in [
            Hedge(.after(.zero)), Hedge(.percentile(0.2)), Hedge(.percentile(1)), Hedge(.after(.seconds(1)), share: 2),
        ] {
            #expect(throws: GatewayConfigurationError.self) { _ = try Self.bench([], hedge: hedge) }
        }
    }
}

struct RecentLatenciesTests {
    @Test func theQuantileIsOfTheLatestOnes() {
        var latencies = RecentLatencies()
        for value in 1...19 { latencies.record(.milliseconds(value)) }
        #expect(latencies.quantile(0.5) == nil)
        latencies.record(.milliseconds(20))
        #expect(latencies.quantile(0.5) == .milliseconds(10))
        #expect(latencies.quantile(0.95) == .milliseconds(19))
        #expect(latencies.quantile(0.999) == .milliseconds(20))
        for _ in 0..<128 { latencies.record(.seconds(1)) }
        #expect(latencies.quantile(0.5) == .seconds(1))
    }
}

/// A transport whose replies depend on the number of the request, from 0, and may wait.
private final class GatedTransport: HTTPTransport {
    private let sent = Locked(0)
    private let reply: @Sendable (Int) async -> ScriptedTransport.Reply

    init(_ reply: @escaping @Sendable (Int) async -> ScriptedTransport.Reply) { self.reply = reply }

    var count: Int { self.sent.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = self.sent.withLock { sent in
            defer { sent += 1 }
            return sent
        }
        return try await ScriptedTransport([await self.reply(number)]).send(request)
    }
}

extension ManualClock {
    /// Moves to the earlier of the attempt's deadline and the second attempt's time, once both are slept for.
    @discardableResult fileprivate func nextOfTwo() async -> Duration {
        await self.sleepers(2)
        return await self.advanceToNext()
    }
}
