import BelayCore
import BelayTesting
import Testing

/// A node that dispatched a call died: what its successor makes of it.
struct ExecutionDoubtTests {
    private func takenOver(_ policy: InDoubtPolicy?, timeout: Duration = .seconds(30)) throws -> Fold {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        try fold.dispatch("r1")
        try fold.rest(.seconds(10))
        try fold.takeOver(timeout: timeout) { _ in policy }
        try fold.journal.require(inOrder: .toolCallDispatched, .toolCallInDoubt)
        return fold
    }

    @Test func repeatsWithTheSameKeyThreeTimesAtMost() throws {
        var fold = try self.takenOver(.repeatWithSameKey)
        let key = fold.execution.idempotencyKey(of: "r1")
        for attempts in 1...2 {
            #expect(try fold.settle().tools.first?.phase == .ready(attempts: attempts))
            #expect(fold.execution.idempotencyKey(of: "r1") == key)
            try fold.dispatch("r1")
            try fold.takeOver { _ in .repeatWithSameKey }
        }
        #expect(try fold.settle().plan != nil)
        #expect(fold.execution.lastResults[0].content.contains("it may have been carried out"))
        #expect(fold.journal.count(.toolCallDispatched) == 3)
    }

    @Test(arguments: [InDoubtPolicy.probe, .compensate]) func asksTheRuntime(policy: InDoubtPolicy) throws {
        var fold = try self.takenOver(policy, timeout: .seconds(5))
        #expect(try fold.settle().tools.first?.phase == .inDoubt(policy, attempts: 1))
        #expect(fold.execution.state == .executing)
    }

    @Test(arguments: [
        (Event.ToolCallResolved.Resolution.happened, "refunded", false), (.didNotHappen, "not carried out", true),
        (.compensated, "was undone", true),
    ])
    func aSettledDoubtIsAResult(
        resolution: Event.ToolCallResolved.Resolution, content: String, isError: Bool
    ) throws {
        var fold = try self.takenOver(.probe)
        try fold.apply(.toolCallResolved(.init(callID: "r1", resolution: resolution, output: "refunded", by: "probe")))
        #expect(fold.execution.lastResults[0].content.contains(content))
        #expect(fold.execution.lastResults[0].isError == isError)
        #expect(try fold.settle().plan != nil)
    }

    @Test(arguments: [
        ("happened", "a person confirmed that the call was carried out", false),
        ("did_not_happen", "was not carried out", true),
    ])
    func aPersonSettlesADoubt(resolution: String, content: String, isError: Bool) throws {
        for policy in [InDoubtPolicy.person, nil] {
            var fold = try self.takenOver(policy)
            #expect(try fold.settle().isWait)
            let wait = try #require(fold.execution.waits.first)
            #expect(wait.kind == .resolution && wait.callID == "r1")
            #expect(wait.context["idempotency_key"]?.stringValue == fold.execution.idempotencyKey(of: "r1"))
            try fold.reply(["resolution": .string(resolution)])
            #expect(fold.execution.lastResults[0].content.lowercased().contains(content))
            #expect(fold.execution.lastResults[0].isError == isError)
            try fold.journal.requireSound()
        }
    }

    @Test func aDoubtThatNobodySettlesStaysOne() throws {
        var fold = try self.takenOver(.person)
        _ = try fold.settle()
        try fold.rest(.seconds(24 * 3_600))
        #expect(try fold.settle().plan != nil)
        #expect(
            fold.execution.lastResults[0].content
                == "It is not known whether the call was carried out. Do not repeat it.")
    }

    @Test func whatWasNotSentWasNoAttempt() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        for _ in 1...5 {
            try fold.dispatch("r1")
            try fold.apply(.toolCallResolved(.init(callID: "r1", resolution: .notSent, by: "runtime")))
            // It passes the stations again, whose rules may have changed.
            let open = try #require(try fold.settle().tools.first)
            #expect(open.phase == .requested && open.digest == nil && open.attempts == 0)
        }
        try fold.apply(.cancelRequested(.init(by: "ada")))
        #expect(try fold.settle().isEnd)
        #expect(fold.journal.count(.toolCallDenied) == 1 && fold.journal.count(.toolCallInDoubt) == 0)
        try fold.journal.requireSound()
    }

    @Test func whatWasNotSentAgainIsAsMuchInDoubtAsBefore() throws {
        var fold = try self.takenOver(.repeatWithSameKey)
        _ = try fold.settle()
        try fold.dispatch("r1")
        try fold.apply(.toolCallResolved(.init(callID: "r1", resolution: .notSent, by: "runtime")))
        let open = try #require(try fold.settle().tools.first)
        #expect(open.phase == .ready(attempts: 1) && open.digest != nil && open.attempts == 1)
    }

    @Test func onlyADispatchIsTakenBack() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        let notSent = Event.toolCallResolved(.init(callID: "r1", resolution: .notSent, by: "runtime"))
        #expect(throws: JournalError.self) { try fold.apply(notSent) }
        fold = try self.takenOver(.person)
        #expect(throws: JournalError.self) { try fold.apply(notSent) }
    }

    @Test func readsAreSimplyMadeAgain() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .check())
        try fold.takeOver { _ in .repeatWithSameKey }
        #expect(fold.journal.count(.toolCallInDoubt) == 0)
        #expect(try fold.settle().tools.map(\.call.id) == ["c1"])
    }

    @Test func theKeyTellsCallsStepsAndExecutionsApart() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .check("a"), .check("b", number: "2"))
        let keys = ["a", "b"].map { fold.execution.idempotencyKey(of: $0) }
        #expect(keys[0] != keys[1] && keys[0].count == 64)
    }
}
