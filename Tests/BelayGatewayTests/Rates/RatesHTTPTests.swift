import BelayCore
import BelayHTTP
import BelayJSON
import BelayResilience
import BelayRuntime
import BelayTesting
import Testing

/// Rates in front of models and agents, as clients meet them over HTTP.
@Suite(.timeLimit(.minutes(5)))
struct RatesHTTPTests {
    private static let ada = ["x-belay-user": "ada"]
    private static let bob = ["x-belay-user": "bob"]

    private static func setting(_ policies: [RatePolicy], clock: ManualClock = ManualClock()) -> GatewayWorld.Setting {
        var setting = GatewayWorld.Setting(kinds: [.openAI])
        setting.cache = .off
        setting.rates = RateGate(policies, clock: clock)
        return setting
    }

    private static let one = RatePolicy("app", per: .user, requests: .perMinute(60, burst: 1))

    @Test(arguments: Ask.all)
    func aRequestTooManyIsRefusedInTheVendorsForm(ask: Ask) async throws {
        let clock = ManualClock()
        try await GatewayWorld.run(Self.setting([Self.one], clock: clock)) { world in
            let first = try await world.post(ask.path, ask.body(), headers: Self.ada)
            #expect(first.status == 200, "\(first.text)")
            #expect(first.headers["ratelimit-policy"] == "\"app-requests\";q=60;w=60")
            #expect(first.headers["ratelimit"] == "\"app-requests\";r=0;t=1")
            let refused = try await world.post(ask.path, ask.body(), headers: Self.ada)
            #expect(refused.status == 429 && refused.headers["retry-after"] == "1")
            #expect(refused.headers["ratelimit-policy"] == "\"app-requests\";q=60;w=60")
            #expect(refused.headers["ratelimit"] == "\"app-requests\";r=0;t=1")
            let error = try refused.json["error"]
            #expect(error?["message"]?.stringValue?.contains("60 requests a minute") == true)
            if ask.wire == .messages {
                #expect(error?["type"] == "rate_limit_error")
            } else {
                #expect(error?["code"] == "rate_limit_exceeded")
            }
            #expect(world.count("answered") == 1, "no provider hears of what is refused")
            #expect(try await world.post(ask.path, ask.body(), headers: Self.bob).status == 200)
            clock.advance(by: .seconds(1))
            #expect(try await world.post(ask.path, ask.body(), headers: Self.ada).status == 200)
        }
    }

    @Test func embeddingsCountToo() async throws {
        try await GatewayWorld.run(Self.setting([Self.one])) { world in
            let body: JSON = ["model": "route/default", "input": "Good morning."]
            let first = try await world.post("/v1/embeddings", body, headers: Self.ada)
            #expect(first.status == 200 && first.headers["ratelimit"] == "\"app-requests\";r=0;t=1", "\(first.text)")
            #expect(try await world.post("/v1/embeddings", body, headers: Self.ada).status == 429)
        }
    }

    @Test(arguments: Ask.all)
    func tokensArePutRightWhenTheAnswerIsThere(ask: Ask) async throws {
        let policy = RatePolicy("app", per: .user, tokens: .perMinute(100_000))
        try await GatewayWorld.run(Self.setting([policy])) { world in
            let changes: [String: JSON?] =
                ask.wire == .responses ? ["max_output_tokens": 50_000] : ["max_tokens": 50_000]
            // Each takes half of all while it is under way, and a few when it is over.
            for _ in 0..<4 {
                let reply = try await world.post(ask.path, ask.body(with: changes), headers: Self.ada)
                #expect(reply.status == 200, "\(reply.text)")
            }
            let large: [String: JSON?] =
                ask.wire == .responses ? ["max_output_tokens": 100_000] : ["max_tokens": 100_000]
            let never = try await world.post(ask.path, ask.body(with: large), headers: Self.ada)
            #expect(never.status == 429 && never.headers["retry-after"] == nil)
            #expect(never.headers["x-should-retry"] == "false", "\(never.text)")
            #expect(never.headers["ratelimit"]?.hasPrefix("\"app-tokens\";r=9") == true, "\(never.headers)")
            #expect(try never.json["error"]?["type"] == (ask.wire == .messages ? "rate_limit_error" : "tokens"))
            #expect(world.count("answered") == 4)
        }
    }

