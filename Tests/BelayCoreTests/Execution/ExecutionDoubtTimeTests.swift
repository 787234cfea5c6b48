import BelayCore
import BelayJSON
import BelayTesting
import Testing

/// A call in doubt may still be running: what is settled at once, and what only when it can't be any more.
struct ExecutionDoubtTimeTests {
    /// Dispatched, taken over `after` that, with a tool whose timeout is 30 s.
    private func takenOver(_ policy: InDoubtPolicy, after: Duration) throws -> Fold {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        try fold.dispatch("r1")
        try fold.rest(after)
        try fold.takeOver { _ in policy }
        return fold
    }

    private func resolved(_ resolution: Event.ToolCallResolved.Resolution) -> Event {
        .toolCallResolved(.init(callID: "r1", resolution: resolution, by: "probe"))
    }

    @Test func aProbeIsAskedAtOnceAndAfterTheCallCanNoLongerRun() throws {
        var fold = try self.takenOver(.probe, after: .seconds(10))
        let settlesAt = fold.now.advanced(by: .seconds(50))  // 60 s after the dispatch.
        let open = try #require(try fold.settle().tools.first)
        #expect(open.settlesAt == settlesAt && open.mayStillRun(at: fold.now))
        // It found nothing yet.
        let pause = fold.pause(open)
        try fold.apply(try #require(pause))
        #expect(fold.execution.state == .waiting && fold.execution.waits.map(\.kind) == [.timer])
        guard case .wait(until: settlesAt) = try fold.settle() else { return #expect(Bool(false), "\(fold.journal)") }
        try fold.rest(.milliseconds(49_999))
        #expect(try fold.settle().isWait)
        // Whoever takes it up now, from the journal alone, asks again for good.
        try fold.rest(.milliseconds(1))
        let again = try #require(try fold.settle().tools.first)
        #expect(again.phase == .inDoubt(.probe, attempts: 1) && !again.mayStillRun(at: fold.now))
        let noPause = fold.pause(again)
        #expect(noPause == nil)
        try fold.apply(self.resolved(.didNotHappen))
        #expect(try fold.settle().plan != nil)
        try fold.journal.requireSound()
    }

    @Test func thatItHappenedCountsAtOnce() throws {
        var fold = try self.takenOver(.probe, after: .seconds(10))
        try fold.apply(self.resolved(.happened))
        #expect(try fold.settle().plan != nil)
        #expect(fold.journal.count(.waitOpened) == 0)
    }

    @Test func aCompensationWaits() throws {
        var fold = try self.takenOver(.compensate, after: .seconds(10))
        #expect(try fold.settle().isWait)
        let wait = try #require(fold.execution.waits.first)
        #expect(wait.kind == .timer && wait.callID == "r1")
        #expect(wait.context["idempotency_key"]?.stringValue == fold.execution.idempotencyKey(of: "r1"))
        try fold.rest(.seconds(50))
        #expect(try fold.settle().tools.first?.phase == .inDoubt(.compensate, attempts: 1))
        try fold.apply(self.resolved(.compensated))
        #expect(try fold.settle().plan != nil)
        // It says nothing of models.
        #expect(fold.execution.state == .thinking)
    }

    @Test func aRepetitionAndAPersonWaitForNothing() throws {
        var fold = try self.takenOver(.repeatWithSameKey, after: .zero)
        #expect(try fold.settle().tools.first?.phase == .ready(attempts: 1))
        fold = try self.takenOver(.person, after: .zero)
        _ = try fold.settle()
        try fold.reply(["resolution": "did_not_happen"])
        #expect(try fold.settle().plan != nil)
    }

    @Test(arguments: [InDoubtPolicy.probe, .compensate]) func longAfterTheDispatchNothingWaits(
        policy: InDoubtPolicy
    ) throws {
        var fold = try self.takenOver(policy, after: .seconds(60))
        #expect(try fold.settle().tools.first?.phase == .inDoubt(policy, attempts: 1))
        #expect(fold.journal.count(.waitOpened) == 0)
    }

    @Test func oneOfManyCallsCountsFromTheTakeover() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        try fold.dispatch("r1")
        fold.pass(.seconds(10))
        let tool = ToolDescriptor(name: "x", description: "", parameters: true, inDoubt: .probe, timeout: .seconds(30))
        let events = fold.execution.takeOver(sent: fold.now, tool: { _ in tool })
        guard case .toolCallInDoubt(let doubt)? = events.first else { return #expect(Bool(false), "\(events)") }
        #expect(doubt.settlesAt == fold.now.advanced(by: .seconds(60)))
    }

    @Test func journalsFromBeforeAreSettledAtOnce() throws {
        let stored: JSON = ["type": "toolCallInDoubt", "callID": "r1", "policy": "compensate", "reason": "lost"]
        let event = try Event(json: stored)
        #expect(event == .toolCallInDoubt(.init(callID: "r1", policy: .compensate, reason: "lost")))
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        try fold.dispatch("r1")
        try fold.apply(event)
        #expect(try fold.settle().tools.first?.phase == .inDoubt(.compensate, attempts: 1))
    }

    @Test func theCallsOfAStepPauseEachForItself() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund("a"), .refund("b"))
        try fold.dispatch("a")
        try fold.dispatch("b")
        for (id, seconds) in [("a", 10), ("b", 20)] {
            let settlesAt = fold.now.advanced(by: .seconds(seconds))
            try fold.apply(
                .toolCallInDoubt(.init(callID: id, policy: .compensate, reason: "lost", settlesAt: settlesAt)))
        }
        #expect(try fold.settle().isWait)
        try fold.rest(.seconds(10))
        #expect(try fold.settle().tools.map(\.call.id) == ["a"])
        try fold.apply(.toolCallResolved(.init(callID: "a", resolution: .compensated, by: "runtime")))
        #expect(try fold.settle().isWait)
        try fold.rest(.seconds(10))
        #expect(try fold.settle().tools.map(\.call.id) == ["b"])
    }

    @Test func onlyADoubtPauses() throws {
        var fold = try Fold(agent: .sample())
        try fold.answer(calls: .refund())
        try fold.dispatch("r1")
        let wait = Wait(
            id: WaitID(rawValue: "wait_1"), kind: .timer, question: "", callID: "r1",
            expires: fold.now.advanced(by: .seconds(1)))
        #expect(throws: JournalError.self) { try fold.apply(.waitOpened(wait)) }
    }

    @Test func aPauseForACallIsNoneForAModel() throws {
        var fold = try Fold(agent: .sample(limits: ExecutionLimits(maxModelPauses: 1)))
        try fold.answer(calls: .refund())
        try fold.dispatch("r1")
        try fold.takeOver { _ in .compensate }
        _ = try fold.settle()
        try fold.rest(.seconds(60))
        _ = try fold.settle()
        try fold.apply(self.resolved(.compensated))
        try fold.apply(
            .modelCallFailed(
                .init(step: 2, failure: ModelFailure(.overloaded, message: "busy"), userMessage: "Not now.")))
        #expect(try fold.settle().isWait)
        #expect(fold.execution.waits.map(\.kind) == [.timer] && fold.execution.waits[0].callID == nil)
    }
}
