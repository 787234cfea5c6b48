import BelayCore
import BelayJSON
import BelayTesting
import Testing

struct ExecutionApprovalTests {
    private func asked() throws -> Fold {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        try fold.askForApproval(of: "r1", expiry: .seconds(60))
        #expect(fold.execution.state == .waiting)
        return fold
    }

    @Test func anApprovedCallIsSentWithTheArgumentsThatWereSeen() throws {
        var fold = try self.asked()
        let expiry = try #require(fold.execution.waits.first).expires
        guard case .wait(let until) = try fold.settle() else { return #expect(Bool(false), "\(fold.journal)") }
        #expect(until == expiry)
        try fold.reply(["decision": "approve"])
        guard case .consented(let consent) = try fold.settle().tools.first?.phase else {
            return #expect(Bool(false), "\(fold.journal)")
        }
        #expect(consent.by == "grace" && consent.digest == Fold.digest(ToolCall.refund().arguments))
        try fold.approve("r1")
        try fold.dispatch("r1")
        try fold.succeed("r1")
        try fold.journal.require(
            inOrder: .modelAnswered, .waitOpened, .waitAnswered, .toolCallApproved, .toolCallDispatched,
            .toolCallSucceeded)
    }

    @Test func anEditedCallIsSentWithTheNewArguments() throws {
        var fold = try self.asked()
        try fold.reply(["decision": "edit", "arguments": ["amount": 20]])
        try fold.approve("r1")
        #expect(fold.execution.calls.first?.call.arguments == #"{"amount":20}"#)
        #expect(fold.execution.calls.first?.digest == Fold.digest(#"{ "amount": 20 }"#))
        try fold.dispatch("r1")
        try fold.succeed("r1", output: "refunded 20")
        // The model wrote other arguments: it has to know what was done.
        #expect(fold.execution.lastResults[0].content.contains(#"{"amount":20}"#))
        #expect(fold.execution.lastResults[0].content.contains("refunded 20"))
    }

    @Test func aRejectedCallIsNotMadeAndTheModelLearnsWhy() throws {
        var fold = try self.asked()
        try fold.reply(["decision": "reject", "reason": "too much"])
        #expect(try fold.settle().plan != nil)
        #expect(fold.execution.lastResults.map(\.content) == ["A person rejected this call: too much."])
        #expect(fold.execution.lastResults[0].isError)
        try fold.journal.require(inOrder: .waitAnswered, .toolCallDenied)
    }

    @Test func aCallThatNobodyApprovedInTimeIsNotMade() throws {
        var fold = try self.asked()
        try fold.rest(.seconds(59))
        #expect(try fold.settle().isWait)
        try fold.rest(.seconds(1))
        #expect(try fold.settle().plan != nil)
        #expect(fold.execution.lastResults.map(\.content) == ["Nobody approved this call in time."])
        try fold.journal.require(inOrder: .waitOpened, .waitExpired, .toolCallDenied)
    }

    @Test func othersOfTheStepDontWaitForConsent() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund(), .check())
        try fold.askForApproval(of: "r1")
        #expect(try fold.settle().tools.map(\.call.id) == ["c1"])
        try fold.succeed("c1")
        #expect(try fold.settle().isWait)
        #expect(fold.execution.state == .waiting)
    }

    @Test func waitingCostsNoTime() throws {
        var fold = try self.asked()
        try fold.rest(.seconds(59))
        try fold.reply(["decision": "approve"])
        try fold.takeOver { _ in nil }
        try fold.approve("r1")
        try fold.dispatch("r1")
        try fold.succeed("r1", milliseconds: 1_000)
        let timeout = try #require(try fold.settle().plan?.call.timeout)
        #expect(timeout == .milliseconds(300_000 - 500 - 1_000))
    }
}