    /// Each of those that are refused could take half of all, and no model hears of them.
    @Test(arguments: Ask.all, ["route/default", "agent/support"])
    func whatIsNotSentTakesNoTokens(ask: Ask, model: String) async throws {
        var setting = Self.setting([RatePolicy("app", per: .user, tokens: .perMinute(100_000))])
        setting.agents = [Agent("support", version: "1", instructions: "Help.")]
        try await GatewayWorld.run(setting) { world in
            let limit = ask.wire == .responses ? "max_output_tokens" : "max_tokens"
            let headers = Self.ada.merging(["idempotency-key": "once"]) { $1 }
            let first = try await world.post(
                ask.path, ask.body(model: model, with: [limit: 50_000]), headers: headers)
            #expect(first.status == 200, "\(first.text)")
            for _ in 0..<3 {
                let other = ask.body("And you?", model: model, with: [limit: 50_000])
                let refused = try await world.post(ask.path, other, headers: headers)
                #expect(refused.status == 400 && refused.text.contains("used with another request"), "\(refused.text)")
            }
            #expect(world.count("answered") == 1)
        }
    }

    @Test func anEmbeddingThatIsNotMadeTakesNoTokens() async throws {
        let policy = RatePolicy("app", per: .user, tokens: .perMinute(100_000))
        try await GatewayWorld.run(Self.setting([policy])) { world in
            let headers = Self.ada.merging(["idempotency-key": "once"]) { $1 }
            let first = try await world.post(
                "/v1/embeddings", ["model": "route/default", "input": "Good morning."], headers: headers)
            #expect(first.status == 200, "\(first.text)")
            // Some 1,000 tokens each.
            let text = JSON.string(String(repeating: "good morning ", count: 500))
            let body: JSON = ["model": "route/default", "input": .array(Array(repeating: text, count: 60))]
            for _ in 0..<3 {
                #expect(try await world.post("/v1/embeddings", body, headers: headers).status == 400)
            }
        }
    }

