import BelayCore
import BelayJSON
import BelayTesting
import Testing

/// Questions, hand-offs and plans.
struct ExecutionPeopleTests {
    @Test func theUsersAnswerIsTheResultOfTheQuestion() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .ask())
        #expect(try fold.settle().isWait)
        let wait = try #require(fold.execution.waits.first)
        #expect(wait.kind == .input && wait.question == "Which order?" && wait.callID == "q1")
        #expect(wait.expires == fold.now.advanced(by: .seconds(24 * 3_600)))
        try fold.reply(["text": "A-7"])
        #expect(fold.execution.lastResults == [ToolResult(callID: "q1", content: "The user answered: A-7")])
        #expect(try fold.settle().plan?.step == 2)
    }

    @Test func aQuestionWithoutAnAnswerIsAnError() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .ask())
        _ = try fold.settle()
        try fold.rest(.seconds(24 * 3_600))
        #expect(try fold.settle().plan != nil)
        #expect(fold.execution.lastResults.first?.isError == true)
    }

    @Test(arguments: ["", "{}", "{\"question\":\"\"}", "{\"question\":3}"])
    func aQuestionWithoutAQuestionIsDenied(arguments: String) throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: ToolCall(id: "q1", name: "ask_user", arguments: arguments))
        #expect(try fold.settle().plan != nil)
        try fold.journal.require(inOrder: .modelAnswered, .toolCallDenied)
    }

    @Test func whatAnAgentMayNotDoIsAnOrdinaryTool() throws {
        var fold = try Fold(agent: .sample(asksUser: false, handsOff: false))
        try fold.answer(calls: .ask(), .handOff())
        #expect(try fold.settle().tools.count == 2)
    }

    @Test func aPersonsAnswerWaitsForNoConsentToOtherCalls() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .handOff(), .refund())
        #expect(try fold.settle().tools.map(\.call.id) == ["r1"])
        _ = try fold.askForApproval(of: "r1")
        #expect(try fold.settle().isWait)
        try fold.reply(["action": "answer", "text": "I called you."])
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.completed?.output == "I called you.")
        try fold.journal.require(inOrder: .waitAnswered, .toolCallDenied, .completed)
        try fold.journal.requireSound()
    }

    @Test func aPersonsAnswerEndsTheExecution() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .handOff())
        #expect(try fold.settle().isWait)
        let wait = try #require(fold.execution.waits.first)
        #expect(wait.kind == .handoff && wait.context["task"]?.stringValue == "Where is my order?")
        try fold.reply(["action": "answer", "text": "I called you."])
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .escalated && fold.execution.completed?.output == "I called you.")
        #expect(fold.execution.conversation.last?.text == "I called you.")
        try fold.journal.requireSound()
    }

    @Test func aPersonMayHandTheTaskBack() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .handOff())
        _ = try fold.settle()
        try fold.reply(["action": "return", "text": "Offer a voucher."])
        #expect(try fold.settle().plan?.call.request.messages.last?.content.isEmpty == false)
        #expect(fold.execution.lastResults[0].content == "grace handed the task back: Offer a voucher.")
    }

    @Test func aHandOffThatNobodyTakesFails() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .handOff())
        _ = try fold.settle()
        try fold.rest(.seconds(24 * 3_600))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.failure?.code == "handoff_expired" && fold.execution.reason == .error)
        try fold.journal.requireSound()
    }

    @Test func nothingNewIsDoneOnceAPersonAnswered() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .handOff(), .refund())
        #expect(try fold.settle().tools.map(\.call.id) == ["r1"])
        try fold.reply(["action": "answer", "text": "Done."])
        #expect(try fold.settle().isEnd)
        try fold.journal.require(inOrder: .waitAnswered, .toolCallDenied, .completed)
        try fold.journal.requireSound()
    }

    @Test func aPlanIsAskedForRecordedAndShown() throws {
        var fold = try Fold(agent: .sample(plans: true))
        #expect(try fold.settle().plan?.call.request.toolChoice == .tool(named: "make_plan"))
        try fold.answer(
            calls: .plan(steps: [
                ["id": "1", "title": "Look", "tool": "check_order"],
                ["id": "2", "title": "Say", "depends_on": ["1"]],
            ]))
        let request = try #require(try fold.settle().plan?.call.request)
        #expect(request.toolChoice == .auto)
        #expect(request.messages.last?.text == "[runtime] Your plan:\n1. Look [check_order]\n2. Say after 1")
        try fold.journal.require(inOrder: .modelAnswered, .planned, .toolCallSucceeded)
        try fold.answer(calls: .plan("p2", steps: [["id": "9", "title": "Refund", "tool": "create_refund"]]))
        _ = try fold.settle()
        #expect(fold.execution.plan?.steps.map(\.id) == ["9"])
        #expect(fold.journal.count(.planRevised) == 1)
    }

    private static let invalidPlans: [(String, JSON)] = [
        ("no steps", []),
        ("unknown tool nope", [["id": "1", "title": "x", "tool": "nope"]]),
        ("two steps have the id 1", [["id": "1", "title": "x"], ["id": "1", "title": "y"]]),
        ("not an earlier step", [["id": "1", "title": "x", "depends_on": ["2"]], ["id": "2", "title": "y"]]),
        ("not an earlier step", [["id": "1", "title": "x", "depends_on": ["1"]]]),
        ("at most 50", .array((0..<51).map { ["id": .string("\($0)"), "title": "x"] })),
    ]

    @Test(arguments: Self.invalidPlans)
    func anInvalidPlanIsDeniedWithTheReason(reason: String, steps: JSON) throws {
        var fold = try Fold(agent: .sample(plans: true))
        try fold.answer(calls: .plan(steps: steps))
        #expect(try fold.settle().plan?.call.request.toolChoice == .tool(named: "make_plan"))
        #expect(fold.execution.lastResults.first?.content.contains(reason) == true)
        #expect(fold.execution.plan == nil)
    }
}
