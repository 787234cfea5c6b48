import BelayCore
import BelayHTTP
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// Several keys and endpoints of one provider.
@Suite(.timeLimit(.minutes(5)))
struct GatewayEndpointTests {
    private static let path = ModelPath(provider: "a", model: "m")

    private static func provider(
        _ count: Int = 2, breaker: CircuitBreakerPolicy = CircuitBreakerPolicy(),
        retryBudget: RetryBudgetPolicy = RetryBudgetPolicy(), maxConcurrent: Int = 64
    ) -> ProviderSettings {
        var settings = Samples.provider(
            "a", breaker: breaker, retryBudget: retryBudget, maxConcurrent: maxConcurrent)
        settings.endpoints = (1...count).map {
            ProviderEndpoint(name: "\($0)", baseURL: "http://\($0).test/v1", key: Secret("key-of-\($0)"))
        }
        return settings
    }

    /// One provider with several endpoints as the only path.
    private static func bench(
        _ replies: [ScriptedTransport.Reply], then last: ScriptedTransport.Reply = .answer("Fine"),
        provider: ProviderSettings = Self.provider(), perPath: Int = 3
    ) throws -> GatewayBench {
        try GatewayBench(
            replies, then: last, providers: [provider],
            route: GatewayBench.route(paths: [.init("a", "m")], perPath: perPath))
    }

    private static func session(_ name: String) -> ModelCall {
        GatewayBench.call { $0.caller.session = name }
    }

    @Test func eachEndpointIsCalledWithItsOwnKey() async throws {
        let bench = try Self.bench([])
        for _ in 0..<40 { _ = try await bench.result() }
        #expect(Set(bench.sentTo) == ["1", "2"])
        for request in bench.transport.requests {
            let name = String(request.url.dropFirst("http://".count).prefix(1))
            #expect(request.headers["authorization"] == "Bearer key-of-\(name)")
        }
        let counts = try #require(bench.gateway.statistics.paths[Self.path])
        #expect(counts.answers == 40 && counts.endpoints.values.reduce(0) { $0 + $1.answers } == 40)
    }

    @Test func aTransientFailureIsRetriedAtAnotherEndpointAtOnce() async throws {
        let bench = try Self.bench([.status(429, headers: ["retry-after": "60"])])
        let result = try await bench.result()
        let first = try #require(bench.sentTo.first)
        #expect(bench.sentTo.count == 2 && bench.sentTo[1] != first)
        #expect(result.endpoint == bench.sentTo[1])
        #expect(result.failedAttempts.map(\.endpoint) == [first])
        #expect(result.duration == .zero)
        let statistics = bench.gateway.statistics
        #expect(statistics.retries == 1 && statistics.fallbacks == 0 && statistics.attempts == 2)
        #expect(statistics.paths[Self.path]?.endpoints[first]?.cuts == 1)
    }

    @Test func attemptsOfOnePathAreCountedOverItsEndpoints() async throws {
        let bench = try Self.bench([], then: .status(500), provider: Self.provider(4), perPath: 3)
        let failure = try #require(try await bench.failure())
        #expect(failure.attempts.count == 3 && Set(bench.sentTo).count == 3)
    }

    @Test func aRetryAtAnotherEndpointTakesFromTheRetryBudget() async throws {
        let none = RetryBudgetPolicy(ratio: 0, minimumPerSecond: 0)
        let bench = try Self.bench([], then: .status(500), provider: Self.provider(retryBudget: none))
        #expect(try await bench.failure()?.attempts.count == 1)
    }