    @Test func whoWaitsGetsItsAnswerWhenAPlaceIsFree() async throws {
        let policy = RatePolicy("app", per: .user, concurrent: 1, maxWait: .seconds(60))
        let chat = Ask(wire: .chatCompletions, streams: false)
        var setting = Self.setting([policy])
        // Long enough that without the rate they would meet.
        setting.scenario = "reply: {text: Good morning., latency: {first_token: 100ms}}"
        try await GatewayWorld.run(setting) { world in
            let statuses = try await withThrowingTaskGroup { group in
                for _ in 0..<5 {
                    group.addTask { try await world.post(chat.path, chat.body(), headers: Self.ada).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == [200, 200, 200, 200, 200] && world.count("answered") == 5)
            #expect(world.count("peak_in_flight") == 1)
        }
    }

    @Test func aClientThatLeavesTheLineFreesItsPlace() async throws {
        let policy = RatePolicy("app", per: .user, requests: .perMinute(60, burst: 1), maxWait: .seconds(60))
        let chat = Ask(wire: .chatCompletions, streams: false)
        let clock = ManualClock()
        let setting = Self.setting([policy], clock: clock)
        let gate = try #require(setting.rates)
        try await GatewayWorld.run(setting) { world in
            let first = try await world.post(chat.path, chat.body(), headers: Self.ada)
            #expect(first.status == 200)
            let leaving = Task { try await world.post(chat.path, chat.body(), headers: Self.ada) }
            while gate.waiting < 1, !Task.isCancelled { await Task.yield() }
            leaving.cancel()
            _ = await leaving.result
            while gate.waiting > 0, !Task.isCancelled { await Task.yield() }
            clock.advance(by: .seconds(1))
            let last = try await world.post(chat.path, chat.body(), headers: Self.ada)
            #expect(last.status == 200)
            #expect(world.count("answered") == 2)
        }
    }

    @Test func theKeyIsCountedByItsName() async throws {
        var setting = Self.setting([RatePolicy("key", per: .key, requests: .perMinute(60, burst: 1))])
        setting.keys = [APIKey("key-of-acme", name: "acme-app", tenant: "acme"), APIKey("key-of-apex", name: "apex")]
        let chat = Ask(wire: .chatCompletions, streams: false)
        try await GatewayWorld.run(setting) { world in
            func post(_ key: String) async throws -> GatewayWorld.Reply {
                try await world.post(chat.path, chat.body(), headers: ["x-api-key": key])
            }
            #expect(try await post("key-of-acme").status == 200)
            let refused = try await post("key-of-acme")
            #expect(refused.status == 429 && refused.text.contains("acme-app") && !refused.text.contains("key-of-acme"))
            #expect(try await post("key-of-apex").status == 200)
        }
    }

    @Test(arguments: Ask.all)
    func tasksForAgentsCountInBothWays(ask: Ask) async throws {
        var setting = Self.setting([RatePolicy("bot", per: .agent, requests: .perMinute(60, burst: 2))])
        setting.agents = [Agent("support", version: "1", instructions: "Help.")]
        try await GatewayWorld.run(setting) { world in
            let chat = try await world.post(ask.path, ask.body(model: "agent/support"), headers: Self.ada)
            #expect(chat.status == 200 && chat.headers["ratelimit"] == "\"bot-requests\";r=1;t=1", "\(chat.text)")
            let path = "/v1/agents/support/executions"
            let started = try await world.post(path, ["task": "Hello", "user": ["id": "ada"]])
            #expect(started.status == 201 && started.headers["ratelimit"] == "\"bot-requests\";r=0;t=2")
            let refused = try await world.post(path, ["task": "Hello", "user": ["id": "bob"]])
            #expect(refused.status == 429 && refused.headers["content-type"] == "application/problem+json")
            #expect(try refused.json["code"] == "rate_exceeded" && refused.headers["retry-after"] == "1")
            #expect(refused.headers["ratelimit"] == "\"bot-requests\";r=0;t=1")
            let again = try await world.post(ask.path, ask.body(model: "agent/support"), headers: Self.bob)
            #expect(again.status == 429, "\(again.text)")
            #expect(try await world.runtime.store.heads(ExecutionFilter(), after: nil, limit: 10).items.count == 2)
        }
    }

    @Test(arguments: Ask.all)
    func openExecutionsAreInTheWayOfTasksForAgents(ask: Ask) async throws {
        var setting = Self.setting([RatePolicy("app", per: .user, executions: 1)])
        setting.agents = [Agent("support", version: "1", instructions: "Help.")]
        setting.drives = false
        try await GatewayWorld.run(setting) { world in
            let open = try await world.post(
                "/v1/agents/support/executions", ["task": "Hello", "user": ["id": "ada"]])
            #expect(open.status == 201 && open.headers["ratelimit"] == "\"app-executions\";r=0", "\(open.text)")
            let refused = try await world.post(ask.path, ask.body(model: "agent/support"), headers: Self.ada)
            #expect(refused.status == 429 && refused.headers["retry-after"] == "5", "\(refused.text)")
            #expect(
                refused.headers["ratelimit-policy"] == "\"app-executions\";q=1;qu=\"concurrent-executions\"")
            let error = try refused.json["error"]
            #expect(error?["message"]?.stringValue?.contains("1 executions that have not ended") == true)
            #expect(ask.wire != .messages || error?["type"] == "rate_limit_error")
            // Requests to models are no executions.
            #expect(try await world.post(ask.path, ask.body(), headers: Self.ada).status == 200)
            world.runtime.runInBackground()
            let id = ExecutionID(rawValue: try #require(try open.json["id"]?.stringValue))
            _ = try await world.runtime.outcome(of: id)
            let next = try await world.post(ask.path, ask.body(model: "agent/support"), headers: Self.ada)
            #expect(next.status == 200 && next.headers["ratelimit"] == "\"app-executions\";r=0", "\(next.text)")
        }
    }

    @Test func withoutRatesNothingIsSaidOfThem() async throws {
        let chat = Ask(wire: .chatCompletions, streams: false)
        try await GatewayWorld.run(.init(kinds: [.openAI])) { world in
            let reply = try await world.post(chat.path, chat.body())
            #expect(reply.headers["ratelimit"] == nil && reply.headers["ratelimit-policy"] == nil)
        }
    }
}
