import BelayCore
import BelayTesting
import BelayTools
import Logging
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct RuntimeStopTests {
    @Test(arguments: Bench.Kind.allCases) func runningToolsFinishAndTheRestGoesBack(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let deeds = Deeds()
        let begun = Interruption()
        let gate = Interruption()
        let agent = Agent.support([
            .refund(deeds) { _ in
                begun.fire()
                await gate.wait()
                return "refunded"
            }
        ])
        let runtime = try bench.runtime(ScriptedModel([.call("create_refund", ["amount": 5], id: "r1")]), agent)
        let id = try await runtime.begin()
        runtime.runInBackground()
        await begun.wait()
        runtime.stop()
        let waiting = try await runtime.begin("Later")
        gate.fire()
        await runtime.shutdown()
        try await bench.journal(id).require(
            exactly: .accepted, .modelCallPlanned, .modelAnswered, .toolCallDispatched, .toolCallSucceeded)
        #expect(try await bench.journal(waiting).entries.count == 1)
        let next = ScriptedModel([.text("Done."), .text("Done.")])
        let outputs = try await bench.run(next, agent) { runtime in
            [try await runtime.outcome(of: id).output, try await runtime.outcome(of: waiting).output]
        }
        #expect(outputs == ["Done.", "Done."])
        #expect(deeds.count == 1)
    }

    @Test func whatWaitsForAPersonIsNotDueAfterAStop() async throws {
        let bench = try Bench()
        let begun = Interruption()
        let gate = Interruption()
        let agent = Agent.support([
            .refund(Deeds(), approval: .always),
            .check { _ in
                begun.fire()
                await gate.wait()
                return "in transit"
            },
        ])
        let calls = [
            ToolCall(id: "r1", name: "create_refund", arguments: #"{"amount": 5}"#),
            ToolCall(id: "c1", name: "check_order", arguments: #"{"number": "A-1"}"#),
        ]
        let runtime = try bench.runtime(ScriptedModel([.calls(calls)]), agent)
        let id = try await runtime.begin()
        runtime.runInBackground()
        await begun.wait()
        runtime.stop()
        gate.fire()
        await runtime.shutdown()
        let wait = try #require(
            try await bench.store.waits(WaitFilter(execution: id), after: nil, limit: 9).items.first)
        #expect(try await bench.store.nextDue() == wait.wait.expires)
    }

    @Test func patienceHasAnEnd() async throws {
        let bench = try Bench()
        let begun = Interruption()
        let agent = Agent.support([
            .refund(Deeds()) { _ in
                begun.fire()
                try await Task.sleep(for: .seconds(3_600))
                return "never"
            }
        ])
        var options = RuntimeOptions.quick
        options.drain = .milliseconds(20)
        let model = ScriptedModel([.call("create_refund", ["amount": 5], id: "r1")])
        let runtime = try bench.runtime(model, agent, options: options)
        let id = try await runtime.begin()
        runtime.runInBackground()
        await begun.wait()
        await runtime.shutdown()
        try await bench.journal(id).require(inOrder: .toolCallDispatched, .toolCallInDoubt)
        let waiting = try await bench.run(ScriptedModel([]), agent) { try await $0.outcome(of: id) }
        #expect(waiting.waits.first?.wait.kind == .resolution)
    }

    @Test func whatWasNotSentIsTakenBackWithoutDoubt() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let begun = Interruption()
        let agent = Agent.support([
            .refund(deeds) { _ in
                if deeds.count > 1 { return "refunded" }
                begun.fire()
                try await Task.sleep(for: .seconds(3_600))
                return "never"
            }
        ])
        var options = RuntimeOptions.quick
        options.drain = .milliseconds(20)
        options.parallelTools = 1
        let model = ScriptedModel([
            .calls(["r1", "r2"].map { ToolCall(id: $0, name: "create_refund", arguments: #"{"amount": 5}"#) })
        ])
        let runtime = try bench.runtime(model, agent, options: options)
        let id = try await runtime.begin()
        runtime.runInBackground()
        await begun.wait()
        await runtime.shutdown()
        var journal = try await bench.journal(id)
        try journal.require(inOrder: .toolCallDispatched, .toolCallDispatched, .toolCallInDoubt, .toolCallResolved)
        #expect(journal.count(.toolCallInDoubt) == 1 && deeds.all.map(\.callID) == ["r1"])
        let waiting = try await bench.run(ScriptedModel([]), agent) { try await $0.outcome(of: id) }
        #expect(waiting.waits.map(\.wait.callID) == ["r1"] && deeds.all.map(\.callID) == ["r1", "r2"])
        journal = try await bench.journal(id)
        let attempts = journal.entries.compactMap { entry -> String? in
            if case .toolCallDispatched(let sent) = entry.event { "\(sent.callID) \(sent.attempt)" } else { nil }
        }
        #expect(attempts == ["r1 1", "r2 1", "r2 1"])
        try journal.requireSound()
    }

    @Test func aRepetitionThatWasNotSentIsNoAttempt() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let agent = Agent.support([.refund(deeds, effect: .idempotent)])
        let model = ScriptedModel([.call("create_refund", ["amount": 5], id: "r1")])
        let store = FaultyStore(bench.store) { _, transition in
            transition.events.contains { $0.name == .toolCallSucceeded } ? .deathBefore : nil
        }
        let first = try bench.runtime(model, agent, store: store)
        let id = try await first.begin()
        first.runInBackground()
        while !store.isDead, !Task.isCancelled { await Task.yield() }
        await first.shutdown()
        // The next node stops while it still gives the key some time.
        bench.wallClock.advance(by: .seconds(11))
        let clock = ManualClock()
        let second = Runtime(
            store: bench.store, gateway: model, options: .quick,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock, wallClock: bench.wallClock)
        try second.register(agent)
        second.runInBackground()
        while try await bench.journal(id).count(.toolCallDispatched) < 2, !Task.isCancelled { await Task.yield() }
        second.stop()
        second.node.interrupt(id)
        await second.shutdown()
        let journal = try await bench.journal(id)
        try journal.require(inOrder: .toolCallInDoubt, .toolCallResolved, .toolCallDispatched, .toolCallResolved)
        #expect(journal.count(.toolCallInDoubt) == 1 && deeds.count == 1, "\(journal)")
    }

    /// Whoever cancels the task waits for nothing, and loses nothing either.
    @Test(arguments: [true, false]) func aCancelledRunGivesItsLeasesBack(isInTool: Bool) async throws {
        let bench = try Bench()
        let begun = Interruption()
        let agent = Agent.support([
            .refund(Deeds()) { _ in
                begun.fire()
                try await Task.sleep(for: .seconds(3_600))
                return "never"
            }
        ])
        let model = ScriptedModel { _ in
            if isInTool { return .call("create_refund", ["amount": 5], id: "r1") }
            begun.fire()
            return .silence
        }
        var options = RuntimeOptions.quick
        options.drain = .seconds(3_600)
        let store = FaultyStore(bench.store) { _, _ in nil }
        let runtime = try bench.runtime(model, agent, store: store, options: options)
        let id = try await runtime.begin()
        let running = Task { await runtime.run() }
        await begun.wait()
        running.cancel()
        await running.value
        let journal = try await bench.journal(id)
        #expect(journal.count(.toolCallInDoubt) == (isInTool ? 1 : 0), "\(journal)")
        // No lease has to run out first.
        let claimed = try await bench.store.claim(by: NodeID(rawValue: "node_next"), limit: 9, for: .seconds(1))
        #expect(claimed.map(\.execution) == [id])
    }

    @Test func anOrdinaryStopIsNoTrouble() async throws {
        let bench = try Bench()
        let log = RecordedLog()
        let begun = Interruption()
        let isLooking = Interruption()
        let mayGoOn = Interruption()
        let agent = Agent.support([
            .check { _ in
                begun.fire()
                await mayGoOn.wait()
                return "in transit"
            }
        ])
        let store = FaultyStore(bench.store) { _, _ in nil }
        var options = RuntimeOptions.quick
        options.lease = .milliseconds(60)
        let runtime = Runtime(
            store: store,
            gateway: ScriptedModel([.call("check_order", ["number": "A-1"], id: "c1"), .text("Done.")]),
            options: options, logger: log.logger, clock: bench.clock,
            wallClock: bench.wallClock)
        try runtime.register(agent)
        let id = try await runtime.begin()
        runtime.runInBackground()
        await begun.wait()
        // The node looks for cancel requests when it stops.
        store.beforeReading {
            isLooking.fire()
            try await Task.sleep(for: .seconds(3_600))
        }
        await isLooking.wait()
        runtime.stop()
        mayGoOn.fire()
        await runtime.shutdown()
        #expect(log.messages(.error).isEmpty && log.messages(.warning).isEmpty)
        try await bench.journal(id).requireSound()
    }

    @Test func aModelCallIsGivenUpWithoutATrace() async throws {
        let bench = try Bench()
        let begun = Interruption()
        var options = RuntimeOptions.quick
        options.drain = .milliseconds(20)
        let model = ScriptedModel { _ in
            begun.fire()
            return .silence
        }
        let runtime = try bench.runtime(model, options: options)
        let id = try await runtime.begin()
        runtime.runInBackground()
        await begun.wait()
        await runtime.shutdown()
        let outcome = try await bench.run(ScriptedModel([.text("Hello.")])) { try await $0.outcome(of: id) }
        #expect(outcome.output == "Hello." && outcome.head.steps == 1)
        try await bench.journal(id).requireSound()
    }
}
