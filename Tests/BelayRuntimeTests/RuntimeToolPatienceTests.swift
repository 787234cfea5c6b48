import BelayCore
import BelayResilience
import BelayTesting
import BelayTools
import Testing

@testable import BelayLedger
@testable import BelayRuntime

/// Calls of tools that wait for what calls of others may leave over of a budget, and what they hold meanwhile.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeToolPatienceTests {
    /// A call of others that may still need all that the ledger's budget allows.
    private static func others(_ ledger: Ledger) async throws -> Reservation {
        try await ledger.reserve(
            ToolCost(Money(nanoDollars: 1_000_000_000)), of: "other", for: Spender(customer: "acme"))
    }

    /// Returns when a call of the execution waits for what others may leave over, or the execution has ended.
    private static func callWaits(_ ledger: Ledger, _ bench: Bench, _ id: ExecutionID) async throws {
        while !ledger.isWaitedFor, try await bench.store.head(of: id)?.ended == nil, !Task.isCancelled {
            await Task.yield()
        }
    }

    /// Nothing stays reserved for a call that a person is asked about, or that a station denies.
    @Test(arguments: [true, false]) func aCallThatIsNotDueHoldsNothing(isAsked: Bool) async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        var tool = Searches.search(deeds, effect: .once)
        tool.descriptor.approval = isAsked ? .always : .never
        let model = ScriptedModel([.call("search", isAsked ? ["page": 1] : [:], id: "c1"), .text("Done.")])
        let outcome = try await bench.run(model, .support([tool]), ledger: ledger) { runtime in
            let outcome = try await runtime.outcome(of: try await Searches.begin(runtime))
            #expect(ledger.state.withLock { $0.open.isEmpty })
            return outcome
        }
        #expect(outcome.waits.count == (isAsked ? 1 : 0) && deeds.count == 0)
        let journal = try await bench.journal(outcome.head.id)
        #expect(journal.count(isAsked ? .waitOpened : .toolCallDenied) == 1)
        #expect(try await Searches.rows(ledger).isEmpty)
    }

    @Test func aCallWaitsForWhatOthersLeaveOver() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let others = try await Self.others(ledger)
        let agent = Agent.support([Searches.search(deeds)])
        let outcome = try await bench.run(Searches.model(steps: 1), agent, ledger: ledger) {
            let id = try await Searches.begin($0)
            try await Self.callWaits(ledger, bench, id)
            ledger.cancel(others)
            return try await $0.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.count == 1)
        #expect(try await Searches.rows(ledger).count == 1)
    }

    /// However many they are, the execution stands still for the time of one.
    @Test func callsThatFindNothingFreeWaitTogether() async throws {
        let bench = try Bench()
        let (deeds, ledger) = (Deeds(), Searches.ledger(bench))
        let others = try await Self.others(ledger)
        let agent = Agent.support([Searches.search(deeds)])
        let (outcome, waits) = try await bench.run(Searches.model(atOnce: 5, steps: 1), agent, ledger: ledger) {
            let id = try await Searches.begin($0)
            var waits = 0
            while try await bench.store.head(of: id)?.ended == nil, !Task.isCancelled {
                if ledger.isWaitedFor {
                    waits += 1
                    bench.wallClock.advance(by: Driver.patience)
                }
                await Task.yield()
            }
            return (try await $0.outcome(of: id), waits)
        }
        #expect(outcome.output == "Done." && deeds.count == 0 && waits == 1)
        let denials = try await bench.journal(outcome.head.id).events.compactMap {
            if case .toolCallDenied(let denied) = $0 { denied.failure.kind } else { nil }
        }
        #expect(denials == Array(repeating: .budgetReserved, count: 5))
        ledger.cancel(others)
        #expect(try await Searches.rows(ledger).isEmpty)
    }

    /// The call without a cost comes second, and has been made when the first one begins to wait.
    @Test func aCallWithoutACostDoesNotWaitForMoney() async throws {
        let bench = try Bench()
        let (deeds, checks, ledger) = (Deeds(), Locked(0), Searches.ledger(bench))
        let check = Tool.check { _ in
            checks.withLock { $0 += 1 }
            return "in transit"
        }
        let calls = [
            ToolCall(id: "c1", name: "search", arguments: #"{"page": 1}"#),
            ToolCall(id: "c2", name: "check_order", arguments: #"{"number": "A-1"}"#),
        ]
        let others = try await Self.others(ledger)
        let agent = Agent.support([Searches.search(deeds), check])
        let outcome = try await bench.run(ScriptedModel([.calls(calls), .text("Done.")]), agent, ledger: ledger) {
            let id = try await Searches.begin($0)
            try await Self.callWaits(ledger, bench, id)
            #expect(checks.withLock { $0 } == 1 && deeds.count == 0)
            ledger.cancel(others)
            return try await $0.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.count == 1 && checks.withLock { $0 } == 1)
        try await bench.journal(outcome.head.id).requireSound()
    }
}

extension Ledger {
    /// Whether a call waits for what others may leave over, and has time to.
    fileprivate var isWaitedFor: Bool {
        let now = self.timekeeper.now
        return self.state.withLock { $0.waiting.contains { $0.deadline > now } }
    }
}
