import BelayJSON
import BelayModels
import Testing

/// Several endpoints of one provider, and one that asks for a pause, from both ends of real connections.
@Suite(.timeLimit(.minutes(5)))
struct EndpointHTTPTests {
    /// Both simulated providers are endpoints of one.
    private static let endpoints = GatewayWorld.Setting(
        kinds: [.openAI, .openAI],
        adjust: { providers, route in
            var provider = providers[0]
            provider.endpoints = providers.map { ProviderEndpoint(name: $0.name, baseURL: $0.baseURL) }
            providers = [provider]
            route.paths = [.init(provider.name, "m")]
        })

    private static let alone = GatewayWorld.Setting(kinds: [.openAI])

    @Test(arguments: Ask.all)
    func callsReachBothEndpoints(ask: Ask) async throws {
        try await GatewayWorld.run(Self.endpoints) { world in
            for _ in 0..<24 {
                let reply = try await world.post(ask.path, ask.body())
                #expect(try ask.text(of: reply) == "Good morning.", "\(reply.text)")
                #expect(reply.headers["x-belay-path"] == "first/m" && reply.headers["x-belay-attempts"] == "1")
            }
            #expect(world.count("answered", at: 0) > 0 && world.count("answered", at: 1) > 0)
        }
    }

    @Test(
        arguments: Ask.all, ["server_error", "reset_before_headers", "rate_limited", "unauthorized", "quota_exhausted"])
    func anEndpointThatFailsIsReplacedByTheOther(ask: Ask, fault: String) async throws {
        try await GatewayWorld.run(Self.endpoints) { world in
            try world.mocks[0].setFaults(["faults": [["kind": .string(fault)]]])
            for _ in 0..<12 {
                let reply = try await world.post(ask.path, ask.body())
                #expect(try ask.text(of: reply) == "Good morning.", "\(reply.text)")
                let attempts = try #require(reply.headers["x-belay-attempts"].flatMap { Int($0) })
                #expect(attempts <= 2)
            }
            #expect(world.count("answered", at: 1) == 12)
            #expect(world.gateway.statistics.fallbacks == 0)
            if fault == "unauthorized" || fault == "quota_exhausted" {
                #expect(world.gateway.statistics.keysRefused <= 1)
            }
        }
    }

    @Test(arguments: Ask.all)
    func whoFindsNoPlaceIsToldWhenToComeBack(ask: Ask) async throws {
        var setting = Self.alone
        setting.adjust = { providers, route in
            providers[0].maxConcurrent = 1
            route.patience = .zero
        }
        try await GatewayWorld.run(setting) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "silence"]]])
            let first = Task { try await world.post(ask.path, ask.body()) }
            try await world.until { $0["in_flight"] == 1 }
            let second = try await world.post(ask.path, ask.body())
            #expect(second.status == 429, "\(second.text)")
            let wait = try #require(second.headers["retry-after"].flatMap { Int($0) })
            #expect((1...60).contains(wait))
            first.cancel()
            _ = await first.result
        }
    }

    @Test(arguments: Ask.all)
    func aLongPauseIsToldToTheClientAndKeptFromTheProvider(ask: Ask) async throws {
        try await GatewayWorld.run(Self.alone) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "rate_limited", "retry_after": "60s", "times": 1]]])
            for sent in 0..<3 {
                let reply = try await world.post(ask.path, ask.body())
                #expect(reply.status == 429, "\(reply.text)")
                let wait = try #require(reply.headers["retry-after"].flatMap { Int($0) })
                #expect(wait <= 60 && wait > 0)
                let type = try reply.json["error"]?["type"]?.stringValue
                #expect(type?.contains("rate_limit") == true || type == "requests", "\(reply.text)")
                #expect(reply.headers["x-should-retry"] == (sent == 0 ? "false" : nil), "\(sent)")
            }
            #expect(world.gateway.statistics.attempts == 1)
        }
    }

    @Test(arguments: Ask.all)
    func callsBeyondTheLimitAreRefusedWithoutACallUpstream(ask: Ask) async throws {
        var setting = Self.alone
        setting.adjust = { providers, _ in providers[0].rateLimits = .init(requestsPerMinute: 1) }
        try await GatewayWorld.run(setting) { world in
            #expect(try await world.post(ask.path, ask.body()).status == 200)
            // Another question, for which no earlier answer stands in.
            let reply = try await world.post(ask.path, ask.body("And now?"))
            #expect(reply.status == 429 && reply.headers["retry-after"] != nil, "\(reply.text)")
            #expect(world.count("answered") == 1 && world.gateway.statistics.attempts == 1)
        }
    }
}
