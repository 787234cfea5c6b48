import BelayCore
import BelayHTTP
import BelayJSON
import BelayMock
import BelayModels
import BelayResilience
import BelayTesting
import Testing

@testable import BelayLedger

/// Budgets in front of real HTTP calls, from the client's side and the provider's.
@Suite(.timeLimit(.minutes(5)))
struct BudgetHTTPTests {
    private static let chat = "/v1/chat/completions"
    private static let headers: [String: String] = [
        "x-belay-customer": "acme", "x-belay-user": "ada", "x-belay-session": "s", "x-belay-task": "greet",
    ]
    /// $1 a million tokens of input and $10 of output on the first path, a tenth of it on the second.
    private static let prices: PriceTable = {
        var prices = PriceTable()
        prices.set(Price(input: 1_000, output: 10_000), for: ModelPath(provider: "first", model: "m"))
        prices.set(Price(input: 100, output: 1_000), for: ModelPath(provider: "second", model: "m"))
        return prices
    }()

    private static func body(_ changes: [String: JSON] = [:]) -> JSON {
        var body: JSON = [
            "model": "route/default", "max_tokens": 100, "messages": [["role": "user", "content": "Good morning."]],
        ]
        for (name, value) in changes { body[name] = value }
        return body
    }

    private static func ledger(_ nanoDollars: Int64, _ store: InMemoryLedgerStore = .init()) -> Ledger {
        Ledger(
            budgets: [Budget("customer-day", per: .customer, limit: .money(Money(nanoDollars: nanoDollars)))],
            store: store, node: NodeID(rawValue: "node_test"))
    }

    private static func setting(
        _ kinds: [ProviderSettings.Kind] = [.openAI, .anthropic], scenario: String = "reply: Good morning."
    ) -> GatewayWorld.Setting {
        var setting = GatewayWorld.Setting(kinds: kinds, scenario: scenario)
        setting.prices = Self.prices
        setting.cache = .off
        return setting
    }

    private static func lines(_ ledger: Ledger) async throws -> [LedgerRow] {
        #expect(await ledger.flush())
        let verdict = try await ledger.store.verify()
        #expect(verdict.isSound, "\(verdict.faults)")
        return try await ledger.store.rows(before: nil, limit: 100).map(\.row).reversed()
    }

