import BelayCore
import BelayJSON
import BelayLedger
import BelayMock
import BelayModels
import BelayResilience
import BelayTesting
import Testing

/// `GET /v1/costs` over what real calls left in the ledger.
@Suite(.timeLimit(.minutes(5)))
struct CostHTTPTests {
    private static let chat = "/v1/chat/completions"

    /// $1 a million tokens of input, a tenth of it from the provider's cache, $10 of output.
    private static let prices: PriceTable = {
        var prices = PriceTable()
        for provider in ["first", "second"] {
            prices.set(
                Price(input: 1_000, output: 10_000, cacheRead: 100), for: ModelPath(provider: provider, model: "m"))
        }
        return prices
    }()

    private static let usage = "reply: {text: Good morning., usage: {input: 100, cached: 40, output: 30}}"

    private static func setting(
        _ kinds: [ProviderSettings.Kind] = [.openAI], cache: CachePolicy = .off
    ) -> GatewayWorld.Setting {
        var setting = GatewayWorld.Setting(kinds: kinds, scenario: Self.usage)
        (setting.prices, setting.cache) = (Self.prices, cache)
        return setting
    }

    private static func ledger() -> Ledger {
        Ledger(budgets: [], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"))
    }

    private static func body(_ text: String = "Good morning.") -> JSON {
        ["model": "route/default", "max_tokens": 100, "messages": [["role": "user", "content": .string(text)]]]
    }

    /// 100 fresh tokens, 40 from the cache, 30 of output.
    private static let cost = 100 * 1_000 + 40 * 100 + 30 * 10_000

    @Test func whatWasSpentAndSparedIsExact() async throws {
        try await GatewayWorld.run(Self.setting(cache: CachePolicy(.exact))) { world in
            world.gateway.account(in: Self.ledger())
            for (customer, session) in [("acme", "s"), ("acme", "s"), ("b", "r"), ("acme", "t")] {
                let reply = try await world.post(
                    Self.chat, Self.body("Hello \(session)"),
                    headers: ["x-belay-customer": customer, "x-belay-session": session, "x-belay-user": customer])
                #expect(reply.status == 200, "\(reply.text)")
            }
            let reply = try await world.get("/v1/costs?by=customer,model&since=1d")
            #expect(reply.status == 200, "\(reply.text)")
            let json = try reply.json
            let acme = try #require(json["items"]?[0])
            #expect(acme["group"] == ["customer": "acme", "model": "first/m"])
            let figures = acme["figures"]
            #expect(figures?["requests"] == 3 && figures?["attempts"] == 2 && figures?["cached_answers"] == 1)
            #expect(figures?["sessions"] == 2 && figures?["cost_nano_usd"]?.intValue == 2 * Self.cost)
            #expect(figures?["cost_per_session_nano_usd"]?.intValue == Self.cost)
            #expect(figures?["cost_per_1000_requests_nano_usd"]?.intValue == (2 * Self.cost * 1_000 + 1) / 3)
            // 40 tokens of each answer for a tenth of the price.
            #expect(figures?["prompt_cache_saved_nano_usd"]?.intValue == 2 * 40 * 900)
            #expect(figures?["answer_cache_saved_nano_usd"]?.intValue == Self.cost)
            #expect(figures?["estimated_nano_usd"] == 0 && figures?["unpriced_nano_usd"] == 0)
            #expect(json["total"]?["cost_nano_usd"]?.intValue == 3 * Self.cost && json["more"] == 0)
            let one = try await world.get("/v1/costs?by=session").json
            #expect(one["code"] == "parameter_invalid")
            let filtered = try await world.get("/v1/costs?by=&customer=b").json
            #expect(filtered["items"]?[0]?["figures"]?["requests"] == 1, "\(filtered.serialized())")
        }
    }

    @Test func retriesAndFallbacksAreToldApart() async throws {
        try await GatewayWorld.run(Self.setting([.openAI, .anthropic])) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "server_error"]]])
            world.gateway.account(in: Self.ledger())
            #expect(try await world.post(Self.chat, Self.body()).status == 200)
            let total = try await world.get("/v1/costs").json["total"]
            #expect(total?["requests"] == 1 && total?["attempts"] == 4 && total?["sessions"] == 1)
            #expect(total?["causes"]?["retry"] == ["attempts": 2, "cost_nano_usd": 0])
            #expect(total?["causes"]?["fallback"]?["attempts"] == 1)
            #expect(total?["causes"]?["fallback"]?["cost_nano_usd"] == total?["cost_nano_usd"])
        }
    }

    @Test func modelsWithoutAPriceCountAtTheCeilingAndSpareNothing() async throws {
        var setting = Self.setting(cache: CachePolicy(.exact))
        setting.prices = PriceTable()
        try await GatewayWorld.run(setting) { world in
            world.gateway.account(in: Self.ledger())
            for _ in 0..<2 { #expect(try await world.post(Self.chat, Self.body()).status == 200) }
            let total = try await world.get("/v1/costs").json["total"]
            let ceiling = Price.ceiling.cost(of: Usage(freshInput: 140, output: 30)).nanoDollars
            #expect(total?["cost_nano_usd"]?.intValue == Int(ceiling), "\(total?.serialized() ?? "")")
            #expect(total?["unpriced_nano_usd"] == total?["cost_nano_usd"])
            #expect(total?["estimated_nano_usd"] == total?["cost_nano_usd"])
            #expect(total?["answer_cache_saved_nano_usd"] == 0 && total?["prompt_cache_saved_nano_usd"] == 0)
        }
    }

    @Test func aProjectionSaysWhatItIsWorth() async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            world.gateway.account(in: Self.ledger())
            let none = try await world.get("/v1/costs/projection").json
            #expect(none["months"] == [] && none["doubts"]?.arrayValue?.count == 1, "\(none.serialized())")
            for session in ["a", "b"] {
                _ = try await world.post(
                    Self.chat, Self.body(), headers: ["x-belay-session": session, "x-belay-user": "ada"])
            }
            let json = try await world.get("/v1/costs/projection").json
            #expect(
                json["months"]?[0] == [
                    "users_a_day": 100, "sessions": 6_000, "cost_nano_usd": .int(Int64(6_000 * Self.cost)),
                ])
            #expect(json["assumptions"]?["sessions_per_user_source"] == "observed")
            #expect(json["assumptions"]?["sessions_per_user_thousandths"] == 2_000)
            #expect(json["doubts"]?.arrayValue?.count == 2)
            let given = try await world.get("/v1/costs/projection?sessions_per_user=0.5").json
            #expect(given["months"]?[2]?["sessions"] == 1_500_000)
        }
    }

    @Test func aTenantsKeySeesItsOwn() async throws {
        var setting = Self.setting()
        setting.keys = [APIKey("key-of-acme", name: "acme", tenant: "acme"), APIKey("key-of-owner", name: "owner")]
        try await GatewayWorld.run(setting) { world in
            let alerts = AlertPolicy(callCost: Money(nanoDollars: 1))
            world.gateway.account(
                in: Ledger(
                    budgets: [], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"),
                    options: Ledger.Options(alerts: alerts)))
            func key(_ name: String) -> [String: String] { ["authorization": "Bearer key-of-\(name)"] }
            for name in ["acme", "owner"] {
                #expect(try await world.post(Self.chat, Self.body(), headers: key(name)).status == 200)
            }
            for (name, tenants) in [("acme", ["acme"]), ("owner", ["acme", "default"])] {
                let costs = try await world.get("/v1/costs?by=tenant&tenant=\(tenants[0])", headers: key(name)).json
                #expect(costs["items"]?.arrayValue?.count == 1, "\(costs.serialized())")
                let all = try await world.get("/v1/costs?by=tenant", headers: key(name)).json["items"]?.arrayValue
                #expect(all?.compactMap { $0["group"]?["tenant"]?.stringValue }.sorted() == tenants)
                let told = try await world.get("/v1/alerts", headers: key(name)).json["items"]?.arrayValue
                #expect(told?.compactMap { $0["tenant"]?.stringValue }.sorted() == tenants)
                let months = try await world.get("/v1/costs/projection", headers: key(name)).json
                #expect(months["assumptions"]?["observed_sessions"]?.intValue == tenants.count)
            }
            let other = try await world.get("/v1/costs?by=tenant&tenant=default", headers: key("acme"))
            #expect(try other.status == 403 && other.json["code"] == "key_not_permitted", "\(other.text)")
        }
    }

    @Test(arguments: [
        ("by=agent,agent", "by"), ("by=planet", "by"), ("since=later", "since"), ("since=1h&until=2h", "since"),
        ("until=2026-02-30", "until"),
        ("limit=0", "limit"), ("limit=10001", "limit"),
    ])
    func whatIsWrongIsSaid(query: String, parameter: String) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            world.gateway.account(in: Self.ledger())
            let reply = try await world.get("/v1/costs?\(query)")
            #expect(reply.status == 400, "\(reply.text)")
            #expect(try reply.json["parameter"]?.stringValue == parameter)
        }
    }
}
