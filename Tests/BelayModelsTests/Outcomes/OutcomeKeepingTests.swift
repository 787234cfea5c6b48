import BelayCore
import BelayJSON
import BelayLedger
import BelayResilience
import BelayRouting
import BelayTesting
import Testing

@testable import BelayModels

/// Outcomes on their way to a store, to other nodes, and to those who judge.
@Suite(.timeLimit(.minutes(5)))
struct OutcomeKeepingTests {
    /// A store that can be made to fail.
    private final class Store: OutcomeStore {
        let memory = InMemoryOutcomeStore()
        let fails = Locked(false)
        /// Called once, in the midst of the next write.
        let meanwhile = Locked<(@Sendable () -> Void)?>(nil)

        func keep(_ outcomes: [CallOutcome], by node: NodeID) throws {
            let meanwhile = self.meanwhile.withLock { meanwhile in
                defer { meanwhile = nil }
                return meanwhile
            }
            meanwhile?()
            if self.fails.withLock({ $0 }) { throw StoreError.busy("not now") }
            self.memory.keep(outcomes, by: node)
        }

        func outcome(named id: String) -> CallOutcome? { self.memory.outcome(named: id) }

        func outcomes(_ filter: OutcomeFilter, before place: OutcomePlace?, limit: Int) -> [CallOutcome] {
            self.memory.outcomes(filter, before: place, limit: limit)
        }

        func summary(_ filter: OutcomeFilter) -> OutcomeSummary { self.memory.summary(filter) }

        func lastOutcomeNumber() -> Int64 { self.memory.lastOutcomeNumber() }

        func outcomes(after number: Int64, except node: NodeID, limit: Int) -> WrittenOutcomes {
            self.memory.outcomes(after: number, except: node, limit: limit)
        }

        func forgetOutcomes(before time: Timestamp, limit: Int) -> Int {
            self.memory.forgetOutcomes(before: time, limit: limit)
        }
    }

    private static let path = ModelPath(provider: "a", model: "m")

    private static var learned: Route {
        var route = GatewayBench.route(attempts: 1)
        route.policy = .learned(LearnedRoutingOptions(normalExploration: 0))
        return route
    }

    /// Lets the clock run until something holds, or the test's time is over.
    private static func passTime(on bench: GatewayBench, until holds: () -> Bool) async {
        while !holds(), !Task.isCancelled {
            bench.clock.advance(by: .milliseconds(250))
            await Task.yield()
        }
    }

    private func delays(_ bench: GatewayBench) -> Int {
        bench.reports.all.count { if case .outcomesDelayed = $0 { true } else { false } }
    }

    /// Under load there is always more, and each write would be one of a few lines.
    @Test func whatComesWhileItIsWrittenIsWrittenTheNextTime() async throws {
        let store = Store()
        let bench = try GatewayBench([], then: .answer("Fine"))
        let book = bench.gateway.outcomes
        try await book.keep(in: store)
        for _ in 0..<3 { _ = try await bench.result() }
        let later = CallOutcome(
            id: "out_later", task: "t", path: Self.path, time: Timestamp(milliseconds: 0), success: nil,
            latency: .zero, cost: nil)
        store.meanwhile.withLock { $0 = { book.record([later], answer: nil, of: "default") } }
        await book.flush()
        #expect(store.memory.lastOutcomeNumber() == 3 && store.memory.outcome(named: later.id) == nil)
        await book.flush()
        #expect(store.memory.outcome(named: later.id) == later)
    }

    @Test func whatCantBeWrittenWaitsAndWhatIsTooMuchIsCounted() async throws {
        let store = Store()
        let options = GatewayOptions(outcomes: OutcomeOptions(maxWaiting: 3))
        let bench = try GatewayBench([], then: .answer("Fine"), options: options)
        let book = bench.gateway.outcomes
        try await book.keep(in: store)
        store.fails.withLock { $0 = true }
        for _ in 0..<5 { _ = try await bench.result() }
        #expect(bench.gateway.statistics.outcomesDropped == 2)
        await book.flush()
        #expect(self.delays(bench) == 1 && store.memory.lastOutcomeNumber() == 0)
        store.fails.withLock { $0 = false }
        await book.flush()
        #expect(store.memory.lastOutcomeNumber() == 3)
        await book.flush()
        #expect(store.memory.lastOutcomeNumber() == 3, "written once")
        #expect(try await book.outcomes(OutcomeFilter(), limit: 10).count == 3)
    }