    @Test func anAnswerIsALineWithAllThatIsKnown() async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let ledger = Self.ledger(1_000_000_000)
            world.gateway.account(in: ledger)
            let reply = try await world.post(Self.chat, Self.body(), headers: Self.headers)
            #expect(reply.status == 200, "\(reply.text)")
            let line = try #require(try await Self.lines(ledger).first)
            let usage = try reply.json["usage"]
            #expect(line.spending.usage.totalInput == usage?["prompt_tokens"]?.intValue)
            #expect(line.spending.usage.totalOutput == usage?["completion_tokens"]?.intValue)
            let cost = Int64(line.spending.usage.totalInput) * 1_000 + Int64(line.spending.usage.totalOutput) * 10_000
            #expect(line.amount == Amount(money: Money(nanoDollars: cost), tokens: Int64(line.spending.usage.total)))
            #expect(line.spending.cost == .known(Money(nanoDollars: cost)) && line.spending.priceVersion == nil)
            #expect(line.purpose == Purpose(path: "first/m", cause: .first) && line.spending.end == .answered)
            let spender = Spender(user: "ada", customer: "acme", session: "s", task: "greet")
            #expect(line.spender == spender)
        }
    }

    @Test func retriesAndFallbacksAreLinesOfTheirOwn() async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "server_error"]]])
            let ledger = Self.ledger(1_000_000_000)
            world.gateway.account(in: ledger)
            let reply = try await world.post(Self.chat, Self.body(), headers: Self.headers)
            #expect(reply.status == 200, "\(reply.text)")
            let lines = try await Self.lines(ledger)
            #expect(lines.map(\.purpose.cause) == [.first, .retry, .retry, .fallback])
            #expect(lines.map(\.spending.end) == [.failed, .failed, .failed, .answered])
            // Nobody bills an error.
            #expect(lines.dropLast().allSatisfy { $0.amount == .zero })
            #expect(lines.last?.purpose.path == "second/m")
        }
    }

    @Test(arguments: [
        (Self.chat, 429, "insufficient_quota"), ("/v1/responses", 429, "insufficient_quota"),
        ("/v1/messages", 402, "billing_error"),
    ])
    func whatDoesNotFitIsNotSent(path: String, status: Int, word: String) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let ledger = Self.ledger(1_000_000)
            world.gateway.account(in: ledger)
            let spent = try await ledger.reserve(
                Amount(money: Money(nanoDollars: 999_000), tokens: 0), for: Spender(customer: "acme"),
                Purpose(path: "another/process", cause: .first))
            ledger.settle(
                spent, spent.amount, Spending(end: .answered, cost: .known(spent.amount.money)))
            let body: JSON =
                path == "/v1/responses"
                ? ["model": "route/default", "input": "Good morning.", "max_output_tokens": 100] : Self.body()
            let reply = try await world.post(path, body, headers: Self.headers)
            #expect(reply.status == status && reply.text.contains(word), "\(reply.text)")
            #expect(reply.text.contains("customer-day of acme") && reply.text.contains("$0.000999 of $0.001 spent"))
            #expect(reply.headers["x-should-retry"] == "false")
            let seconds = try #require(reply.headers["retry-after"].flatMap { Int($0) })
            #expect((1...86_400).contains(seconds))
            #expect(world.count("answered") == 0)
            #expect(try await world.post(Self.chat, Self.body()).status == 200)
        }
    }

    @Test func aCheaperPathThatFitsIsTaken() async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let ledger = Self.ledger(500_000)
            world.gateway.account(in: ledger)
            let reply = try await world.post(Self.chat, Self.body(), headers: Self.headers)
            #expect(reply.status == 200 && reply.headers["x-belay-path"] == "second/m", "\(reply.text)")
            #expect(try await Self.lines(ledger).map(\.purpose.path) == ["second/m"])
        }
    }

    @Test func aModelWithoutAPriceCountsAtTheCeiling() async throws {
        var setting = Self.setting([.openAI])
        setting.prices = PriceTable()
        try await GatewayWorld.run(setting) { world in
            let ledger = Self.ledger(1_000_000_000)
            world.gateway.account(in: ledger)
            #expect(try await world.post(Self.chat, Self.body(), headers: Self.headers).status == 200)
            let line = try #require(try await Self.lines(ledger).first)
            #expect(line.spending.cost == .unknown)
            #expect(line.amount.money == Price.ceiling.cost(of: line.spending.usage) && line.amount.money > .zero)
        }
    }

    @Test func embeddingsAreLinesToo() async throws {
        try await GatewayWorld.run(Self.setting([.openAI])) { world in
            let ledger = Self.ledger(1_000_000_000)
            world.gateway.account(in: ledger)
            let reply = try await world.post(
                "/v1/embeddings", ["model": "route/default", "input": ["one text", "another"], "user": "ada"],
                headers: Self.headers)
            #expect(reply.status == 200, "\(reply.text)")
            let line = try #require(try await Self.lines(ledger).first)
            #expect(line.purpose.cause == .embedding && line.spender.customer == "acme" && line.spender.user == "ada")
            #expect(line.amount.money.nanoDollars == Int64(line.spending.usage.totalInput) * 1_000)
        }
    }

    @Test func anAnswerFromTheCacheCostsNothing() async throws {
        var setting = Self.setting([.openAI])
        setting.cache = CachePolicy(.exact)
        try await GatewayWorld.run(setting) { world in
            let ledger = Self.ledger(1_000_000_000)
            world.gateway.account(in: ledger)
            for _ in 0..<3 { _ = try await world.post(Self.chat, Self.body(), headers: Self.headers) }
            let lines = try await Self.lines(ledger)
            #expect(lines.map(\.kind) == [.settle, .cached] && lines.map(\.calls) == [1, 2])
            #expect(lines[1].amount == .zero && lines[1].accounts.isEmpty && lines[1].spender == lines[0].spender)
            #expect(lines[1].spending.saved == lines[0].amount.money + lines[0].amount.money)
        }
    }

    /// Who names itself in the body is one subject, whatever the spelling and the length of its name.
    @Test func nobodyEscapesItsBudgetByItsName() async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let budget = Budget("user", per: .user, limit: .money(Money(nanoDollars: 3_000_000)))
            let ledger = Ledger(budgets: [budget], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"))
            world.gateway.account(in: ledger)
            let long = String(repeating: "u", count: 500)
            for user in [long, "Zo\u{e9}", "Zoe\u{301}", ""] {
                let reply = try await world.post(Self.chat, Self.body(["user": .string(user)]))
                #expect(reply.status == 200, "\(reply.text)")
            }
            let users = try await Self.lines(ledger).map(\.spender.user)
            #expect(users[0]?.hasPrefix("sha256:") == true && users[0]?.utf8.count == 71)
            #expect(users[1] == users[2] && users[1].map { Array($0.utf8) } == users[2].map { Array($0.utf8) })
            #expect(users[3] == nil)
            for (path, body) in [
                (Self.chat, Self.body(["user": "vic\u{0}tim"])), (Self.chat, Self.body(["safety_identifier": "a\nb"])),
                ("/v1/messages", Self.body(["metadata": ["user_id": "vic\u{0}tim"]])),
            ] {
                let reply = try await world.post(path, body)
                #expect(reply.status == 400 && reply.text.contains("without control characters"), "\(reply.text)")
            }
            #expect(world.count("answered") == 4)
        }
    }

    /// A call that is more than the whole budget won't fit tomorrow either.
    @Test func aCallBeyondTheWholeBudgetIsToldToAskForLess() async throws {
        try await GatewayWorld.run(Self.setting([.openAI])) { world in
            world.gateway.account(in: Self.ledger(1_000))
            let reply = try await world.post(Self.chat, Self.body(), headers: Self.headers)
            #expect(reply.status == 429 && reply.headers["retry-after"] == nil)
            #expect(reply.text.contains("more than the whole budget") && reply.text.contains("max_tokens"))
        }
    }

    /// A customer whose budget is reserved waits without a provider's place, and holds up nobody else.
    @Test func whoWaitsForABudgetLeavesThePlaceToOthers() async throws {
        var setting = Self.setting([.openAI])
        setting.adjust = { providers, route in
            providers[0].maxConcurrent = 1
            route.patience = .seconds(50)
        }
        try await GatewayWorld.run(setting) { world in
            let ledger = Self.ledger(10_000_000)
            world.gateway.account(in: ledger)
            let held = try await ledger.reserve(
                Amount(money: Money(nanoDollars: 9_999_000), tokens: 0), for: Spender(customer: "acme"),
                Purpose(path: "another/process", cause: .first))
            async let waiting = world.post(Self.chat, Self.body(), headers: Self.headers)
            while ledger.state.withLock({ $0.waiting.isEmpty }), !Task.isCancelled { await Task.yield() }
            let other = try await world.post(Self.chat, Self.body(), headers: ["x-belay-customer": "globex"])
            #expect(other.status == 200, "\(other.text)")
            #expect(world.count("answered") == 1)
            ledger.cancel(held)
            let reply = try await waiting
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try await Self.lines(ledger).map(\.spender.customer) == ["globex", "acme"])
        }
    }

    /// Providers tell the tokens of a stream at its end: of one that breaks off what came counts, in budgets of tokens, too.
    @Test func aStreamThatBreaksOffCountsItsTokens() async throws {
        var setting = Self.setting([.openAI], scenario: "reply: Good morning to you and to all of yours.")
        setting.attempts = 1
        try await GatewayWorld.run(setting) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "cut", "at": 0.5]]])
            let budget = Budget("session", per: .session, period: .total, limit: .tokens(1_000))
            let ledger = Ledger(budgets: [budget], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"))
            world.gateway.account(in: ledger)
            _ = try await world.post(Self.chat, Self.body(["stream": true]), headers: Self.headers)
            let line = try #require(try await Self.lines(ledger).first)
            #expect(line.spending.end == .failed && line.spending.cost == .estimated(line.amount.money))
            #expect(line.spending.usage.totalInput > 0 && line.spending.usage.totalOutput > 0)
            #expect(line.amount.tokens == Int64(line.spending.usage.total))
        }
    }

    /// What a judged, re-asked answer cost: two lines.
    @Test func aReaskIsALineOfItsOwn() async throws {
        let scenario = """
            rules:
              - {when: {last_message: {contains: "is not"}}, reply: '{"n": 1}'}
            reply: no JSON at all
            """
        try await GatewayWorld.run(Self.setting([.openAI], scenario: scenario)) { world in
            let ledger = Self.ledger(1_000_000_000)
            world.gateway.account(in: ledger)
            let schema: JSON = [
                "type": "object", "properties": ["n": ["type": "integer"]], "required": ["n"],
                "additionalProperties": false,
            ]
            let call = ModelCall(
                request: ModelRequest(messages: [.user("a number")], maxOutputTokens: 50), route: "default")
            let output = try await world.gateway.structured(call, schema: schema)
            #expect(output.value == ["n": 1])
            let causes = try await Self.lines(ledger).map(\.purpose.cause)
            #expect(causes.prefix(2) == [.first, .reask], "\(causes)")
        }
    }
}
