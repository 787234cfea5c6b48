import BelayJSON
import BelayTesting
import Testing

@testable import BelayCore

struct ExecutionToolCostTests {
    private static let cost = ToolCost(Money(microDollars: 4_000))

    /// A refund that the model has asked for, with little money left for it.
    private func asked(_ atLimit: LimitPolicy = .stop) throws -> Fold {
        var fold = try Fold(
            agent: .sample(limits: ExecutionLimits(maxCost: Money(microDollars: 3_000), atLimit: atLimit)))
        _ = try fold.settle()
        try fold.answer([.toolCall(.refund("r1", amount: 1)), .toolCall(.check("c1", number: "1"))], stop: .toolUse)
        return fold
    }

    private func open(_ fold: Fold, _ id: String = "r1") throws -> OpenCall {
        try #require(fold.execution.calls.first { $0.call.id == id })
    }

    @Test func whatACallCostsIsPartOfTheTotals() throws {
        var fold = try self.asked()
        let before = fold.execution.cost
        try fold.dispatch("r1", mostCost: Self.cost.amount)
        #expect(fold.execution.cost == before)
        try fold.apply(.toolCallBilled(.init(callID: "r1", cost: .known(Money(nanoDollars: 1_000_001)))))
        try fold.succeed("r1")
        #expect(fold.execution.cost == before + Money(nanoDollars: 1_000_001))
        #expect(fold.execution.head.cost == fold.execution.cost && !fold.execution.hasUnknownCost)
        #expect(throws: JournalError.self) {
            try fold.apply(.toolCallBilled(.init(callID: "r1", cost: .known(Money(nanoDollars: 1)))))
        }
    }

    @Test func aCallThatANodeLeftBehindIsBilledOnceAsIfItHadHappened() throws {
        var fold = try self.asked()
        let before = fold.execution.cost
        try fold.dispatch("r1", mostCost: Self.cost.amount)
        for _ in 0..<3 { try fold.takeOver { _ in .person } }
        #expect(fold.execution.cost == before + Self.cost.amount)
        let billed = fold.journal.events.compactMap {
            if case .toolCallBilled(let bill) = $0 { bill.cost } else { nil }
        }
        #expect(billed == [.estimated(Self.cost.amount)])
    }

    @Test func aCallThatWasNotSentCostsNothing() throws {
        var fold = try self.asked()
        let before = fold.execution.cost
        try fold.dispatch("r1", mostCost: Self.cost.amount)
        try fold.apply(.toolCallResolved(.init(callID: "r1", resolution: .notSent, by: "runtime")))
        try fold.takeOver { _ in .person }
        #expect(fold.execution.cost == before)
    }

    /// Nobody takes it over: what may have happened is paid for all the same.
    @Test func whatEndsWithoutASuccessorIsBilledToo() throws {
        var fold = try self.asked()
        let before = fold.execution.cost
        try fold.dispatch("r1", mostCost: Self.cost.amount)
        for event in fold.execution.reckoning() { try fold.apply(event) }
        let end = Event.failed(.init(failure: ExecutionFailure(code: "agent_unknown", message: "Nobody knew it.")))
        for event in fold.execution.closing(with: end, "it failed") { try fold.apply(event) }
        #expect(fold.execution.head.cost == before + Self.cost.amount)
        try fold.journal.require(inOrder: .toolCallDispatched, .toolCallBilled, .toolCallFailed, .failed)
        try fold.journal.requireSound()
    }

    @Test(arguments: [true, false]) func whatIsKnownNotToHaveBeenSentIsNotBilled(isTakenOver: Bool) throws {
        var fold = try self.asked()
        let before = fold.execution.cost
        try fold.dispatch("r1", mostCost: Self.cost.amount)
        if isTakenOver {
            try fold.takeOver(fate: .notSent) { _ in .person }
        } else {
            for event in fold.execution.reckoning({ _ in .notSent }) { try fold.apply(event) }
        }
        #expect(try self.open(fold).phase == .requested)
        #expect(fold.execution.cost == before && fold.journal.count(.toolCallInDoubt) == 0)
    }

    @Test func withoutMoneyForACallItStopsAndSaysWhatWasDone() throws {
        var fold = try self.asked()
        try fold.fallShort(try self.open(fold), .allowance(Self.cost))
        #expect(fold.execution.limit?.reason == .budget)
        #expect(fold.execution.limit?.detail.contains("create_refund may cost $0.004") == true)
        // Nothing new is begun.
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .budget && fold.execution.toolCalls == 2)
        #expect(fold.execution.completed?.output.contains("the limit is $0.003") == true)
        try fold.journal.requireSound()
    }

    /// The call waits as it is, and so does everything that isn't sent yet.
    @Test func aPersonMayRaiseTheMoneyAndTheCallIsMade() throws {
        var fold = try self.asked(.ask)
        try fold.fallShort(try self.open(fold), .allowance(Self.cost))
        #expect(try fold.settle().isWait && fold.execution.state == .waiting && fold.execution.awaitsRaise)
        let wait = try #require(fold.execution.waits.first)
        #expect(wait.kind == .limit && wait.context["limit"]?.stringValue == "cost" && wait.callID == nil)
        try fold.reply(["decision": "raise", "by": 0.003])
        guard case .runTools(let calls) = try fold.settle() else {
            Issue.record("nothing is made")
            return
        }
        #expect(calls.map(\.call.id) == ["r1", "c1"] && calls[0].phase == .requested)
        #expect(Self.cost.amount <= fold.execution.allowance)
    }

    @Test func whenNobodyRaisesItTheCallIsNotMade() throws {
        var fold = try self.asked(.ask)
        try fold.fallShort(try self.open(fold), .allowance(Self.cost))
        try fold.rest(.seconds(24 * 3_600))
        guard case .runTools = try fold.settle() else {
            Issue.record("the call is not looked at again")
            return
        }
        try fold.fallShort(try self.open(fold), .allowance(Self.cost))
        #expect(try fold.settle().isEnd && fold.execution.reason == .budget)
        try fold.journal.require(inOrder: .waitOpened, .waitExpired, .toolCallDenied, .limitReached, .completed)
    }

    /// Of a budget of whoever pays the figures are in the journal, and not in what the user reads.
    @Test func aBudgetOfWhoeverPaysEndsItWithoutItsFigures() throws {
        var fold = try self.asked(.ask)
        try fold.fallShort(try self.open(fold), .budget("The budget customer-day of acme is used up: $5.00 of $5.00"))
        #expect(try fold.settle().isEnd && fold.execution.reason == .budget)
        #expect(fold.execution.limit?.detail.contains("$5.00") == true)
        let output = try #require(fold.execution.completed?.output)
        #expect(output.contains("the budget for it is used up") && !output.contains("$5.00"))
        #expect(!fold.execution.messages.contains { $0.text.contains("$5.00") })
    }

    @Test func whatOthersMayStillNeedIsTheModelsToAskForAgain() throws {
        var fold = try self.asked()
        try fold.fallShort(try self.open(fold), .reserved("The budget has nothing free at the moment."))
        try fold.succeed("c1")
        #expect(try fold.settle().plan != nil && fold.execution.limit == nil)
    }

    /// What was sent before may have happened, whatever becomes of sending it again.
    @Test func anEarlierAttemptMayHaveHappened() throws {
        var fold = try self.asked()
        try fold.dispatch("r1", mostCost: Money(microDollars: 2_000))
        try fold.takeOver { _ in .repeatWithSameKey }
        try fold.apply(.toolCallResolved(.init(callID: "r1", resolution: .repeatable, by: "runtime")))
        try fold.fallShort(try self.open(fold), .allowance(Self.cost))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.completed?.output.contains("May have happened: create_refund.") == true)
    }
}