    @Test func whoJudgesAtOnceEndsUpWithTheSameEverywhere() async throws {
        let store = Store()
        let bench = try GatewayBench([.answer("Fine")])
        let book = bench.gateway.outcomes
        try await book.keep(in: store)
        let id = try #require(try await bench.result().outcome)
        await book.flush()
        store.meanwhile.withLock { $0 = { book.note(id, isValid: false) } }
        try await book.judge(id, success: 1)
        await book.flush()
        let kept = try #require(store.outcome(named: id))
        #expect(kept.success == 0 && kept.revision == 2, "the note was the later one")
        #expect(try await book.judge(id, success: 0.5)?.revision == 3)
    }

    @Test func runningWritesAndReadsInTheBackgroundAndOnceMoreAtItsEnd() async throws {
        let store = Store()
        let bench = try GatewayBench([], then: .answer("Fine"), route: Self.learned)
        let gateway = bench.gateway
        try await gateway.outcomes.keep(in: store)
        let running = Task { await gateway.run() }
        _ = try await bench.result()
        await Self.passTime(on: bench) { store.memory.lastOutcomeNumber() == 1 }
        _ = try await bench.result()
        running.cancel()
        await running.value
        #expect(store.memory.lastOutcomeNumber() == 2)
    }

    /// What one node sees, the others avoid; what was kept, the next start knows.
    @Test func nodesShareWhatTheyLearn() async throws {
        let store = Store()
        let first = try GatewayBench([], then: .answer("Fine"), route: Self.learned)
        let second = try GatewayBench([], then: .answer("Fine"), route: Self.learned, seed: 2)
        for bench in [first, second] { try await bench.gateway.outcomes.keep(in: store) }
        let gateway = second.gateway
        let running = Task { await gateway.run() }
        #expect(try await second.result().path == Self.path)
        // The first node has bad luck with the path that both prefer, and somebody tells it so.
        for _ in 0..<30 {
            let result = try await first.result()
            guard result.path == Self.path else { continue }
            try await first.gateway.judge(try #require(result.outcome), success: 0)
        }
        #expect(try await first.result().path != Self.path)
        await first.gateway.outcomes.flush()
        await Self.passTime(on: second) {
            gateway.overview.contains { $0.knowledge.contains { $0.path != Self.path } }
        }
        #expect(try await second.result().path != Self.path)
        running.cancel()
        await running.value

        let third = try GatewayBench([], then: .answer("Fine"), route: Self.learned, seed: 3)
        #expect(try await third.result().path == Self.path)
        try await third.gateway.outcomes.keep(in: store)
        #expect(try await third.result().path != Self.path)
    }

    @Test func oldOutcomesAreForgotten() async throws {
        let store = Store()
        let old = CallOutcome(
            id: "out_old", task: "t", path: Self.path, time: Timestamp(milliseconds: 1_000), success: 1,
            latency: .zero, cost: nil)
        store.memory.keep([old], by: NodeID(rawValue: "node_other"))
        let bench = try GatewayBench([], then: .answer("Fine"))
        let gateway = bench.gateway
        try await gateway.outcomes.keep(in: store)
        let running = Task { await gateway.run() }
        await Self.passTime(on: bench) { store.memory.outcome(named: "out_old") == nil }
        running.cancel()
        await running.value
    }

    @Test(
        arguments: [
            (#"{"success": 0.75}"#, 0.75), ("```json\n{\"success\": true}\n```", 1.0), ("0.5", 0.5), ("I like it", nil),
        ] as [(String, Double?)])
    func aModelJudges(reply: String, expected: Double?) async throws {
        let options = GatewayOptions(tasks: ["default": .judge(route: "b/m", rubric: "It is polite.")])
        let bench = try GatewayBench([.answer("Fine"), .answer(reply)], options: options)
        let ledger = Ledger(budgets: [], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"))
        bench.gateway.account(in: ledger)
        let judged = try await self.judged(bench)
        #expect(judged.success == expected)
        #expect(bench.sentTo == ["a", "b"])
        let body = String(decoding: bench.transport.requests[1].body, as: UTF8.self)
        #expect(body.contains("It is polite.") && body.contains("Fine") && body.contains("How are you?"))
        #expect(bench.gateway.statistics.judgementsMissed == (expected == nil ? 1 : 0))
        #expect(try await bench.gateway.outcomes.outcomes(OutcomeFilter(task: "judge"), limit: 10).count == 1)
        // Who is answered pays for the judge, too.
        #expect(await ledger.flush())
        let lines = try await ledger.store.rows(before: nil, limit: 9).map(\.row)
        #expect(lines.map(\.purpose.cause) == [.judge, .first])
        #expect(lines.allSatisfy { $0.spender.customer == "acme" && $0.spender.tenant == "apex" })
    }

    @Test(
        arguments: [("true", 1.0), (#"{"success": 0.25, "why": "late"}"#, 0.25), ("nonsense", nil)]
            as [(String, Double?)])
    func aToolJudges(reply: String, expected: Double?) async throws {
        let seen = Recorder<JSON>()
        let tool = Tool(
            descriptor: ToolDescriptor(
                name: "check", description: "Checks", parameters: [:], effect: .readOnly,
                cost: ToolCost(Money(nanoDollars: 3_000_001))),
            handler: Handler(seen: seen, reply: reply))
        let bench = try GatewayBench([.answer("Fine")], options: GatewayOptions(tasks: ["default": .tool(tool)]))
        let ledger = Ledger(budgets: [], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"))
        bench.gateway.account(in: ledger)
        let judged = try await self.judged(bench)
        #expect(judged.success == expected)
        #expect(await ledger.flush())
        let line = try #require(try await ledger.store.rows(before: nil, limit: 1).first?.row)
        #expect(line.purpose == Purpose(path: "check", cause: .tool) && line.spender.customer == "acme")
        #expect(line.spending == Spending(end: .answered, cost: .known(Money(nanoDollars: 3_000_001))))
        #expect(seen.all == [["task": "default", "input": "How are you?", "output": "Fine", "path": "a/m"]])
    }

    /// A call that cost much is told of, and so is a cost that is more than was said.
    @Test func aToolThatJudgesIsAccountedForLikeOthers() async throws {
        let tool = Tool(
            descriptor: ToolDescriptor(
                name: "check", description: "Checks", parameters: [:], effect: .readOnly,
                cost: ToolCost(Money(nanoDollars: 200_000_000), reported: "/usd")),
            handler: Handler(seen: Recorder(), reply: #"{"success": 0.5, "usd": 0.3}"#))
        let bench = try GatewayBench([.answer("Fine")], options: GatewayOptions(tasks: ["default": .tool(tool)]))
        let ledger = Ledger(budgets: [], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"))
        bench.gateway.account(in: ledger)
        #expect(try await self.judged(bench).success == 0.5)
        #expect(await ledger.flush())
        let line = try #require(try await ledger.store.rows(before: nil, limit: 1).first?.row)
        #expect(line.amount.money == Money(nanoDollars: 300_000_000))
        let alert = try #require(ledger.recentAlerts().first)
        #expect(alert.name == "call" && alert.subject == "check" && alert.spender?.customer == "acme")
        #expect(bench.gateway.statistics.judgeCostAnomalies == [.aboveMost: 1])
    }

    private struct Handler: ToolHandler {
        let seen: Recorder<JSON>
        let reply: String

        func call(_ invocation: ToolInvocation) async throws -> String {
            self.seen.append(invocation.arguments)
            return self.reply
        }
    }

    /// Asks once, and runs the gateway until the judges have nothing more to do.
    private func judged(_ bench: GatewayBench) async throws -> CallOutcome {
        let call = GatewayBench.call {
            $0.tenant = "apex"
            $0.caller.customer = "acme"
        }
        let id = try #require(try await bench.result(call).outcome)
        let gateway = bench.gateway
        let running = Task { await gateway.run() }
        defer { running.cancel() }
        while true {
            let outcome = try #require(try await gateway.outcomes.outcome(named: id))
            if outcome.success != nil || gateway.statistics.judgementsMissed > 0 { return outcome }
            await Task.yield()
        }
    }

    @Test func noMoreWaitForAJudgeThanAllowed() async throws {
        let options = GatewayOptions(
            tasks: ["default": .judge(route: "b/m", rubric: "It is polite.")],
            outcomes: OutcomeOptions(maxUnjudged: 2))
        let bench = try GatewayBench([], then: .answer("Fine"), options: options)
        for _ in 0..<5 { _ = try await bench.result() }
        #expect(bench.gateway.statistics.judgementsMissed == 3)
    }
}