    @Test func aRefusedKeyTakesOnlyItselfOut() async throws {
        let bench = try Self.bench([.status(401)])
        let result = try await bench.result()
        let refused = try #require(bench.sentTo.first)
        #expect(result.endpoint != refused && result.failedAttempts.first?.failure.kind == .authentication)
        for _ in 0..<20 { #expect(try await bench.result().endpoint != refused) }
        #expect(bench.gateway.statistics.keysRefused == 1)
        bench.clock.advance(by: .seconds(900))
        for _ in 0..<40 { _ = try await bench.result() }
        #expect(bench.sentTo.suffix(40).contains(refused))
    }

    @Test func aUsedUpQuotaTakesOnlyItsKeyOut() async throws {
        let bench = try Self.bench([.usedUpQuota])
        let result = try await bench.result()
        let spent = try #require(bench.sentTo.first)
        #expect(result.endpoint != spent && result.failedAttempts.first?.failure.kind == .quotaExhausted)
        for _ in 0..<20 { #expect(try await bench.result().endpoint != spent) }
        let endpoints = bench.gateway.lane(of: Self.path).endpoints
        #expect(endpoints.filter { !$0.isReady(model: "m") }.map(\.name) == [spent])
        bench.clock.advance(by: .seconds(60))
        #expect(endpoints.allSatisfy { $0.isReady(model: "m") })
        #expect(bench.gateway.statistics.keysRefused == 1)
    }

    @Test func whenAllKeysAreRefusedThePathIsOut() async throws {
        let bench = try Self.bench([], then: .status(401))
        #expect(try await bench.failure()?.attempts.count == 2)
        let second = try #require(try await bench.failure())
        #expect(second.failure.kind == .authentication && bench.transport.requests.count == 2)
    }

    @Test func circuitsAreApartForEachEndpoint() async throws {
        let breaker = CircuitBreakerPolicy(trip: .consecutiveFailures(1))
        let bench = try Self.bench([.status(500)], provider: Self.provider(breaker: breaker))
        _ = try await bench.result()
        let broken = try #require(bench.sentTo.first)
        for _ in 0..<20 { #expect(try await bench.result().endpoint != broken) }
        #expect(bench.gateway.statistics.paths[Self.path]?.endpoints[broken]?.circuitOpenings == 1)
    }

    @Test func aSessionStaysAtItsEndpointWhileThatWorks() async throws {
        let bench = try Self.bench([], provider: Self.provider(4))
        var endpoints: Set<String> = []
        for session in 0..<30 {
            let first = try await bench.result(Self.session("s\(session)")).endpoint
            for _ in 0..<5 { #expect(try await bench.result(Self.session("s\(session)")).endpoint == first) }
            endpoints.insert(first ?? "")
        }
        #expect(endpoints.count == 4)
    }

    @Test func aSessionStaysWhereItWentWhenItsEndpointFailed() async throws {
        let bench = try Self.bench([.status(503)])
        let result = try await bench.result(Self.session("s"))
        for _ in 0..<10 { #expect(try await bench.result(Self.session("s")).endpoint == result.endpoint) }
        bench.clock.advance(by: .seconds(301))
        #expect(try await bench.result(Self.session("s")).endpoint == result.failedAttempts.first?.endpoint)
    }

    @Test func aSessionKeepsToItsPathWhileThatWorks() async throws {
        let bench = try GatewayBench([.status(500), .status(500), .status(500)], then: .answer("Fine"))
        #expect(try await bench.result(Self.session("s")).path.provider == "b")
        #expect(try await bench.result(Self.session("s")).path.provider == "b")
        #expect(try await bench.result(Self.session("t")).path.provider == "a")
        bench.clock.advance(by: .seconds(301))
        #expect(try await bench.result(Self.session("s")).path.provider == "a")
    }

    @Test func aProviderIsAtItsVendorWhenAllItsEndpointsAre() {
        var settings = ProviderSettings(name: "a", kind: .openAI)
        settings.endpoints = [ProviderEndpoint(name: "1"), ProviderEndpoint(name: "2")]
        #expect(settings.isVendor)
        settings.endpoints[1].baseURL = "https://eu.example/v1"
        #expect(!settings.isVendor)
    }

    @Test func mistakesInEndpointsAreNamed() throws {
        func message(_ change: (inout ProviderSettings) -> Void) -> String? {
            var provider = Self.provider()
            change(&provider)
            do {
                _ = try Gateway(providers: [provider], routes: [GatewayBench.route(paths: [.init("a", "m")])])
                return nil
            } catch { return "\(error)" }
        }
        #expect(message { _ in } == nil)
        #expect(message { $0.endpoints[1].name = "1" } == "two endpoints of provider a are named 1")
        #expect(message { $0.endpoints[0].name = "" }?.contains("1 to 64 characters") == true)
        #expect(message { $0.endpoints[0].weight = 0 }?.contains("0.01 to 1,000") == true)
        #expect(message { $0.endpoints[0].baseURL = "ftp://x" }?.contains("https://") == true)
        #expect(message { $0.rateLimits = .init(requestsPerMinute: 0) }?.contains("requests per minute") == true)
        #expect(message { $0.endpoints[0].rateLimits = .init(tokensPerMinute: 0) }?.contains("tokens") == true)
    }
}
