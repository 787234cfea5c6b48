import BelayCore
import BelayJSON
import BelayModels
import BelayResilience
import BelayTesting
import Testing

/// Vendors that tell by headers that nothing is left, from both ends of real connections.
@Suite(.timeLimit(.minutes(5)))
struct VendorLimitsHTTPTests {
    /// One request a minute, and it is used up.
    private static let openAI = """
        {x-ratelimit-limit-requests: "1", x-ratelimit-remaining-requests: "0", x-ratelimit-reset-requests: "1m0s"}
        """
    /// The same, at the time at which a manual wall clock begins.
    private static let anthropic = """
        {anthropic-ratelimit-requests-limit: "1", anthropic-ratelimit-requests-remaining: "0",
        anthropic-ratelimit-requests-reset: "2026-01-01T00:01:00Z"}
        """

    private static func setting(_ kinds: [ProviderSettings.Kind], cache: CachePolicy = .off) -> GatewayWorld.Setting {
        let headers = kinds[0] == .anthropic ? Self.anthropic : Self.openAI
        var setting = GatewayWorld.Setting(kinds: kinds, scenario: "reply: Good morning.\nheaders: \(headers)")
        setting.cache = cache
        setting.wallClock = ManualWallClock()
        return setting
    }

    @Test(arguments: Ask.all, [ProviderSettings.Kind.openAI, .openAIResponses, .anthropic])
    func callsGoElsewhereBeforeTheyAreRefused(ask: Ask, kind: ProviderSettings.Kind) async throws {
        try await GatewayWorld.run(Self.setting([kind, kind])) { world in
            for provider in ["first", "second"] {
                let reply = try await world.post(ask.path, ask.body())
                #expect(try ask.text(of: reply) == "Good morning.", "\(reply.text)")
                #expect(reply.headers["x-belay-path"] == "\(provider)/m")
            }
            let reply = try await world.post(ask.path, ask.body())
            #expect(reply.status == 429, "\(reply.text)")
            let wait = try #require(reply.headers["retry-after"].flatMap { Int($0) })
            #expect((50...60).contains(wait))
            #expect(world.count("answered", at: 0) == 1 && world.count("answered", at: 1) == 1)
            #expect(world.gateway.statistics.attempts == 2, "nobody had to refuse anything")
        }
    }

    @Test func embeddingsAreHeldBackToo() async throws {
        try await GatewayWorld.run(Self.setting([.openAI])) { world in
            let body: JSON = ["model": "route/default", "input": "a text"]
            #expect(try await world.post("/v1/embeddings", body).status == 200)
            let reply = try await world.post("/v1/embeddings", body)
            #expect(reply.status == 429 && reply.headers["retry-after"] != nil, "\(reply.text)")
            #expect(world.gateway.statistics.attempts == 1)
        }
    }

    /// 60 a minute: what the gateway has to send goes out one by one.
    @Test(arguments: Ask.all)
    func callsWaitForTheNextRequest(ask: Ask) async throws {
        var setting = FaultBench.Setting(kinds: [.openAI])
        setting.models = ["m"]
        setting.scenario += """
            \nheaders: {x-ratelimit-limit-requests: "60", x-ratelimit-remaining-requests: "0",
            x-ratelimit-reset-requests: "60s"}
            """
        try await FaultBench.run(setting) { bench in
            #expect(try await bench.post(ask).status == 200)
            let asking = (1...3).map { _ in Task { try await bench.post(ask) } }
            try await bench.until {
                bench.clock.isSlept(for: .seconds(1)) && bench.clock.isSlept(for: .seconds(2))
                    && bench.clock.isSlept(for: .seconds(3))
            }
            #expect(bench.upstream.requests.count == 1)
            for count in 2...4 {
                bench.clock.advance(by: .seconds(1))
                try await bench.until { bench.upstream.requests.count == count && bench.count("answered") == count }
            }
            for task in asking {
                let reply = try await task.value
                #expect(reply.status == 200 && reply.headers["x-belay-attempts"] == "1", "\(reply.text)")
            }
            #expect(bench.upstream.gaps(at: 0) == [.seconds(1), .seconds(1), .seconds(1)])
        }
    }
}
