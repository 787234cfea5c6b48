import BelayCore
import BelayResilience
import BelayTesting
import BelayTools
import Logging
import Testing

@testable import BelayRuntime

/// Executions that no node can drive: each ends, and says why.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeStrandedTests {
    private static let other = Agent("other", version: "1", instructions: "Help.")

    /// Passes the time until the execution has ended, always to the next moment when somebody tries it.
    ///
    /// - Returns: The pauses between the tries, in seconds.
    private func pass(_ bench: Bench, until id: ExecutionID) async throws -> [Int64] {
        try await self.pass(bench) { try await bench.store.head(of: id)?.ended != nil }
    }

    private func pass(_ bench: Bench, until isOver: () async throws -> Bool) async throws -> [Int64] {
        var pauses: [Int64] = []
        while true {
            let now = bench.wallClock.now
            let due = try await bench.store.nextDue()
            // Asked afterwards: what is due when it is over, such as a wait's end, has to stay in the future.
            if try await isOver() { return pauses }
            // A lease that is held would look like a pause of its length.
            if let due, due > now.advanced(by: RuntimeOptions.quick.lease) {
                pauses.append(now.duration(to: due).milliseconds / 1_000)
                bench.wallClock.advance(by: now.duration(to: due))
            }
            await Task.yield()
        }
    }

    @Test(arguments: Bench.Kind.allCases) func anUnknownAgentIsWaitedForAndThenGivenUp(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let id = try await bench.runtime(ScriptedModel([])).begin()
        let log = RecordedLog()
        var options = RuntimeOptions.quick
        options.patience = .seconds(1_000)
        let runtime = Runtime(
            store: bench.store, gateway: ScriptedModel([]), options: options, logger: log.logger,
            clock: bench.clock, wallClock: bench.wallClock)
        try runtime.register(Self.other)
        runtime.runInBackground()
        let pauses = try await self.pass(bench, until: id)
        let outcome = try await runtime.outcome(of: id)
        await runtime.shutdown()
        #expect(pauses == [30, 30, 60, 120, 240, 300, 220])
        #expect(outcome.failure?.code == "agent_unknown")
        #expect(outcome.failure?.message == "No node knew the agent support (version 1) for 1000 s.")
        try await bench.journal(id).require(exactly: .accepted, .failed)
        #expect(log.messages(.warning) == ["no such agent here; the execution stays for a node that has it"])
        #expect(log.messages(.error) == ["an execution that can't be driven failed"])
    }

    @Test func whatWaitedLongIsNotGivenUpAtOnce() async throws {
        let bench = try Bench()
        let asked = try await bench.run(ScriptedModel([.call("ask_user", ["question": "Which?"], id: "q")])) {
            try await $0.outcome(of: try await $0.begin())
        }
        let expiry = try #require(asked.waits.first?.wait.expires)
        bench.wallClock.advance(by: bench.wallClock.now.duration(to: expiry))
        try await bench.run(ScriptedModel([]), Self.other) { _ in
            while try await bench.store.nextDue() != expiry.advanced(by: .seconds(30)), !Task.isCancelled {
                await Task.yield()
            }
        }
        let outcome = try await bench.run(ScriptedModel([.text("Never mind.")])) { runtime in
            bench.wallClock.advance(by: .seconds(30))
            while try await bench.store.head(of: asked.head.id)?.ended == nil, !Task.isCancelled { await Task.yield() }
            return try await runtime.outcome(of: asked.head.id)
        }
        #expect(outcome.output == "Never mind.")
    }

    @Test func whatLayStillForDaysIsNotGivenUpByTheFirstThatCantDriveIt() async throws {
        let bench = try Bench()
        let id = try await bench.runtime(ScriptedModel([])).begin()
        bench.wallClock.advance(by: .seconds(3 * 86_400))
        let due = bench.wallClock.now.advanced(by: .seconds(30))
        try await bench.run(ScriptedModel([]), Self.other) { _ in
            while try await bench.store.nextDue() != due, !Task.isCancelled { await Task.yield() }
        }
        #expect(try await bench.store.head(of: id)?.ended == nil)
    }

    @Test func whatNobodyKnowsCanBeCancelled() async throws {
        let bench = try Bench()
        let id = try await bench.runtime(ScriptedModel([])).begin()
        let outcome = try await bench.run(ScriptedModel([]), Self.other) { runtime in
            while try await bench.store.nextDue() != bench.wallClock.now.advanced(by: .seconds(30)) {
                await Task.yield()
            }
            try await runtime.cancel(id, by: "ada")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.isCancelled)
    }

    @Test(arguments: [true, false]) func eachEndIsLogged(isCancelled: Bool) async throws {
        let bench = try Bench()
        let id = try await bench.runtime(ScriptedModel([])).begin()
        let log = RecordedLog()
        var options = RuntimeOptions.quick
        options.patience = isCancelled ? .seconds(1_000) : .zero
        let runtime = Runtime(
            store: bench.store, gateway: ScriptedModel([]), options: options, logger: log.logger,
            clock: bench.clock, wallClock: bench.wallClock)
        try runtime.register(Self.other)
        if isCancelled { try await runtime.cancel(id, by: "ada") }
        runtime.runInBackground()
        #expect(try await runtime.outcome(of: id).isCancelled == isCancelled)
        await runtime.shutdown()
        #expect(log.messages(.info) == ["an execution ended"])
        #expect(log.messages(.error).count == (isCancelled ? 0 : 1))
    }

    @Test(arguments: Bench.Kind.allCases) func aJournalThatCantBeFails(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let id = try await bench.runtime(ScriptedModel([])).begin(session: "s")
        let lease = try #require(
            try await bench.store.claim(by: NodeID(rawValue: "node_x"), limit: 1, for: .seconds(1)).first)
        var head = try #require(try await bench.store.head(of: id))
        head.sequence = 2
        head.state = .thinking
        let lie = Event.toolCallSucceeded(.init(callID: "nobody", output: "", milliseconds: 1))
        _ = try await bench.store.append(
            Transition(
                lease: lease, expectedSequence: 1, events: [lie], head: head,
                after: .release(wakeAt: bench.wallClock.now)))
        let log = RecordedLog()
        let model = ScriptedModel([.text("Hi."), .text("Hi again.")])
        let runtime = Runtime(
            store: bench.store, gateway: model, options: .quick, logger: log.logger, clock: bench.clock,
            wallClock: bench.wallClock)
        try runtime.register(Agent.support())
        runtime.runInBackground()
        let ids = [try await runtime.begin("Later", session: "s"), try await runtime.begin("Last", session: "s")]
        let outcome = try await runtime.outcome(of: id)
        var outputs: [String?] = []
        for id in ids { outputs.append(try await runtime.outcome(of: id).output) }
        await runtime.shutdown()
        #expect(outcome.failure?.code == "journal_damaged" && outcome.head.reason == .error)
        #expect(outcome.failure?.message.contains("event 2 (toolCallSucceeded)") == true)
        try await bench.journal(id).require(exactly: .accepted, .toolCallSucceeded, .failed)
        // Later tasks of the session go on without it.
        #expect(outputs == ["Hi.", "Hi again."])
        let warning = "an earlier execution of the session can't be read; the task goes on without what was said in it"
        #expect(log.messages(.warning) == [warning, warning])
        #expect(model.calls.last?.request.messages.map(\.text) == ["Later", "Hi.", "Last"])
    }

    @Test(arguments: Bench.Kind.allCases) func anEventThatCantBeReadFails(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let store = FaultyStore(bench.store) { _, _ in nil }
        store.beforeReading { throw StoreError.corrupt("event 1 is not JSON") }
        let outcome = try await bench.run(ScriptedModel([]), store: store) { runtime in
            let id = try await runtime.begin()
            while try await bench.store.head(of: id)?.ended == nil, !Task.isCancelled { await Task.yield() }
            return try await runtime.standing(of: id)
        }
        #expect(outcome?.failure?.code == "journal_damaged")
        #expect(outcome?.failure?.message == "Its journal can't be read: event 1 is not JSON.")
    }

    /// A store at which the driver fails as soon as a model has answered.
    private static func defective(_ base: any ExecutionStore) -> FaultyStore {
        FaultyStore(base) { _, transition in
            transition.events.contains { $0.name == .modelAnswered } ? .defect : nil
        }
    }

    @Test func aDriverThatFailsAgainAndAgainEndsTheExecution() async throws {
        let bench = try Bench()
        let log = RecordedLog()
        let runtime = Runtime(
            store: Self.defective(bench.store), gateway: ScriptedModel(Array(repeating: .text("Hi."), count: 9)),
            options: .quick, logger: log.logger, clock: bench.clock,
            wallClock: bench.wallClock)
        try runtime.register(Agent.support())
        let id = try await runtime.begin()
        runtime.runInBackground()
        let pauses = try await self.pass(bench, until: id)
        let failure = try await runtime.outcome(of: id).failure
        await runtime.shutdown()
        #expect(pauses == [30, 60, 120, 240])
        #expect(failure?.code == "driver_failed")
        #expect(
            failure?.message.hasPrefix("It could not be driven in 5 attempts: ") == true, "\(failure?.message ?? "")")
        #expect(log.messages(.error).count == 5)
    }

    /// The effect was sent, and no driver comes so far as to say what became of it.
    @Test(arguments: Bench.Kind.allCases) func whatWasSentIsInDoubtWhenTheDriverIsGivenUp(
        kind: Bench.Kind
    ) async throws {
        let bench = try Bench(kind)
        let deeds = Deeds()
        let store = FaultyStore(bench.store) { _, transition in
            transition.events.contains { $0.name == .toolCallSucceeded || $0.name == .toolCallInDoubt } ? .defect : nil
        }
        let runtime = try bench.runtime(
            ScriptedModel([.call("create_refund", ["amount": 5], id: "r1")]), .support([.refund(deeds)]), store: store)
        let id = try await runtime.begin()
        runtime.runInBackground()
        let pauses = try await self.pass(bench, until: id)
        let outcome = try await runtime.outcome(of: id)
        await runtime.shutdown()
        #expect(pauses == [30, 60, 120, 240] && deeds.count == 1)
        #expect(outcome.failure?.code == "driver_failed")
        let journal = try await bench.journal(id)
        try journal.requireSound()
        try journal.require(
            exactly: .accepted, .modelCallPlanned, .modelAnswered, .toolCallDispatched, .toolCallFailed, .failed)
        let failure = journal.entries.compactMap { entry -> ToolFailure? in
            if case .toolCallFailed(let failed) = entry.event { failed.failure } else { nil }
        }
        #expect(failure.map(\.mayHaveHappened) == [true])
    }

    @Test func aDriverThatWorkedIsAsGoodAsNew() async throws {
        let bench = try Bench()
        // Four failures, a wait, and four more.
        let answers = Locked(0)
        let store = FaultyStore(bench.store) { _, transition in
            guard transition.events.contains(where: { $0.name == .modelAnswered }) else { return nil }
            let answer = answers.withLock { answers in
                answers += 1
                return answers
            }
            return answer % 5 == 0 ? nil : .defect
        }
        let model = ScriptedModel { call in
            call.request.messages.contains { $0.role == .tool }
                ? .text("Hi.") : .call("ask_user", ["question": "Which?"], id: "q")
        }
        let runtime = try bench.runtime(model, store: store)
        let id = try await runtime.begin()
        runtime.runInBackground()
        let waiting = try await self.pass(bench) { try await bench.store.head(of: id)?.state == .waiting }
        let asked = try await runtime.outcome(of: id)
        let wait = try #require(asked.waits.first)
        _ = try await runtime.answer(wait.wait.id, with: ["text": "A-1"], by: "ada")
        let ending = try await self.pass(bench, until: id)
        let outcome = try await runtime.outcome(of: id)
        await runtime.shutdown()
        #expect(waiting == [30, 60, 120, 240] && ending == waiting)
        #expect(outcome.output == "Hi.")
    }

    @Test func aStoreThatFailedEndsTheRuntime() async throws {
        let bench = try Bench()
        let log = RecordedLog()
        let store = FaultyStore(bench.store) { _, _ in .failed }
        let runtime = Runtime(
            store: store, gateway: ScriptedModel([.text("Hi.")]), options: .quick, logger: log.logger,
            clock: bench.clock, wallClock: bench.wallClock)
        try runtime.register(Agent.support())
        _ = try await runtime.begin()
        runtime.runInBackground()
        await #expect(throws: StoreError.failed("as the test says")) { try await runtime.untilStopped() }
        await runtime.shutdown()
        #expect(log.messages(.critical) == ["the store has failed; nothing is driven here any more"])
    }
}
