import BelayCore
import BelayResilience
import BelayTesting
import BelayTools
import Testing

@testable import BelayLedger
@testable import BelayRuntime

/// Tools that cost something, when nodes die and stores fail: what is billed, and what is free again.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeToolCostCrashTests {
    /// The node dies with the result: whoever takes over bills the call once, as if it had happened, and the budget counts
    /// what the dead one had settled.
    @Test(arguments: Bench.Kind.allCases) func aCallOfANodeThatDiedIsBilledOnce(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let agent = Agent.support([Searches.search(deeds, effect: .once, inDoubt: .person)])
        let store = FaultyStore(bench.store) { _, transition in
            transition.events.contains { $0.name == .toolCallSucceeded } ? .deathBefore : nil
        }
        let runtime = try bench.runtime(Searches.model(steps: 1), agent, store: store, ledger: ledger)
        let id = try await Searches.begin(runtime)
        runtime.runInBackground()
        while !store.isDead, !Task.isCancelled { await Task.yield() }
        await runtime.shutdown()
        bench.wallClock.advance(by: .seconds(11))
        let outcome = try await bench.run(Searches.model(steps: 1), agent, ledger: ledger) { runtime in
            let wait = try #require(try await runtime.outcome(of: id).waits.first)
            _ = try await runtime.answer(wait.wait.id, with: ["resolution": "happened"], by: "grace")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.count == 1 && outcome.head.cost == Searches.price.amount)
        #expect(try await Searches.rows(ledger).map(\.amount.money) == [Searches.price.amount])
        #expect(try await Searches.bills(bench, id).map(\.cost) == [.estimated(Searches.price.amount)])
    }

    /// The node dies with the result, and no other one knows the agent: the end bills the call, once.
    @Test(arguments: Bench.Kind.allCases, [true, false])
    func aCallOfAnExecutionThatNobodyTakesOverIsBilled(kind: Bench.Kind, isCancelled: Bool) async throws {
        let bench = try Bench(kind)
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let store = FaultyStore(bench.store) { _, transition in
            transition.events.contains { $0.name == .toolCallSucceeded } ? .deathBefore : nil
        }
        let agent = Agent.support([Searches.search(deeds, effect: .once)])
        let runtime = try bench.runtime(Searches.model(steps: 1), agent, store: store, ledger: ledger)
        let id = try await Searches.begin(runtime)
        runtime.runInBackground()
        while !store.isDead, !Task.isCancelled { await Task.yield() }
        await runtime.shutdown()
        bench.wallClock.advance(by: .seconds(11))
        var options = RuntimeOptions.quick
        options.patience = .zero
        let other = try bench.runtime(
            ScriptedModel([]), Agent("other", version: "1", instructions: "Help."), options: options, ledger: ledger)
        if isCancelled { try await other.cancel(id, by: "ada") }
        other.runInBackground()
        let outcome = try await other.outcome(of: id)
        await other.shutdown()
        #expect(outcome.isCancelled == isCancelled && (isCancelled || outcome.failure?.code == "agent_unknown"))
        #expect(deeds.count == 1 && outcome.head.cost == Searches.price.amount)
        #expect(try await Searches.bills(bench, id).map(\.cost) == [.estimated(Searches.price.amount)])
        let journal = try await bench.journal(id)
        try journal.requireSound()
        try journal.require(inOrder: .toolCallDispatched, .toolCallBilled, .toolCallFailed)
    }

    /// The store fails when a dispatch is written, and has it all the same: whoever goes on in this process knows that the
    /// call was not sent.
    @Test(arguments: Bench.Kind.allCases) func aDispatchThatWasNotSentIsNotBilled(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let dispatches = Locked(0)
        let store = FaultyStore(bench.store) { _, transition in
            guard transition.events.contains(where: { $0.name == .toolCallDispatched }) else { return nil }
            return dispatches.withLock { dispatches in
                dispatches += 1
                return dispatches == 1 ? .defectAfter : nil
            }
        }
        let agent = Agent.support([Searches.search(deeds, effect: .once)])
        let outcome = try await bench.run(Searches.model(steps: 1), agent, store: store, ledger: ledger) {
            let id = try await Searches.begin($0)
            try await Searches.passPauses(bench, of: id)
            return try await $0.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.count == 1 && outcome.head.cost == Searches.price.amount)
        #expect(try await Searches.rows(ledger).map(\.spending.cost) == [.known(Searches.price.amount)])
        #expect(try await Searches.bills(bench, outcome.head.id).map(\.cost) == [.known(Searches.price.amount)])
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        #expect(journal.count(.toolCallDispatched) == 2 && journal.count(.toolCallInDoubt) == 0)
    }

    /// The first result can't be recorded: of the other calls of the step the last one was never begun.
    @Test func aCallWhoseTurnNeverCameIsNotBilledForIt() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let results = Locked(0)
        let store = FaultyStore(bench.store) { _, transition in
            guard transition.events.contains(where: { $0.name == .toolCallSucceeded }) else { return nil }
            return results.withLock { results in
                results += 1
                return results == 1 ? .defect : nil
            }
        }
        var options = RuntimeOptions.quick
        options.parallelTools = 1
        let agent = Agent.support([Searches.search(deeds, effect: .once)])
        let model = Searches.model(atOnce: 3, steps: 1)
        let outcome = try await bench.run(model, agent, store: store, options: options, ledger: ledger) {
            let id = try await Searches.begin($0)
            try await Searches.passPauses(bench, of: id)
            return try await $0.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.all.count { $0.callID == "c0_2" } == 1)
        let bills = try await Searches.bills(bench, outcome.head.id).filter { $0.callID == "c0_2" }
        #expect(bills.map(\.cost) == [.known(Searches.price.amount)])
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        let doubts = journal.events.compactMap {
            if case .toolCallInDoubt(let doubt) = $0 { doubt.callID } else { nil }
        }
        #expect(doubts.contains("c0_0") && !doubts.contains("c0_2"))
    }

    /// What was reserved for a call that could not be written ahead is free again.
    @Test func aCallThatWasNeverSentLeavesNothingReserved() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let store = FaultyStore(bench.store) { _, transition in
            transition.events.contains { $0.name == .toolCallDispatched } ? .deathBefore : nil
        }
        let runtime = try bench.runtime(
            Searches.model(steps: 1), .support([Searches.search(deeds, effect: .once)]), store: store, ledger: ledger)
        _ = try await Searches.begin(runtime)
        runtime.runInBackground()
        while !store.isDead, !Task.isCancelled { await Task.yield() }
        await runtime.shutdown()
        #expect(deeds.count == 0 && ledger.state.withLock { $0.open.isEmpty })
        #expect(try await Searches.rows(ledger).isEmpty)
    }
}
