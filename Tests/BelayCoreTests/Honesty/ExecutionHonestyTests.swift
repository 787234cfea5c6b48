import BelayTesting
import Testing

@testable import BelayCore

/// An answer that claims what no tool did doesn't leave.
struct ExecutionHonestyTests {
    private static let lie = "I have refunded 80 EUR."

    private func fold(
        handsOff: Bool = true, honesty: HonestyPolicy = .check, limits: ExecutionLimits = .default,
        prior: [Message] = []
    ) throws -> Fold {
        var agent = AgentDefinition.sample(limits: limits, handsOff: handsOff)
        agent.honesty = honesty
        agent.changingTools = ["create_refund"]
        return try Fold(agent: agent, prior: prior)
    }

    private func failRefund(_ fold: inout Fold, _ id: String = "r1", mayHaveHappened: Bool = false) throws {
        try fold.answer(calls: .refund(id))
        _ = try fold.settle()
        try fold.dispatch(id)
        let failure = ToolFailure(.unavailable, "The bank is closed.", mayHaveHappened: mayHaveHappened)
        try fold.apply(.toolCallFailed(.init(callID: id, failure: failure, milliseconds: 1)))
    }

    @Test func aClaimWithoutACallGoesBackOnce() throws {
        var fold = try self.fold()
        try fold.answer(Self.lie)
        let plan = try #require(try fold.settle().plan)
        let said = try #require(plan.call.request.messages.last?.text)
        #expect(said.hasPrefix("[runtime]") && said.contains("create_refund") && said.contains("it was not called"))
        try fold.journal.require(inOrder: .modelAnswered, .outputRejected, .escalated)
        try fold.answer("I have not refunded anything: I can't.")
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .completed)
    }

    @Test(arguments: [(false, "it did not succeed"), (true, "it is not known whether it was carried out")])
    func aClaimAfterAFailureIsCaught(mayHaveHappened: Bool, reason: String) throws {
        var fold = try self.fold()
        try self.failRefund(&fold, mayHaveHappened: mayHaveHappened)
        _ = try fold.settle()
        try fold.answer(Self.lie)
        #expect(try fold.settle().plan?.call.request.messages.last?.text.contains(reason) == true)
    }

    @Test func aClaimAfterARefusalIsCaught() throws {
        var fold = try self.fold()
        try fold.answer(calls: .refund())
        _ = try fold.settle()
        try fold.apply(.toolCallDenied(.init(callID: "r1", failure: ToolFailure(.denied, "A person said no."))))
        _ = try fold.settle()
        try fold.answer(Self.lie)
        #expect(try fold.settle().plan != nil)
        #expect(fold.journal.count(.outputRejected) == 1)
    }

    @Test func whoClaimsAgainIsHandedToAPerson() throws {
        var fold = try self.fold()
        try fold.answer(Self.lie)
        _ = try fold.settle()
        try fold.answer(Self.lie)
        #expect(try fold.settle().isWait)
        #expect(fold.execution.waits.map(\.kind) == [.handoff])
        #expect(fold.execution.waits.first?.question.contains("create_refund") == true)
        #expect(fold.execution.completed == nil)
    }

    @Test func aCutAnswerDoesNotCountAsADishonestOne() throws {
        var fold = try self.fold()
        try fold.answer("I have", stop: .maxTokens)
        _ = try fold.settle()
        try fold.answer(Self.lie)
        #expect(try fold.settle().plan != nil)
        // Nor the other way round, and "two in a row" means in a row.
        try fold.answer("I have", stop: .maxTokens)
        #expect(try fold.settle().plan?.purpose == .step)
        try fold.answer(Self.lie)
        #expect(try fold.settle().isWait)
        #expect(fold.execution.waits.map(\.kind) == [.handoff])
    }

    @Test func twoCutAnswersInARowEndItAlsoAfterADishonestOne() throws {
        var fold = try self.fold()
        try fold.answer(Self.lie)
        _ = try fold.settle()
        for _ in 1...2 {
            #expect(fold.execution.limit == nil)
            try fold.answer("I have", stop: .maxTokens)
            _ = try fold.settle()
        }
        #expect(fold.execution.limit?.reason == .maxTokens)
    }

    @Test func aPersonWhoHandsBackGivesAnotherChance() throws {
        var fold = try self.fold()
        for _ in 1...2 {
            for _ in 1...2 {
                #expect(try fold.settle().plan != nil)
                try fold.answer(Self.lie)
            }
            #expect(try fold.settle().isWait)
            try fold.reply(["action": "return", "text": "Say that nothing was refunded."])
        }
        #expect(fold.journal.count(.outputRejected) == 4)
    }

    @Test func whereNobodyTakesOverTheRuntimeSpeaksForItself() throws {
        var fold = try self.fold(handsOff: false)
        try self.failRefund(&fold)
        _ = try fold.settle()
        try fold.answer(Self.lie)
        _ = try fold.settle()
        try fold.answer(Self.lie)
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.failure?.code == "answer_dishonest")
        #expect(fold.execution.failure?.message.contains("Tried without success: create_refund.") == true)
    }

    @Test func whoActsAfterAllMaySaySo() throws {
        var fold = try self.fold()
        try fold.answer(Self.lie)
        _ = try fold.settle()
        try fold.answer(calls: .refund())
        _ = try fold.settle()
        try fold.dispatch("r1")
        try fold.succeed("r1", output: "refunded 80")
        _ = try fold.settle()
        try fold.answer(Self.lie)
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.completed?.output == Self.lie)
    }

    @Test func aSuccessAmongFailuresSupportsTheClaim() throws {
        var fold = try self.fold()
        try self.failRefund(&fold)
        _ = try fold.settle()
        try fold.answer(calls: .refund("r2"))
        _ = try fold.settle()
        try fold.dispatch("r2")
        try fold.succeed("r2")
        _ = try fold.settle()
        try fold.answer(Self.lie)
        #expect(try fold.settle().isEnd)
    }

    @Test func whatHappenedEarlierInTheSessionMayBeRecalled() throws {
        let prior: [Message] = [
            .user("Refund it."), Message(role: .assistant, content: [.toolCall(.refund("old"))]),
            Message(role: .tool, content: [.toolResult(ToolResult(callID: "old", content: "ok"))]),
        ]
        var fold = try self.fold(prior: prior)
        try fold.answer("As I said, I have refunded 80 EUR.")
        #expect(try fold.settle().isEnd)
    }

    @Test func whatAReadToolFoundMayBeToldButNotClaimed() throws {
        for (answer, isHonest) in [("Your order was refunded on 3 May.", true), ("I have refunded it.", false)] {
            var fold = try self.fold()
            try fold.answer(calls: .check())
            try fold.succeed("c1", output: #"{"status": "refunded", "paid": false}"#)
            _ = try fold.settle()
            try fold.answer(answer)
            #expect(try fold.settle().isEnd == isHonest, "\(answer)")
        }
    }

    @Test func aSummaryThatClaimsIsReplaced() throws {
        var fold = try self.fold(limits: ExecutionLimits(maxSteps: 1))
        try self.failRefund(&fold)
        #expect(try fold.settle().plan?.purpose == .summary)
        try fold.answer(Self.lie)
        #expect(try fold.settle().isEnd)
        let output = try #require(fold.execution.completed?.output)
        #expect(fold.execution.reason == .maxSteps)
        #expect(!output.contains(Self.lie) && output.contains("Tried without success: create_refund."))
    }

    @Test func aRejectedAnswerDoesNotLeaveAsTheLastFinding() throws {
        var fold = try self.fold(limits: ExecutionLimits(timeout: .seconds(60)))
        try fold.answer(Self.lie)
        fold.pass(.seconds(60))
        #expect(try fold.settle().isEnd)
        try self.requireSummaryWithoutFinding(fold, .timeout)
    }

    @Test func aCutClaimDoesNotLeaveAsTheLastFinding() throws {
        var fold = try self.fold()
        for _ in 1...2 { try fold.answer(Self.lie, stop: .maxTokens) }
        #expect(try fold.settle().isEnd)
        try self.requireSummaryWithoutFinding(fold, .maxTokens)
    }

    @Test func aClaimDoesNotLeaveWhenNoModelSumsUp() throws {
        var fold = try self.fold(limits: ExecutionLimits(maxSteps: 1))
        try fold.answer(Self.lie)
        #expect(try fold.settle().plan?.purpose == .summary)
        try fold.failModel(.serverError)
        #expect(try fold.settle().isEnd)
        try self.requireSummaryWithoutFinding(fold, .maxSteps)
    }

    private func requireSummaryWithoutFinding(_ fold: Fold, _ reason: TerminationReason) throws {
        let output = try #require(fold.execution.completed?.output)
        #expect(fold.execution.reason == reason)
        #expect(output.hasSuffix("Nothing was carried out."), "\(output)")
    }

    @Test func theCheckCanBeSwitchedOff() throws {
        var fold = try self.fold(honesty: .off)
        try fold.answer(Self.lie)
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.completed?.output == Self.lie)
    }
}
