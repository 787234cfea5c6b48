import BelayCore
import BelayTesting
import Testing

struct ExecutionLimitTests {
    /// Answers with different calls until the machine has something else in mind.
    private func work(_ limits: ExecutionLimits, steps: Int = 100, milliseconds: Int64 = 500) throws -> Fold {
        var fold = try Fold(agent: .sample(limits: limits))
        for step in 0..<steps {
            guard try fold.settle().plan?.purpose == .step else { break }
            let call = ToolCall.check("c\(step)", number: "\(step)")
            try fold.answer([.text("Looking."), .toolCall(call)], stop: .toolUse, milliseconds: milliseconds)
            try fold.succeed(call.id, output: "found \(step)")
        }
        return fold
    }

    @Test func toolsThatRunAtOnceCountAsLongAsTheLongest() throws {
        var fold = try Fold(agent: .sample(limits: ExecutionLimits(timeout: .seconds(60))))
        try fold.answer(calls: .check("c1", number: "1"), .check("c2", number: "2"), .check("c3", number: "3"))
        for id in ["c1", "c2", "c3"] { try fold.succeed(id, milliseconds: 25_000) }
        try fold.takeOver { _ in nil }
        #expect(try fold.settle().plan?.purpose == .step)
        fold.pass(.seconds(35))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .timeout)
    }

    @Test func anAgentThatMayCallNothingMayAnswer() throws {
        var fold = try Fold(agent: .sample(limits: ExecutionLimits(maxToolCalls: 0)))
        try fold.answer("Hello.")
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .completed)
        var caller = try Fold(agent: .sample(limits: ExecutionLimits(maxToolCalls: 0)))
        try caller.answer(calls: .check())
        #expect(try caller.settle().plan?.purpose == .summary)
        try caller.journal.require(inOrder: .toolCallDenied, .limitReached)
    }

    @Test func maxStepsLetsTheModelSumUp() throws {
        var fold = try self.work(ExecutionLimits(maxSteps: 2))
        let plan = try #require(try fold.settle().plan)
        #expect(plan.purpose == .summary && plan.call.request.toolChoice == .none)
        #expect(plan.call.request.messages.last?.text.contains("2 steps taken, the limit is 2") == true)
        try fold.answer("I looked twice.")
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .maxSteps && fold.execution.completed?.output == "I looked twice.")
    }

    @Test func callsInASummaryAreNotMadeAndItsWordsCount() throws {
        var fold = try self.work(ExecutionLimits(maxSteps: 1))
        try fold.answer(calls: .refund())
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .maxSteps)
        #expect(fold.execution.completed?.output.contains("Carried out: check_order.") == true)
        try fold.journal.require(inOrder: .limitReached, .modelAnswered, .toolCallDenied, .completed)
    }

    @Test func anEmptySummaryIsReplaced() throws {
        var fold = try self.work(ExecutionLimits(maxSteps: 1))
        try fold.answer([], stop: .endTurn)
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.completed?.output.contains("Last finding: Looking.") == true)
        #expect(fold.execution.conversation.allSatisfy { !$0.content.isEmpty })
    }

    @Test func aSummaryThatNoModelGivesIsWrittenWithoutOne() throws {
        var fold = try self.work(ExecutionLimits(maxSteps: 2))
        try fold.failModel(.overloaded)
        #expect(try fold.settle().isEnd)
        let output = try #require(fold.execution.completed?.output)
        #expect(fold.execution.reason == .maxSteps)
        #expect(output.contains("2 steps taken") && output.contains("Carried out: check_order (2 times)."))
    }

    @Test func aFinalAnswerInTheLastStepCounts() throws {
        var fold = try self.work(ExecutionLimits(maxSteps: 2), steps: 1)
        try fold.answer("Found it.")
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .completed)
    }

    @Test func timeoutEndsWithoutAskingAgain() throws {
        var fold = try self.work(ExecutionLimits(timeout: .seconds(1)))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .timeout && fold.execution.steps == 2)
        #expect(fold.execution.completed?.output.contains("the limit is 1000 ms") == true)
    }

    @Test func anUnknownPriceIsNeverZero() throws {
        var fold = try Fold(agent: .sample(limits: ExecutionLimits(maxCost: Money(microDollars: 15_000))))
        try fold.answer(
            [.toolCall(.check())], stop: .toolUse, usage: Usage(freshInput: 1_000), cost: .unknown)
        try fold.succeed("c1")
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .budget && fold.execution.cost == .zero && fold.execution.hasUnknownCost)
    }

    @Test func budgetEndsWithoutAskingAgain() throws {
        var fold = try self.work(ExecutionLimits(maxCost: Money(microDollars: 300)))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .budget && fold.execution.steps == 3)
        #expect(fold.execution.completed?.output.contains("$0.0003 spent, the limit is $0.0003") == true)
    }

    @Test func maxTokensEndsWithoutAskingAgain() throws {
        var fold = try self.work(ExecutionLimits(maxTokens: 240))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .maxTokens && fold.execution.steps == 2)
    }

    @Test func maxToolCallsHoldsInsideOneAnswer() throws {
        var fold = try Fold(agent: .sample(limits: ExecutionLimits(maxToolCalls: 3)))
        try fold.answer(calls: .check("a", number: "1"))
        try fold.succeed("a")
        try fold.answer((0..<5).map { .toolCall(.check("b\($0)", number: "\($0)")) }, stop: .toolUse)
        #expect(try fold.settle().tools.map(\.call.id) == ["b0", "b1"])
        #expect(fold.journal.count(.toolCallDenied) == 3)
        try fold.succeed("b0")
        try fold.succeed("b1")
        #expect(try fold.settle().plan?.purpose == .summary)
        #expect(fold.execution.limit?.reason == .maxToolCalls)
        #expect(fold.execution.lastResults[4].content.contains("limit of 3 tool calls") == true)
    }

    @Test func aModelCallGetsNoMoreTimeThanIsLeft() throws {
        var fold = try self.work(ExecutionLimits(timeout: .seconds(10)), steps: 2)
        #expect(try fold.settle().plan?.call.timeout == .milliseconds(10_000 - 2 * 600))
    }

    @Test func outputTokensOfAStepAreBounded() throws {
        var fold = try Fold(agent: .sample(limits: ExecutionLimits(maxTokensPerStep: 123)))
        #expect(try fold.settle().plan?.call.request.maxOutputTokens == 123)
    }

    @Test func aSummarySaysWhatMayHaveHappened() throws {
        var fold = try Fold(agent: .sample(limits: ExecutionLimits(maxCost: Money(microDollars: 100))))
        try fold.answer(calls: .refund())
        try fold.dispatch("r1")
        let failure = ToolFailure(.unavailable, "No answer.", mayHaveHappened: true)
        try fold.apply(.toolCallFailed(.init(callID: "r1", failure: failure, milliseconds: 1)))
        #expect(try fold.settle().isEnd)
        let output = try #require(fold.execution.completed?.output)
        #expect(output.contains("May have happened: create_refund."))
        #expect(!output.contains("Tried without success") && !output.contains("Nothing was carried out"))
    }

    @Test func aSummaryNamesWhatFailed() throws {
        var fold = try Fold(agent: .sample(limits: ExecutionLimits(maxCost: Money(microDollars: 100))))
        try fold.answer(calls: .refund(), .check())
        try fold.dispatch("r1")
        try fold.apply(
            .toolCallFailed(.init(callID: "r1", failure: ToolFailure(.rejected, "no such order"), milliseconds: 1)))
        try fold.succeed("c1")
        #expect(try fold.settle().isEnd)
        let output = try #require(fold.execution.completed?.output)
        #expect(
            output.contains("Carried out: check_order.") && output.contains("Tried without success: create_refund."))
    }
}
