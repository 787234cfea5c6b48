import BelayCore
import BelayTesting
import Testing

@testable import BelayRuntime

struct SentCallsTests {
    private static let key = SentCalls.Key(execution: ExecutionID(rawValue: "exe_fold"), callID: "r1", attempt: 1)
    private let calls = SentCalls()

    /// The call of the key, as a journal has it.
    private func open() throws -> OpenCall {
        var fold = try Fold(agent: AgentDefinition(name: "support", version: "1", instructions: "Help."))
        try fold.answer(calls: ToolCall(id: "r1", name: "create_refund", arguments: "{}"))
        try fold.dispatch("r1")
        return try #require(fold.execution.calls.first)
    }

    private static func lease(_ epoch: Int) -> Lease {
        Lease(
            execution: Self.key.execution, node: NodeID(rawValue: "node_1"), epoch: epoch,
            expires: Timestamp(milliseconds: 0))
    }

    /// A lease between that was another process's leaves out a number.
    @Test func whatIsKnownHoldsUntilAnotherProcessHadALease() throws {
        let open = try self.open()
        #expect(self.calls.fate(of: open, under: Self.lease(2)) == nil)
        self.calls.note(.notSent, of: Self.key, under: Self.lease(1))
        #expect(self.calls.fate(of: open, under: Self.lease(2)) == .notSent)
        #expect(self.calls.fate(of: open, under: Self.lease(3)) == .notSent)
        #expect(self.calls.fate(of: open, under: Self.lease(5)) == nil)
    }

    @Test func theLaterLeaseKnowsBetter() throws {
        let open = try self.open()
        self.calls.note(.sent(reason: "under way"), of: Self.key, under: Self.lease(2))
        self.calls.note(.notSent, of: Self.key, under: Self.lease(1))
        #expect(self.calls.fate(of: open, under: Self.lease(3)) == .sent(reason: "under way"))
    }

    @Test func whatHasAResultIsForgotten() throws {
        let open = try self.open()
        self.calls.note(.notSent, of: Self.key, under: Self.lease(1))
        self.calls.recorded(Self.key)
        #expect(self.calls.fate(of: open, under: Self.lease(2)) == nil)
    }
}
