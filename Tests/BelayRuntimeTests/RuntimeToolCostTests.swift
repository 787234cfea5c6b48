import BelayCore
import BelayJSON
import BelayTesting
import BelayTools
import Testing

@testable import BelayLedger
@testable import BelayRuntime

/// Tools that cost something: what is reserved, what is settled, and who is stopped.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeToolCostTests {
    @Test(arguments: Bench.Kind.allCases) func eachCallIsALineToTheNanoDollar(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let agent = Agent.support([Searches.search(deeds)])
        let outcome = try await bench.run(Searches.model(steps: 3), agent, ledger: ledger) {
            try await $0.outcome(of: try await Searches.begin($0))
        }
        #expect(outcome.output == "Done." && deeds.count == 3)
        #expect(outcome.head.cost == Money(nanoDollars: 30_000_003))
        let rows = try await Searches.rows(ledger)
        #expect(rows.map(\.amount) == Array(repeating: Amount(money: Searches.price.amount, tokens: 0), count: 3))
        for row in rows {
            #expect(row.purpose == Purpose(path: "search", cause: .tool) && row.kind == .settle)
            #expect(row.spending == Spending(end: .answered, cost: .known(Searches.price.amount)))
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
        let outcome = try await bench.run(Searches.model(), .support([Searches.search(deeds)], limits: limits)) {
            try await $0.outcome(of: try await Searches.begin($0))
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
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench, ofCustomer ? 50_000_005 : 1_000_000_000))
        let limits = ExecutionLimits(maxCost: Money(nanoDollars: ofCustomer ? 1_000_000_000 : 50_000_005))
        var options = RuntimeOptions.quick
        options.parallelTools = parallel
        let outcome = try await bench.run(
            Searches.model(atOnce: 12), .support([Searches.search(deeds)], limits: limits), options: options,
            ledger: ledger
        ) { try await $0.outcome(of: try await Searches.begin($0)) }
        #expect(outcome.head.reason == .budget && deeds.count == 5)
        #expect(outcome.head.cost == Money(nanoDollars: 50_000_005))
        #expect(try await Searches.rows(ledger).count == 5)
        #expect(outcome.output?.contains("the budget for it is used up") == ofCustomer)
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        #expect(journal.count(.toolCallSucceeded) == 5 && journal.count(.toolCallDenied) == 7)
    }

    /// Calls that cost less than was reserved leave room for others of the same step.
    @Test func whatIsLeftOverIsForTheNextOnes() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench, 100_000_000))
        let cost = ToolCost(Money(nanoDollars: 40_000_000), reported: "/usd")
        let tool = Searches.search(deeds, cost) { _ in #"{"usd": 0.01}"# }
        let outcome = try await bench.run(Searches.model(atOnce: 7, steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Searches.begin($0))
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
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let tool = Searches.search(deeds, ToolCost(Searches.price.amount, reported: "/usd"), effect: .idempotent) { _ in
            output
        }
        let outcome = try await bench.run(Searches.model(steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Searches.begin($0))
        }
        let isTold = anomaly == nil || anomaly == .aboveMost
        let cost: Cost = isTold ? .known(Money(nanoDollars: counts)) : .estimated(Money(nanoDollars: counts))
        #expect(try await Searches.rows(ledger).map(\.spending) == [Spending(end: .answered, cost: cost)])
        let bills = try await Searches.bills(bench, outcome.head.id)
        #expect(bills.map(\.cost) == [cost] && bills.map(\.anomaly) == [anomaly])
    }

    /// One that surely came to nothing is a line that costs nothing.
    @Test func aRefusedCallCostsNothing() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let tool = Searches.search(deeds, effect: .once) { _ in throw ToolFailure(.rejected, "There is no such page.") }
        let outcome = try await bench.run(Searches.model(steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Searches.begin($0))
        }
        #expect(outcome.head.cost == .zero)
        #expect(try await Searches.rows(ledger).map(\.spending) == [Spending(end: .failed, cost: .known(.zero))])
        #expect(try await bench.journal(outcome.head.id).count(.toolCallBilled) == 0)
    }

    /// A search changes nothing, and is paid for all the same when its answer is lost.
    @Test func aReadWithoutAnAnswerIsBilledAsIfItHadHappened() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        struct Lost: Error {}
        let outcome = try await bench.run(
            Searches.model(steps: 1), .support([Searches.search(deeds) { _ in throw Lost() }]), ledger: ledger
        ) { try await $0.outcome(of: try await Searches.begin($0)) }
        #expect(outcome.output == "Done." && outcome.head.cost == Searches.price.amount)
        #expect(try await Searches.rows(ledger).map(\.spending.cost) == [.estimated(Searches.price.amount)])
    }

    /// Each attempt with the same key is a line of its own.
    @Test func attemptsWithTheSameKeyAreLinesOfTheirOwn() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let tool = Searches.search(deeds, effect: .idempotent) { _ in
            if deeds.count == 1 { throw ToolFailure(.unavailable, "The answer was lost.", mayHaveHappened: true) }
            return "found"
        }
        let outcome = try await bench.run(Searches.model(steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Searches.begin($0))
        }
        #expect(deeds.count == 2 && deeds.keys.count == 1)
        #expect(
            try await Searches.rows(ledger).map(\.spending) == [
                Spending(end: .failed, cost: .estimated(Searches.price.amount)),
                Spending(end: .answered, cost: .known(Searches.price.amount)),
            ])
        #expect(outcome.head.cost == Money(nanoDollars: 20_000_002))
    }

    /// A person raises the limit, and the call that didn't fit is made as it was.
    @Test func whoMayRaiseTheMoneyIsAskedWhenACallDoesNotFit() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let limits = ExecutionLimits(maxCost: Money(nanoDollars: 15_000_000), atLimit: .ask)
        let agent = Agent.support([Searches.search(deeds)], limits: limits)
        let outcome = try await bench.run(Searches.model(steps: 2), agent) {
            let id = try await Searches.begin($0)
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
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench, 5_000_000))
        var tool = Searches.search(deeds, effect: .once)
        tool.descriptor.approval = .always
        let outcome = try await bench.run(Searches.model(steps: 1), .support([tool]), ledger: ledger) {
            try await $0.outcome(of: try await Searches.begin($0))
        }
        #expect(outcome.head.reason == .budget && deeds.count == 0)
        let journal = try await bench.journal(outcome.head.id)
        #expect(journal.count(.waitOpened) == 0)
        #expect(try await Searches.rows(ledger).isEmpty)
    }
}
