import BelayCore
import BelayHTTP
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// What a provider is sent at most: as configured, and as it says itself.
@Suite(.timeLimit(.minutes(5)))
struct GatewayRateLimitTests {
    private static let path = ModelPath(provider: "a", model: "m")

    private static func bench(
        _ replies: [ScriptedTransport.Reply] = [], then last: ScriptedTransport.Reply = .answer("Fine"),
        limits: OutgoingRateLimits? = nil, maxConcurrent: Int = 64, paths: [Route.Path] = [.init("a", "m")]
    ) throws -> GatewayBench {
        var settings = Samples.provider("a", maxConcurrent: maxConcurrent)
        settings.rateLimits = limits
        return try GatewayBench(
            replies, then: last, providers: [settings, Samples.provider("b")],
            route: GatewayBench.route(paths: paths, cache: .off))
    }

    @Test func callsBeyondTheLimitWaitForTheirTurn() async throws {
        let bench = try Self.bench(limits: .init(requestsPerMinute: 60))
        for _ in 0..<6 { #expect(try await bench.result().duration == .zero) }
        async let seventh = bench.result()
        #expect(await bench.clock.advanceToNext() == .seconds(1))
        #expect(try await seventh.duration == .seconds(1))
    }

    /// The order in which calls of those tenants are answered, at one a second.
    private func order(of tenants: [String], at bench: GatewayBench) async throws -> [String] {
        for _ in 0..<6 { _ = try await bench.result() }
        let finished = Recorder<String>()
        await withTaskGroup(of: Void.self) { group in
            for (number, tenant) in tenants.enumerated() {
                group.addTask {
                    let call = GatewayBench.call { $0.tenant = tenant }
                    if (try? await bench.result(call)) != nil { finished.append("\(tenant)\(number + 1)") }
                }
                await bench.clock.sleepers(number + 1)
            }
            for number in 1...tenants.count {
                // One sleeps until its share is there, the others until they lose patience.
                await bench.clock.sleepers(tenants.count - number + 1)
                bench.clock.advance(by: .seconds(1))
                while finished.all.count < number, !Task.isCancelled { await Task.yield() }
            }
        }
        return finished.all
    }

    @Test func theyWaitInTheOrderInWhichTheyCame() async throws {
        let bench = try Self.bench(limits: .init(requestsPerMinute: 60))
        #expect(try await self.order(of: ["a", "a", "a", "a"], at: bench) == ["a1", "a2", "a3", "a4"])
    }

    @Test func tenantsThatWaitTakeTurns() async throws {
        let bench = try Self.bench(limits: .init(requestsPerMinute: 60))
        let order = try await self.order(of: ["a", "a", "a", "b", "c"], at: bench)
        #expect(order == ["a1", "a2", "b4", "c5", "a3"])
    }

    @Test func aTenantThatWouldWaitTooLongIsRefusedAtOnceWhileAnotherStillGetsItsTurn() async throws {
        let bench = try Self.bench(limits: .init(requestsPerMinute: 60))
        for _ in 0..<6 { _ = try await bench.result() }
        await withTaskGroup(of: Void.self) { group in
            // Its route is patient for five seconds.
            for number in 1...5 {
                group.addTask { _ = try? await bench.result(GatewayBench.call { $0.tenant = "noisy" }) }
                await bench.clock.sleepers(number)
            }
            let refused = try? await bench.failure(GatewayBench.call { $0.tenant = "noisy" })
            #expect(refused?.failure.kind == .throttled && refused?.failure.retryAfter == .seconds(6))
            let quiet = Task { try await bench.result(GatewayBench.call { $0.tenant = "quiet" }) }
            for left in [6, 5, 4] {
                await bench.clock.sleepers(left)
                bench.clock.advance(by: .seconds(1))
            }
            #expect((try? await quiet.value)?.duration == .seconds(3))
            group.cancelAll()
        }
    }

    @Test func aCallThatWouldWaitLongerThanItsRouteIsPatientTakesTheNextPath() async throws {
        let bench = try Self.bench(limits: .init(requestsPerMinute: 6), paths: [.init("a", "m"), .init("b", "m")])
        #expect(try await bench.result().path.provider == "a")
        let second = try await bench.result()
        #expect(second.path.provider == "b" && second.duration == .zero)
        #expect(second.failedAttempts.map(\.failure.kind) == [.throttled])
        #expect(bench.gateway.statistics.paths[Self.path]?.failures[.throttled] == 1)
        #expect(bench.gateway.statistics.paths[Self.path]?.attempts == 1)
    }

    @Test func withoutANextPathItFailsAtOnceAndSaysWhenToComeBack() async throws {
        let bench = try Self.bench(limits: .init(requestsPerMinute: 6))
        _ = try await bench.result()
        let failure = try #require(try await bench.failure())
        #expect(failure.failure.kind == .throttled && failure.failure.retryAfter == .seconds(10))
        bench.clock.advance(by: .seconds(10))
        _ = try await bench.result()
    }

    @Test func tokensAreReservedByAnEstimateAndSettledByWhatWasUsed() async throws {
        // 15 tokens are used; 1,024 of output and the few of the input are reserved.
        let bench = try Self.bench(limits: .init(tokensPerMinute: 1_200))
        for _ in 0..<10 { #expect(try await bench.result().duration == .zero) }
        async let first = bench.result(GatewayBench.call { $0.request.maxOutputTokens = 1_100 })
        // 150 tokens are gone, so some 60 are missing, at 20 a second.
        let wait = await bench.clock.advanceToNext()
        #expect(wait > .seconds(2) && wait < .seconds(4))
        _ = try await first
    }

    @Test func whatNoModelReadIsGivenBack() async throws {
        let bench = try Self.bench([.status(500)], limits: .init(tokensPerMinute: 1_200))
        #expect(try await bench.result().duration == .zero)
    }

    @Test func aCallLargerThanTheLimitPassesWhenNothingElseWasSent() async throws {
        let bench = try Self.bench(limits: .init(tokensPerMinute: 100))
        #expect(try await bench.result().duration == .zero)
    }

    @Test func anotherEndpointWithRoomIsTakenInsteadOfWaiting() async throws {
        var settings = Samples.provider("a")
        settings.endpoints = (1...2).map {
            ProviderEndpoint(
                name: "\($0)", baseURL: "http://\($0).test/v1", rateLimits: .init(requestsPerMinute: 6))
        }
        let bench = try GatewayBench(
            [], then: .answer("Fine"), providers: [settings],
            route: GatewayBench.route(paths: [.init("a", "m")], cache: .off))
        for _ in 0..<2 { #expect(try await bench.result().duration == .zero) }
        #expect(Set(bench.sentTo) == ["1", "2"])
        #expect(try await bench.failure()?.failure.kind == .throttled)
    }

    @Test func aRetryAfterHoldsAllCallsOff() async throws {
        let bench = try Self.bench([.status(429, headers: ["retry-after": "60"])])
        let first = try #require(try await bench.failure())
        #expect(first.failure.kind == .rateLimited && first.failure.retryAfter == .seconds(60))
        #expect(first.attempts.count == 1)
        bench.clock.advance(by: .seconds(20))
        let second = try #require(try await bench.failure())
        #expect(second.failure.kind == .throttled && second.failure.retryAfter == .seconds(40))
        #expect(bench.transport.requests.count == 1, "the second call need not find out by itself")
        bench.clock.advance(by: .seconds(40))
        _ = try await bench.result()
        #expect(bench.gateway.statistics.paths[Self.path]?.cuts == 1)
    }

    @Test func aShortPauseIsSatOutByAllCalls() async throws {
        let bench = try Self.bench([.status(429, headers: ["retry-after": "3"])])
        async let first = bench.result()
        await bench.retrying.wait()
        async let second = bench.result()
        await bench.clock.sleepers(2)
        #expect(bench.transport.requests.count == 1)
        bench.clock.advance(by: .seconds(3))
        #expect(try await first.duration == .seconds(3))
        #expect(try await second.duration == .seconds(3))
        #expect(try await second.failedAttempts.isEmpty)
    }

    @Test func otherModelsOfTheProviderAreNotHeldOff() async throws {
        let bench = try Self.bench(
            [.status(429, headers: ["retry-after": "60"])], paths: [.init("a", "m"), .init("a", "small")])
        #expect(try await bench.result().path.model == "small")
        #expect(try await bench.result().path.model == "small")
        #expect(bench.transport.requests.count == 3)
    }

    @Test func aPauseIsNeverLongerThanFiveMinutes() async throws {
        let bench = try Self.bench([.status(429, headers: ["retry-after": "86400"])])
        _ = try await bench.failure()
        bench.clock.advance(by: EndpointCell.longestPause)
        _ = try await bench.result()
    }

    private static func answer(remaining: Int, reset: String = "60s") -> ScriptedTransport.Reply {
        .json(
            Samples.openAIAnswer("Fine"),
            headers: [
                "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "\(remaining)",
                "x-ratelimit-reset-requests": "\(reset)",
            ])
    }

    @Test func whereNothingIsLeftOneCallGoesForEachRequestThatComesBack() async throws {
        let bench = try Self.bench([Self.answer(remaining: 0)])
        _ = try await bench.result()
        async let second = bench.result()
        await bench.clock.sleepers(1)
        async let third = bench.result()
        await bench.clock.sleepers(2)
        bench.clock.advance(by: .seconds(1))
        #expect(try await second.duration == .seconds(1))
        // What the third waits for hasn't changed, although the second's answer says nothing.
        bench.clock.advance(by: .seconds(1))
        #expect(try await third.duration == .seconds(2))
        #expect(try await third.failedAttempts.isEmpty)
    }

    @Test func anAnswerThatTellsOfMoreLetsCallsPassAgain() async throws {
        let bench = try Self.bench([Self.answer(remaining: 0), Self.answer(remaining: 7)])
        _ = try await bench.result()
        async let second = bench.result()
        #expect(await bench.clock.advanceToNext() == .seconds(1))
        _ = try await second
        for _ in 0..<3 { #expect(try await bench.result().duration == .zero) }
    }

    @Test func whereNothingIsLeftForLongTheNextPathIsTaken() async throws {
        let bench = try Self.bench(
            [Self.answer(remaining: 0, reset: "24h")], paths: [.init("a", "m"), .init("b", "m")])
        #expect(try await bench.result().path.provider == "a")
        let second = try await bench.result()
        #expect(second.path.provider == "b" && second.duration == .zero)
        #expect(second.failedAttempts.map(\.failure.kind) == [.throttled])
        bench.clock.advance(by: EndpointCell.longestPause)
        #expect(try await bench.result().path.provider == "a", "it is asked again after five minutes")
    }

    @Test func anotherEndpointIsTakenWhereNothingIsLeft() async throws {
        var settings = Samples.provider("a")
        settings.endpoints = (1...2).map { ProviderEndpoint(name: "\($0)", baseURL: "http://\($0).test/v1") }
        let bench = try GatewayBench(
            [Self.answer(remaining: 0)], then: .answer("Fine"), providers: [settings],
            route: GatewayBench.route(paths: [.init("a", "m")], cache: .off))
        for _ in 0..<6 { #expect(try await bench.result().duration == .zero) }
        #expect(bench.sentTo.count { $0 == bench.sentTo[0] } == 1)
    }

    @Test func aRefusalThatSaysWhenHoldsCallsBackToo() async throws {
        let headers: HTTPHeaderFields = [
            "x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "3m20s",
        ]
        let bench = try Self.bench([.status(429, headers: headers)])
        async let first = bench.result()
        await bench.retrying.wait()
        // A hundredth of 1,000 tokens is there in 2 s.
        #expect(await bench.clock.advanceToNext() == .seconds(2))
        #expect(try await first.duration == .seconds(2))
    }

    @Test func aRefusalLowersHowManyMayBeUnderWay() async throws {
        let replies = [ScriptedTransport.Reply](repeating: .silence, count: 9) + [.status(429)]
        let bench = try Self.bench(replies, then: .silence, maxConcurrent: 16)
        var tasks: [Task<ModelCallResult, any Error>] = []
        for number in 1...9 as ClosedRange<Int> {
            tasks.append(Task { try await bench.result() })
            await bench.clock.sleepers(number)
        }
        // The tenth is refused: 5 at once from now on. Its retry finds 9 under way and waits.
        tasks.append(Task { try await bench.result() })
        await bench.retrying.wait()
        await bench.clock.sleepers(10)
        #expect(bench.transport.requests.count == 10)
        #expect(bench.reports.all.contains { if case .limitCut(_, _, 5, nil) = $0 { true } else { false } })
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
    }
}
