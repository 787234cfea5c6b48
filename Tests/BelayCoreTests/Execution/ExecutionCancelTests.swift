import BelayCore
import BelayTesting
import Testing

/// Cancelled in each phase: every call gets its result, in the transaction that ends the execution.
struct ExecutionCancelTests {
    enum Phase: CaseIterable {
        case idle, requested, awaiting, consented, ready, dispatched, inDoubt, pausing, repeatable, resolving, asking,
            handedOff
    }

    private func fold(in phase: Phase) throws -> Fold {
        var fold = try Fold(agent: .sample())
        switch phase {
        case .idle: return fold
        case .asking: try fold.answer(calls: .ask(), .check())
        case .handedOff: try fold.answer(calls: .handOff(), .check())
        default: try fold.answer(calls: .refund(), .check())
        }
        let policy: InDoubtPolicy =
            switch phase {
            case .resolving: .person
            case .pausing: .compensate
            default: .repeatWithSameKey
            }
        let doubt = Event.toolCallInDoubt(
            .init(callID: "r1", policy: policy, reason: "lost", settlesAt: fold.now.advanced(by: .seconds(9))))
        switch phase {
        case .idle, .requested: break
        case .awaiting: try fold.askForApproval(of: "r1")
        case .consented, .ready:
            try fold.askForApproval(of: "r1")
            try fold.reply(["decision": "approve"])
            if phase == .ready { try fold.approve("r1") }
        case .dispatched: try fold.dispatch("r1")
        case .inDoubt, .pausing, .repeatable, .resolving:
            try fold.dispatch("r1")
            try fold.apply(doubt)
            if phase != .inDoubt { _ = try fold.settle() }
        case .asking, .handedOff: _ = try fold.settle()
        }
        return fold
    }

    @Test(arguments: Phase.allCases) func closesEveryCall(phase: Phase) throws {
        var fold = try self.fold(in: phase)
        try fold.apply(.cancelRequested(.init(by: "ada")))
        guard case .append(let events) = fold.next() else { return #expect(Bool(false), "\(fold.journal)") }
        #expect(events.last?.name == .cancelled)
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.state == .cancelled && fold.execution.reason == .cancelled)
        #expect(fold.execution.waits.isEmpty && fold.execution.calls.isEmpty)
        try fold.journal.requireSound()
        guard phase != .idle, phase != .asking, phase != .handedOff else { return }
        // What may have happened is not called "not made".
        let wasSent = [.dispatched, .inDoubt, .pausing, .repeatable, .resolving].contains(phase)
        let result = try #require(fold.execution.lastResults.first)
        #expect(result.content.contains(wasSent ? "may have been carried out" : "Not made"), "\(result)")
    }
}
