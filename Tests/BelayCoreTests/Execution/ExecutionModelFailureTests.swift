import BelayCore
import BelayTesting
import Testing

struct ExecutionModelFailureTests {
    @Test func pausesLongerEachTimeThenHandsOver() throws {
        var fold = try Fold(agent: .sample())
        for seconds in [5, 20, 80] {
            try fold.failModel(.overloaded)
            guard case .wait(let until) = try fold.settle() else { return #expect(Bool(false), "\(fold.journal)") }
            #expect(until == fold.now.advanced(by: .seconds(seconds)))
            #expect(fold.execution.waits.map(\.kind) == [.timer] && fold.execution.state == .waiting)
            try fold.rest(.seconds(seconds))
        }
        try fold.failModel(.overloaded)
        #expect(try fold.settle().isWait)
        #expect(fold.execution.waits.map(\.kind) == [.handoff])
        #expect(fold.execution.waits.first?.question == "No model is available. (overloaded: as the test says)")
        try fold.reply(["action": "return", "text": "It works again."])
        #expect(try fold.settle().plan?.call.request.messages.last?.text == "[staff] It works again.")
        try fold.answer("Hello.")
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .completed)
        try fold.journal.requireSound()
    }

    @Test func anAnswerForgivesThePausesBefore() throws {
        var fold = try Fold(agent: .sample())
        for number in 0..<5 {
            try fold.failModel(.network)
            _ = try fold.settle()
            try fold.rest(.seconds(5))
            try fold.answer(calls: .check("c\(number)", number: "\(number)"))
            try fold.succeed("c\(number)")
        }
        #expect(fold.journal.count(.escalated) == 0)
    }

    @Test func waitsAsLongAsTheProviderAskedUpToFiveMinutes() throws {
        for (asked, granted) in [(60, 60), (3_600, 300), (1, 5)] {
            var fold = try Fold(agent: .sample())
            try fold.failModel(.rateLimited, retryAfter: .seconds(asked))
            guard case .wait(let until) = try fold.settle() else { return #expect(Bool(false), "\(fold.journal)") }
            #expect(until == fold.now.advanced(by: .seconds(granted)))
        }
    }

    @Test(arguments: ModelFailure.Kind.allCases.filter { ![.allowanceExceeded, .budgetExceeded].contains($0) })
    func aCriticalTaskFailsExplicitly(kind: ModelFailure.Kind) throws {
        var fold = try Fold(agent: .sample(), isCritical: true)
        #expect(try fold.settle().plan?.call.isCritical == true)
        try fold.failModel(kind)
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.failure?.code == "model_\(kind.code)")
        #expect(fold.journal.count(.waitOpened) == 0)
    }

    /// Whoever pays set the limit, and a person can't think it away.
    @Test(arguments: [ModelFailure.Kind.allowanceExceeded, .budgetExceeded], [false, true])
    func aBudgetThatIsUsedUpIsALimit(kind: ModelFailure.Kind, isCritical: Bool) throws {
        var fold = try Fold(agent: .sample(), isCritical: isCritical)
        try fold.failModel(kind)
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .budget)
        #expect(fold.journal.count(.waitOpened) == 0 && fold.journal.count(.limitReached) == 1)
        if kind == .budgetExceeded {
            let output = try #require(fold.execution.completed?.output)
            #expect(
                output.contains("the budget for it is used up.") && !output.contains(fold.execution.limit?.detail ?? "")
            )
        }
        try fold.journal.requireSound()
    }

    @Test(arguments: [ModelFailure.Kind.badRequest, .notFound, .contextTooLong, .contentFiltered])
    func whatTimeDoesNotHealIsHandedOverAtOnce(kind: ModelFailure.Kind) throws {
        var fold = try Fold(agent: .sample())
        try fold.failModel(kind)
        #expect(try fold.settle().isWait)
        #expect(fold.execution.waits.map(\.kind) == [.handoff])
        var alone = try Fold(agent: .sample(handsOff: false))
        try alone.failModel(kind)
        #expect(try alone.settle().isEnd)
        #expect(alone.execution.failure?.code == "model_\(kind.code)")
    }

    @Test func aPersonAnswersInTheModelsPlace() throws {
        var fold = try Fold(agent: .sample())
        try fold.failModel(.contentFiltered)
        _ = try fold.settle()
        try fold.reply(["action": "answer", "text": "I called you."])
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .escalated && fold.execution.completed?.output == "I called you.")
    }

    @Test func cancelEndsAPause() throws {
        var fold = try Fold(agent: .sample())
        try fold.failModel(.overloaded)
        _ = try fold.settle()
        try fold.apply(.cancelRequested(.init(by: "ada")))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.state == .cancelled && fold.execution.waits.isEmpty)
    }
}
