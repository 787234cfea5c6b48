import BelayCore
import BelayJSON
import BelayTesting
import Testing

/// What the machine refuses: a journal that can't be.
struct ExecutionOrderTests {
    private func refused(_ fold: Fold, _ event: Event, _ reason: String) {
        var fold = fold
        do {
            try fold.apply(event)
            Issue.record("accepted \(event.name.rawValue) in\n\(fold.journal)")
        } catch {
            #expect(error.reason.contains(reason), "\(error)")
        }
    }

    private func dispatched(_ id: String, digest: String, attempt: Int = 1) -> Event {
        .toolCallDispatched(.init(callID: id, idempotencyKey: "key", argumentsDigest: digest, attempt: attempt))
    }

    private func answered(step: Int, _ content: [Content]) -> Event {
        .modelAnswered(
            .init(
                step: step, content: content, stopReason: .endTurn, usage: .zero, cost: .known(.zero),
                path: ScriptedModel.path, milliseconds: 0))
    }

    @Test func beginsWithAccepted() throws {
        let entry = JournalEvent(sequence: 1, time: Timestamp(milliseconds: 0), event: .cancelled(.init()))
        #expect(throws: JournalError.self) { try Execution(entry) }
        let fold = try Fold(agent: .sample())
        self.refused(fold, fold.entries[0].event, "accepted once")
        var second = fold.entries[0]
        second.sequence = 2
        #expect(throws: JournalError.self) { try Execution(second) }
    }

    @Test func numbersAreDense() throws {
        var execution = try Fold(agent: .sample()).execution
        let entry = JournalEvent(sequence: 3, time: execution.started, event: .cancelRequested(.init(by: "ada")))
        #expect(throws: JournalError.self) { try execution.apply(entry) }
    }

    @Test func nothingIsSaidWhileACallHasNoResult() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .check())
        self.refused(fold, .modelCallPlanned(.init(step: 2, purpose: .step)), "has no result")
        self.refused(fold, self.answered(step: 2, [.text("x")]), "has no result")
        self.refused(fold, .completed(.init(output: "x", reason: .completed)), "has no result")
        self.refused(fold, .failed(.init(failure: ExecutionFailure(code: "x", message: "x"))), "has no result")
        self.refused(fold, .cancelled(.init()), "has no result")
    }

    @Test func stepsAreDense() throws {
        let fold = try Fold(agent: .sample())
        self.refused(fold, .modelCallPlanned(.init(step: 2, purpose: .step)), "step 1 is next")
        self.refused(fold, self.answered(step: 2, [.text("x")]), "step 1 is next")
    }

    @Test func aCallsNameIsUsedOnce() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .check())
        try fold.succeed("c1")
        self.refused(fold, self.answered(step: 2, [.toolCall(.check())]), "was used before")
        self.refused(fold, self.answered(step: 2, [.toolCall(.check("a")), .toolCall(.check("a"))]), "was used before")
    }

    @Test func aCallHasOneResult() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .check("a"), .check("b"))
        try fold.succeed("a")
        let failure = ToolFailure(.internal, "x")
        let digest = Fold.digest(ToolCall.check().arguments)
        for event in [
            Event.toolCallSucceeded(.init(callID: "a", output: "", milliseconds: 0)),
            .toolCallFailed(.init(callID: "a", failure: failure, milliseconds: 0)),
            .toolCallDenied(.init(callID: "a", failure: failure)), self.dispatched("a", digest: digest),
            .toolCallInDoubt(.init(callID: "a", policy: .person, reason: "")),
            .toolCallResolved(.init(callID: "a", resolution: .happened, by: "x")),
        ] { self.refused(fold, event, "has a result") }
        try fold.succeed("b")
        self.refused(fold, self.dispatched("b", digest: digest), "no open tool call")
    }

    @Test func aCallIsSentOnce() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        try fold.dispatch("r1")
        let digest = Fold.digest(ToolCall.refund().arguments)
        self.refused(fold, self.dispatched("r1", digest: digest, attempt: 2), "not to be sent")
        self.refused(fold, .toolCallDenied(.init(callID: "r1", failure: ToolFailure(.denied, ""))), "not where")
        try fold.apply(.toolCallInDoubt(.init(callID: "r1", policy: .repeatWithSameKey, reason: "lost")))
        self.refused(fold, self.dispatched("r1", digest: digest, attempt: 2), "not to be sent")
        try fold.apply(.toolCallResolved(.init(callID: "r1", resolution: .repeatable, by: "runtime")))
        self.refused(fold, self.dispatched("r1", digest: digest, attempt: 1), "expected attempt 2")
        self.refused(fold, self.dispatched("r1", digest: Fold.digest("{}"), attempt: 2), "bound to other arguments")
        self.refused(fold, .toolCallDenied(.init(callID: "r1", failure: ToolFailure(.denied, ""))), "not where")
        try fold.apply(self.dispatched("r1", digest: digest, attempt: 2))
    }

    @Test func aCallThatAwaitsConsentIsNotSent() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        let digest = Fold.digest(ToolCall.refund().arguments)
        try fold.askForApproval(of: "r1")
        self.refused(fold, self.dispatched("r1", digest: digest), "not to be sent")
        self.refused(fold, .toolCallSucceeded(.init(callID: "r1", output: "", milliseconds: 0)), "not where")
        let approved = Event.toolCallApproved(.init(callID: "r1", by: "grace", argumentsDigest: digest))
        self.refused(fold, approved, "nobody consented")
        try fold.reply(["decision": "approve"])
        self.refused(fold, self.dispatched("r1", digest: digest), "not to be sent")
        let other = Event.toolCallApproved(.init(callID: "r1", by: "grace", argumentsDigest: Fold.digest("{}")))
        self.refused(fold, other, "nobody consented")
        try fold.apply(approved)
        self.refused(fold, self.dispatched("r1", digest: Fold.digest("{}")), "bound to other arguments")
        try fold.apply(self.dispatched("r1", digest: digest))
    }

    @Test func onlyDoubtsAreResolved() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        self.refused(fold, .toolCallResolved(.init(callID: "r1", resolution: .happened, by: "x")), "not in doubt")
        self.refused(fold, .toolCallInDoubt(.init(callID: "r1", policy: .person, reason: "")), "was not dispatched")
        self.refused(fold, .toolCallDenied(.init(callID: "r9", failure: ToolFailure(.denied, ""))), "no open tool call")
    }

    @Test func aWaitIsOpenedAndClosedOnce() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        let id = try fold.askForApproval(of: "r1")
        let wait = try #require(fold.execution.waits.first)
        self.refused(fold, .waitOpened(wait), "the wait is open")
        var second = wait
        second.id = WaitID(rawValue: "wait_2")
        self.refused(fold, .waitOpened(second), "not where")
        try fold.reply(["decision": "reject"])
        self.refused(fold, .waitAnswered(.init(wait: id, answer: ["decision": "approve"], by: "x")), "is not open")
        self.refused(fold, .waitExpired(.init(wait: id)), "is not open")
        second.callID = nil
        self.refused(fold, .waitOpened(second), "belongs to a tool call")
    }
}
