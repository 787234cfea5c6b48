import BelayCore
import BelayTesting
import Testing

struct ExecutionRunTests {
    @Test func answersAfterOneCall() throws {
        var fold = try Fold(agent: .sample())
        #expect(fold.execution.state == .idle)
        try fold.answer(calls: .check())
        #expect(try fold.settle().tools.map(\.call.id) == ["c1"])
        #expect(fold.execution.state == .executing)
        try fold.succeed("c1", output: "in transit")
        #expect(fold.execution.state == .thinking)
        try fold.answer("It is in transit.")
        #expect(try fold.settle().isEnd)
        try fold.journal.require(
            exactly: .accepted, .modelCallPlanned, .modelAnswered, .toolCallSucceeded, .modelCallPlanned,
            .modelAnswered,
            .completed)
        let head = fold.execution.head
        #expect(head.state == .completed && head.reason == .completed && head.steps == 2 && head.toolCalls == 1)
        #expect(head.usage == Usage(freshInput: 200, output: 40) && head.cost == Money(microDollars: 200))
        #expect(head.ended == fold.now && head.sequence == 7)
        #expect(fold.execution.completed?.output == "It is in transit.")
    }

    @Test func joinsParallelResultsInTheModelsOrder() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .check("a", number: "1"), .check("b", number: "2"), .check("c", number: "3"))
        try fold.succeed("c", output: "third")
        try fold.succeed("a", output: "first")
        #expect(fold.execution.messages.last?.role == .assistant)
        try fold.succeed("b", output: "second")
        #expect(fold.execution.lastResults.map(\.content) == ["first", "second", "third"])
        try fold.journal.requireSound()
    }

    @Test func pinsThePathOfTheLastAnswerThatWasNoSubstitute() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .check())
        try fold.succeed("c1")
        #expect(try fold.settle().plan?.call.pinned == ScriptedModel.path)
    }

    @Test func countsFailedAttemptsThatAreBilled() throws {
        var fold = try Fold(agent: .sample())
        let failure = ModelFailure(.cutStream, message: "cut", usage: Usage(freshInput: 7))
        try fold.apply(
            .attemptFailed(
                .init(
                    attempt: ModelAttempt(
                        path: ScriptedModel.path, number: 1, failure: failure, duration: .zero,
                        cost: .estimated(Money(nanoDollars: 5))))))
        #expect(fold.execution.cost == Money(nanoDollars: 5) && fold.execution.usage.total == 7)
        try fold.answer("done", cost: .unknown)
        #expect(fold.execution.hasUnknownCost && fold.execution.cost == Money(nanoDollars: 5))
    }

    @Test func asksOnceMoreForAnAnswerThatWasCut() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer("A very long", stop: .maxTokens)
        let plan = try #require(try fold.settle().plan)
        #expect(plan.call.request.messages.last?.text.contains("cut at 4000 tokens") == true)
        try fold.journal.require(inOrder: .modelAnswered, .outputRejected, .escalated)
        try fold.answer("Short.")
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .completed)
    }

    @Test func givesUpWhenTheSecondAnswerIsCutToo() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer("A very long", stop: .maxTokens)
        try fold.answer("Another very long", stop: .maxTokens)
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .maxTokens)
        #expect(fold.execution.completed?.output.contains("two answers in a row") == true)
    }

    @Test func takesFeedbackAfterTheEndAndNothingElse() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer("Hello.")
        _ = try fold.settle()
        let ended = fold.execution.ended
        try fold.apply(.feedbackReceived(.init(score: 1, by: "ada")))
        #expect(fold.execution.ended == ended && fold.execution.state == .completed)
        #expect(throws: JournalError.self) { try fold.apply(.cancelRequested(.init(by: "ada"))) }
        #expect(throws: JournalError.self) { try fold.apply(.modelCallPlanned(.init(step: 2, purpose: .step))) }
        #expect(fold.next().isEnd)
    }

    @Test func goesOnWithTheConversationOfItsSession() throws {
        let prior: [Message] = [.user("Hello"), .assistant("Hello Ada")]
        var fold = try Fold(agent: .sample(), task: "And A-1?", prior: prior)
        #expect(try fold.settle().plan?.call.request.messages.map(\.text) == ["Hello", "Hello Ada", "And A-1?"])
        try fold.answer("On its way.")
        _ = try fold.settle()
        #expect(fold.execution.conversation.map(\.text) == ["Hello", "Hello Ada", "And A-1?", "On its way."])
    }

    @Test func startsALongConversationAtAUsersMessage() throws {
        let prior = (0..<70).flatMap { [Message.user("q\($0)"), .assistant("a\($0)")] } + [.assistant("one more")]
        var fold = try Fold(agent: .sample(), prior: prior)
        let messages = try #require(try fold.settle().plan?.call.request.messages)
        #expect(messages.count <= 101)
        #expect(messages.first?.role == .user)
    }

    @Test func systemPromptHasNothingOfTheUser() throws {
        var fold = try Fold(agent: .sample(), task: "SECRET-TASK")
        let request = try #require(try fold.settle().plan?.call.request)
        #expect(!request.system.contains("SECRET-TASK") && request.system.contains("Say honestly"))
    }
}
