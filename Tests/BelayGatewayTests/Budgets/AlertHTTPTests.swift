import BelayCore
import BelayJSON
import BelayLedger
import BelayModels
import BelayResilience
import Testing

/// `GET /v1/alerts`, and what an observer hears, over real calls.
@Suite(.timeLimit(.minutes(5)))
struct AlertHTTPTests {
    private static let body: JSON = [
        "model": "route/default", "max_tokens": 100, "messages": [["role": "user", "content": "Good morning."]],
    ]

    @Test func dearCallsAndNearlySpentBudgetsAreListed() async throws {
        var setting = GatewayWorld.Setting(kinds: [.openAI])
        setting.cache = .off
        setting.prices = PriceTable()
        setting.prices.set(Price(input: 1_000, output: 10_000), for: ModelPath(provider: "first", model: "m"))
        try await GatewayWorld.run(setting) { world in
            let told = Locked<[String]>([])
            let budget = Budget("watch", per: .customer, limit: .money(Money(nanoDollars: 1)), enforcement: .soft)
            let ledger = Ledger(
                budgets: [budget], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"),
                options: Ledger.Options(alerts: AlertPolicy(callCost: Money(nanoDollars: 10)))
            ) { report in
                if case .alert(let alert) = report { told.withLock { $0.append(alert.name) } }
            }
            world.gateway.account(in: ledger)
            for _ in 0..<2 {
                let reply = try await world.post(
                    "/v1/chat/completions", Self.body, headers: ["x-belay-customer": "acme", "x-belay-session": "s"])
                #expect(reply.status == 200, "\(reply.text)")
            }
            let items = try #require(try await world.get("/v1/alerts").json["items"]?.arrayValue)
            #expect(items.map { $0["kind"]?.stringValue } == ["budget", "call"], "\(items)")
            #expect(items[0]["subject"] == "acme" && items[0]["figures"]?["budget"] == "watch")
            #expect(items[1]["subject"] == "first/m" && items[1]["times"] == 2 && items[1]["caller"]?["session"] == "s")
            #expect(items[1]["figures"]?["limit"] == "$0.00000001")
            #expect(told.withLock { $0 } == ["call", "budget"])
            #expect(try await world.get("/v1/alerts?limit=1").json["items"]?.arrayValue?.count == 1)
            #expect(try await world.get("/v1/alerts?limit=0").status == 400)
        }
    }

    @Test func aModelWithoutAPriceIsListedOnce() async throws {
        var setting = GatewayWorld.Setting(kinds: [.openAI])
        (setting.cache, setting.prices) = (.off, PriceTable())
        try await GatewayWorld.run(setting) { world in
            world.gateway.account(
                in: Ledger(budgets: [], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test")))
            for _ in 0..<2 { #expect(try await world.post("/v1/chat/completions", Self.body).status == 200) }
            let items = try #require(try await world.get("/v1/alerts").json["items"]?.arrayValue)
            #expect(items.count == 1 && items[0]["kind"] == "unknown_price" && items[0]["times"] == 2, "\(items)")
        }
    }
}
