import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting
import BelayTools
import Testing

@testable import BelayLedger
@testable import BelayRuntime

/// Tools that cost something: what is reserved, what is settled, and who is stopped.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeToolCostTests {
    private struct Query: Codable, Sendable { var page: Int }

    private static let price = ToolCost(Money(nanoDollars: 10_000_001))
    private static let customer = User("ada", customer: "acme")

    /// Searches for ever new pages, or as many at once, and costs nothing itself.
    private static func model(atOnce: Int = 1, steps: Int = .max) -> ScriptedModel {
        ScriptedModel(cost: .known(.zero)) { call in
            let step = call.request.messages.count { $0.role == .assistant }
            guard step < steps, call.request.toolChoice != .none else { return .text("Done.") }
            return .calls(
                (0..<atOnce).map { number in
                    ToolCall(id: "c\(step)_\(number)", name: "search", arguments: #"{"page": \#(step * 100 + number)}"#)
                })
        }
    }

    private static func search(
        _ deeds: Deeds, _ cost: ToolCost = Self.price, effect: ToolEffect = .readOnly,
        timeout: Duration = .seconds(30), inDoubt: InDoubtPolicy? = nil,
        _ body: @escaping @Sendable (Int) async throws -> String = { "nothing on page \($0)" }
    ) -> Tool {
        var tool = Tool("search", "Searches", effect: effect, inDoubt: inDoubt, timeout: timeout) {
            (query: Query, invocation: ToolInvocation) in
            deeds.add(invocation)
            return try await body(query.page)
        }
        tool.descriptor.cost = cost
        return tool
    }

    private static func ledger(_ bench: Bench, _ nanoDollars: Int64 = 1_000_000_000) -> Ledger {
        Ledger(
            budgets: [Budget("customer-day", per: .customer, limit: .money(Money(nanoDollars: nanoDollars)))],
            store: InMemoryLedgerStore(clock: bench.wallClock), node: NodeID(rawValue: "node_1"),
            options: Ledger.Options(retry: .zero), clock: bench.clock, wallClock: bench.wallClock)
    }

    private static func begin(_ runtime: Runtime) async throws -> ExecutionID {
        try await runtime.start(StartRequest(agent: "support", task: "Find it", user: Self.customer)).head.id
    }

    private static func rows(_ ledger: Ledger) async throws -> [LedgerRow] {
        #expect(await ledger.flush())
        #expect(try await ledger.store.verify().isSound)
        return try await ledger.store.rows(before: nil, limit: 100).map(\.row).reversed()
    }

    @Test(arguments: Bench.Kind.allCases) func eachCallIsALineToTheNanoDollar(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let (deeds, ledger) = (Deeds(), Self.ledger(bench))
        let outcome = try await bench.run(Self.model(steps: 3), .support([Self.search(deeds)]), ledger: ledger) {
            try await $0.outcome(of: try await Self.begin($0))
        }
        #expect(outcome.output == "Done." && deeds.count == 3)
        #expect(outcome.head.cost == Money(nanoDollars: 30_000_003))
        let rows = try await Self.rows(ledger)
        #expect(rows.map(\.amount) == Array(repeating: Amount(money: Self.price.amount, tokens: 0), count: 3))
        for row in rows {
            #expect(row.purpose == Purpose(path: "search", cause: .tool) && row.kind == .settle)
            #expect(row.spending == Spending(end: .answered, cost: .known(Self.price.amount)))
            #expect(row.spender.customer == "acme" && row.spender.user == "ada" && row.spender.agent == "support")
            #expect(row.spender.execution == outcome.head.id.rawValue && row.spender.task == "support")
        }
        let standing = try #require(try await ledger.store.standings(AccountFilter(), limit: 1).first)
        #expect(standing.settled == 30_000_003)
        let report = try await ledger.store.costs(CostQuery(by: [.model, .cause]))
        #expect(report.groups.map(\.values) == [["search", "tool"]])
        #expect(report.total.share(.tool) == CostFigures.Share(attempts: 3, cost: Money(nanoDollars: 30_000_003)))
        #expect(report.total.requests == 0)
    }

    /// Its only cost is a tool's: it ends at its own limit all the same, told of before, with no call beyond it.
    @Test func anAgentThatSearchesForEverEndsAtItsBudget() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let limits = ExecutionLimits(maxSteps: 1_000, maxCost: Money(nanoDollars: 105_000_000))
        let outcome = try await bench.run(Self.model(), .support([Self.search(deeds)], limits: limits)) {
            try await $0.outcome(of: try await Self.begin($0))
        }
        guard case .limitReached(.budget, let output, let head) = outcome else {
            Issue.record("it ended as \(outcome)")
            return
        }
        #expect(deeds.count == 10 && head.cost == Money(nanoDollars: 100_000_010))
        #expect(output.contains("$0.10000001 spent, the limit is $0.105"))
        let journal = try await bench.journal(head.id)
        try journal.requireSound()
        try journal.require(inOrder: .toolCallBilled, .limitApproached, .toolCallDenied, .limitReached, .completed)
        #expect(journal.count(.limitApproached) == 1 && journal.count(.toolCallBilled) == 10)
    }

    /// All calls of a step at once: those that fit are made, and what they leave over is for the others.
    @Test(arguments: [1, 3, 16], [true, false])
    func callsAtOnceNeverGoBeyondALimit(parallel: Int, ofCustomer: Bool) async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Self.ledger(bench, ofCustomer ? 50_000_005 : 1_000_000_000))
        let limits = ExecutionLimits(maxCost: Money(nanoDollars: ofCustomer ? 1_000_000_000 : 50_000_005))
        var options = RuntimeOptions.quick
        options.parallelTools = parallel
        let outcome = try await bench.run(
            Self.model(atOnce: 12), .support([Self.search(deeds)], limits: limits), options: options, ledger: ledger
        ) { try await $0.outcome(of: try await Self.begin($0)) }
        #expect(outcome.head.reason == .budget && deeds.count == 5)
        #expect(outcome.head.cost == Money(nanoDollars: 50_000_005))
        #expect(try await Self.rows(ledger).count == 5)
        #expect(outcome.output?.contains("the budget for it is used up") == ofCustomer)
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        #expect(journal.count(.toolCallSucceeded) == 5 && journal.count(.toolCallDenied) == 7)
    }

    /// Calls that cost less than was reserved leave room for others of the same step.
    @Test func whatIsLeftOverIsForTheNextOnes() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Self.ledger(bench, 100_000_000))
        let cost = ToolCost(Money(nanoDollars: 40_000_000), reported: "/usd")
        let tool = Self.search(deeds, cost) { _ in #"{"usd": 0.01}"# }
        let outcome = try await bench.run(Self.model(atOnce: 7, steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Self.begin($0))
        }
        #expect(outcome.output == "Done." && deeds.count == 7)
        #expect(outcome.head.cost == Money(nanoDollars: 70_000_000))
    }

    @Test(
        arguments: [
            (#"{"usd": 0.001}"#, 1_000_000, nil), (#"{"usd": 0.03}"#, 30_000_000, .aboveMost),
            (#"{"usd": -1}"#, 10_000_001, .negative), (#"{}"#, 10_000_001, .missing),
            ("sorry", 10_000_001, .unreadable),
        ] as [(String, Int64, ToolCostAnomaly?)])
    func whatAResultTellsIsWhatCounts(_ output: String, _ counts: Int64, _ anomaly: ToolCostAnomaly?) async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Self.ledger(bench))
        let tool = Self.search(deeds, ToolCost(Self.price.amount, reported: "/usd"), effect: .idempotent) { _ in output
        }
        let outcome = try await bench.run(Self.model(steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Self.begin($0))
        }
        let isTold = anomaly == nil || anomaly == .aboveMost
        let cost: Cost = isTold ? .known(Money(nanoDollars: counts)) : .estimated(Money(nanoDollars: counts))
        #expect(try await Self.rows(ledger).map(\.spending) == [Spending(end: .answered, cost: cost)])
        let bills = try await bench.journal(outcome.head.id).events.compactMap {
            if case .toolCallBilled(let billed) = $0 { billed } else { nil }
        }
        #expect(bills.map(\.cost) == [cost] && bills.map(\.anomaly) == [anomaly])
    }

    /// One that surely came to nothing is a line that costs nothing.
    @Test func aRefusedCallCostsNothing() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Self.ledger(bench))
        let tool = Self.search(deeds, effect: .once) { _ in throw ToolFailure(.rejected, "There is no such page.") }
        let outcome = try await bench.run(Self.model(steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Self.begin($0))
        }
        #expect(outcome.head.cost == .zero)
        #expect(try await Self.rows(ledger).map(\.spending) == [Spending(end: .failed, cost: .known(.zero))])
        #expect(try await bench.journal(outcome.head.id).count(.toolCallBilled) == 0)
    }

    /// A search changes nothing, and is paid for all the same when its answer is lost.
    @Test func aReadWithoutAnAnswerIsBilledAsIfItHadHappened() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Self.ledger(bench))
        struct Lost: Error {}
        let outcome = try await bench.run(
            Self.model(steps: 1), .support([Self.search(deeds) { _ in throw Lost() }]), ledger: ledger
        ) { try await $0.outcome(of: try await Self.begin($0)) }
        #expect(outcome.output == "Done." && outcome.head.cost == Self.price.amount)
        #expect(try await Self.rows(ledger).map(\.spending.cost) == [.estimated(Self.price.amount)])
    }

    /// Each attempt with the same key is a line of its own.
    @Test func attemptsWithTheSameKeyAreLinesOfTheirOwn() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Self.ledger(bench))
        let tool = Self.search(deeds, effect: .idempotent) { _ in
            if deeds.count == 1 { throw ToolFailure(.unavailable, "The answer was lost.", mayHaveHappened: true) }
            return "found"
        }
        let outcome = try await bench.run(Self.model(steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Self.begin($0))
        }
        #expect(deeds.count == 2 && deeds.keys.count == 1)
        #expect(
            try await Self.rows(ledger).map(\.spending) == [
                Spending(end: .failed, cost: .estimated(Self.price.amount)),
                Spending(end: .answered, cost: .known(Self.price.amount)),
            ])
        #expect(outcome.head.cost == Money(nanoDollars: 20_000_002))
    }

    /// The node dies with the result: whoever takes over bills the call once, as if it had happened, and the budget counts
    /// what the dead one had settled.
    @Test(arguments: Bench.Kind.allCases) func aCallOfANodeThatDiedIsBilledOnce(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let (deeds, ledger) = (Deeds(), Self.ledger(bench))
        let agent = Agent.support([Self.search(deeds, effect: .once, inDoubt: .person)])
        let store = FaultyStore(bench.store) { _, transition in
            transition.events.contains { $0.name == .toolCallSucceeded } ? .deathBefore : nil
        }
        let runtime = try bench.runtime(Self.model(steps: 1), agent, store: store, ledger: ledger)
        let id = try await Self.begin(runtime)
        runtime.runInBackground()
        while !store.isDead, !Task.isCancelled { await Task.yield() }
        await runtime.shutdown()
        bench.wallClock.advance(by: .seconds(11))
        let outcome = try await bench.run(Self.model(steps: 1), agent, ledger: ledger) { runtime in
            let wait = try #require(try await runtime.outcome(of: id).waits.first)
            _ = try await runtime.answer(wait.wait.id, with: ["resolution": "happened"], by: "grace")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.count == 1 && outcome.head.cost == Self.price.amount)
        #expect(try await Self.rows(ledger).map(\.amount.money) == [Self.price.amount])
        let bills = try await bench.journal(id).events.compactMap {
            if case .toolCallBilled(let billed) = $0 { billed.cost } else { nil }
        }
        #expect(bills == [.estimated(Self.price.amount)])
    }

    /// What was reserved for a call that could not be written ahead is free again.
    @Test func aCallThatWasNeverSentLeavesNothingReserved() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Self.ledger(bench))
        let store = FaultyStore(bench.store) { _, transition in
            transition.events.contains { $0.name == .toolCallDispatched } ? .deathBefore : nil
        }
        let runtime = try bench.runtime(
            Self.model(steps: 1), .support([Self.search(deeds, effect: .once)]), store: store, ledger: ledger)
        _ = try await Self.begin(runtime)
        runtime.runInBackground()
        while !store.isDead, !Task.isCancelled { await Task.yield() }
        await runtime.shutdown()
        #expect(deeds.count == 0 && ledger.state.withLock { $0.open.isEmpty })
        #expect(try await Self.rows(ledger).isEmpty)
    }

    /// A person raises the limit, and the call that didn't fit is made as it was.
    @Test func whoMayRaiseTheMoneyIsAskedWhenACallDoesNotFit() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let limits = ExecutionLimits(maxCost: Money(nanoDollars: 15_000_000), atLimit: .ask)
        let outcome = try await bench.run(Self.model(steps: 2), .support([Self.search(deeds)], limits: limits)) {
            let id = try await Self.begin($0)
            let wait = try #require(try await $0.outcome(of: id).waits.first)
            #expect(wait.wait.kind == .limit && deeds.count == 1)
            #expect(wait.wait.question.contains("search may cost $0.010000001"))
            _ = try await $0.answer(wait.wait.id, with: ["decision": "raise", "by": 0.01], by: "grace")
            return try await $0.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.count == 2)
        #expect(outcome.head.cost == Money(nanoDollars: 20_000_002))
        try await bench.journal(outcome.head.id).requireSound()
    }

    /// Nobody is asked to consent to what can't be paid.
    @Test func withoutMoneyNobodyIsAskedToApprove() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Self.ledger(bench, 5_000_000))
        var tool = Self.search(deeds, effect: .once)
        tool.descriptor.approval = .always
        let outcome = try await bench.run(Self.model(steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Self.begin($0))
        }
        #expect(outcome.head.reason == .budget && deeds.count == 0)
        let journal = try await bench.journal(outcome.head.id)
        #expect(journal.count(.waitOpened) == 0)
        #expect(try await Self.rows(ledger).isEmpty)
    }
}
