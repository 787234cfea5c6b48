import BelayCore
import BelayJSON
import BelayLedger
import BelayModels
import BelayRuntime
import BelayTesting
import Testing

/// Tenants in front of models: what a key's calls count for, and what other keys see of them.
@Suite(.timeLimit(.minutes(5)))
struct TenantHTTPTests {
    private static let chat = Ask(wire: .chatCompletions, streams: false)

    private static func key(_ name: String) -> [String: String] { ["authorization": "Bearer key-of-\(name)"] }

    private static func setting(_ cache: CachePolicy = .off) -> GatewayWorld.Setting {
        var setting = GatewayWorld.Setting(kinds: [.openAI])
        setting.keys = [
            APIKey("key-of-acme", name: "acme-app", tenant: "acme"),
            APIKey("key-of-apex", name: "apex", tenant: "apex"),
            APIKey("key-of-owner", name: "owner"),
        ]
        setting.cache = cache
        return setting
    }

    @Test(arguments: Ask.all)
    func aCallIsSpentByTheTenantOfItsKey(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let ledger = Ledger(
                budgets: [Budget("tenant-day", per: .tenant, limit: .tokens(100_000))], store: InMemoryLedgerStore(),
                node: NodeID(rawValue: "node_test"))
            world.gateway.account(in: ledger)
            for name in ["acme", "owner"] {
                let reply = try await world.post(
                    ask.path, ask.body(), headers: Self.key(name).merging(["x-belay-user": "ada"]) { $1 })
                #expect(reply.status == 200, "\(reply.text)")
            }
            #expect(await ledger.flush())
            let rows = try await ledger.store.rows(before: nil, limit: 10)
            #expect(Set(rows.map(\.row.spender.tenant)) == ["acme", "default"])
            // A tenant sees its own standing, the server's owner all of them.
            for (name, tenants) in [("acme", ["acme"]), ("apex", []), ("owner", ["acme", "default"])] {
                let list = try await world.get("/v1/budgets", headers: Self.key(name)).json
                let found = (list["items"]?.arrayValue ?? []).compactMap { $0["tenant"]?.stringValue }
                #expect(found.sorted() == tenants, "\(name)")
            }
            #expect(try await world.get("/v1/budgets?tenant=default", headers: Self.key("acme")).status == 403)
            for path in ["lines", "overrides", "verify"] {
                #expect(try await world.get("/v1/budgets/\(path)", headers: Self.key("acme")).status == 403)
            }
            let raise = try await world.post(
                "/v1/budgets/tenant-day/overrides", ["limit": "9 tokens", "by": "me"], headers: Self.key("acme"))
            #expect(raise.status == 403)
        }
    }

    @Test func embeddingsAreSpentByTheTenantOfTheirKey() async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let ledger = Ledger(budgets: [], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"))
            world.gateway.account(in: ledger)
            let reply = try await world.post(
                "/v1/embeddings", ["model": "route/default", "input": "Good morning."], headers: Self.key("acme"))
            #expect(reply.status == 200, "\(reply.text)")
            #expect(await ledger.flush())
            let rows = try await ledger.store.rows(before: nil, limit: 10)
            #expect(rows.map(\.row.spender.tenant) == ["acme"])
        }
    }

    @Test(arguments: Ask.all)
    func keptAnswersAreTheTenantsOwn(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting(CachePolicy(.exact))) { world in
            for (name, cache) in [("acme", "miss"), ("apex", "miss"), ("acme", "hit"), ("owner", "miss")] {
                let reply = try await world.post(ask.path, ask.body(), headers: Self.key(name))
                #expect(reply.headers["x-belay-cache"] == cache, "\(name)")
            }
        }
    }

    @Test func anOutcomeIsJudgedByItsTenantOnly() async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let reply = try await world.post(Self.chat.path, Self.chat.body(), headers: Self.key("acme"))
            let path = "/v1/outcomes/\(try #require(reply.headers["x-belay-outcome"]))"
            for name in ["apex", "owner"] {
                #expect(try await world.get(path, headers: Self.key(name)).status == 404)
                #expect(try await world.post(path, ["success": false], headers: Self.key(name)).status == 404)
            }
            #expect(try await world.get(path, headers: Self.key("acme")).json["tenant"] == "acme")
            let judged = try await world.post(path, ["success": true], headers: Self.key("acme"))
            #expect(try judged.status == 200 && judged.json["success"] == 1 && judged.json["tenant"] == "acme")
            for list in ["/v1/outcomes", "/v1/outcomes/summary", "/v1/routes"] {
                #expect(try await world.get(list, headers: Self.key("acme")).status == 403)
                #expect(try await world.get(list, headers: Self.key("owner")).status == 200)
            }
        }
    }

    @Test func anAgentsConversationIsTheTenantsOwn() async throws {
        var setting = Self.setting()
        setting.scenario = """
            rules: [{when: {any_message: "A-77", last_message: again}, reply: You named A-77.}]
            reply: Good morning.
            """
        setting.agents = [Agent("support", version: "1", instructions: "Help.")]
        try await GatewayWorld.run(setting) { world in
            func say(_ text: String, _ name: String) async throws -> GatewayWorld.Reply {
                let headers = Self.key(name).merging(["x-belay-session": "s", "x-belay-user": "ada"]) { $1 }
                return try await world.post(
                    Self.chat.path, Self.chat.body(text, model: "agent/support"), headers: headers)
            }
            let first = try await say("My order is A-77.", "acme")
            #expect(first.status == 200, "\(first.text)")
            let id = try #require(first.headers["x-belay-execution"])
            #expect(try Self.chat.text(of: try await say("again", "apex")) == "Good morning.")
            #expect(try Self.chat.text(of: try await say("again", "acme")) == "You named A-77.")
            #expect(try await world.get("/v1/executions/\(id)", headers: Self.key("apex")).status == 404)
            #expect(try await world.get("/v1/executions/\(id)", headers: Self.key("acme")).status == 200)
        }
    }
}
