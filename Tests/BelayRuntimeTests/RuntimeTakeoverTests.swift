import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

/// A node that dies, and the one that comes after it.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeTakeoverTests {
    /// One refund, then words: whatever the node, the conversation says what comes next.
    private static func model() -> ScriptedModel {
        ScriptedModel { call in
            switch call.request.messages.last?.role {
            case .tool?: .text("Done.")
            default: .call("create_refund", ["amount": 5], id: "r1")
            }
        }
    }

    /// Runs until the store dies, then lets the lease run out.
    private func die(
        _ bench: Bench, _ agent: Agent, _ fault: @escaping @Sendable (Int, Transition) -> FaultyStore.Fault?
    ) async throws -> (id: ExecutionID, died: Bool) {
        let store = FaultyStore(bench.store, fault)
        let runtime = try bench.runtime(Self.model(), agent, store: store)
        let id = try await runtime.begin()
        runtime.runInBackground()
        while !store.isDead, try await bench.store.head(of: id)?.ended == nil, !Task.isCancelled { await Task.yield() }
        await runtime.shutdown()
        bench.wallClock.advance(by: .seconds(11))
        return (id, store.isDead)
    }

    private static let resultIsLost: @Sendable (Int, Transition) -> FaultyStore.Fault? = { _, transition in
        transition.events.contains { $0.name == .toolCallSucceeded } ? .deathBefore : nil
    }

    @Test(arguments: Bench.Kind.allCases) func anEffectInDoubtIsAPersonsToSettle(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let deeds = Deeds()
        let agent = Agent.support([.refund(deeds)])
        let (id, died) = try await self.die(bench, agent, Self.resultIsLost)
        #expect(died && deeds.count == 1)
        let outcome = try await bench.run(Self.model(), agent) { runtime in
            let waiting = try await runtime.outcome(of: id)
            let wait = try #require(waiting.waits.first)
            #expect(wait.wait.kind == .resolution)
            _ = try await runtime.answer(wait.wait.id, with: ["resolution": "happened"], by: "grace")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.count == 1)
        let journal = try await bench.journal(id)
        try journal.requireSound()
        try journal.require(inOrder: .toolCallDispatched, .toolCallInDoubt, .waitOpened, .waitAnswered, .completed)
    }

    /// The store gives no answer and writes later, when nobody counts on it any more.
    @Test(arguments: Bench.Kind.allCases, [Event.Name.attemptFailed, .toolCallSucceeded, .waitOpened, .completed])
    func aCommitThatComesLateCountsOnce(kind: Bench.Kind, of name: Event.Name) async throws {
        let bench = try Bench(kind)
        let deeds = Deeds()
        let isFirst = Locked(true)
        let store = FaultyStore(bench.store) { _, transition in
            guard transition.events.contains(where: { $0.name == name }) else { return nil }
            return isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            } ? .unavailableLate : nil
        }
        let failure = ModelFailure(.overloaded, message: "busy")
        let model = ScriptedModel([.failure(failure), .call("create_refund", ["amount": 5], id: "r1"), .text("Done.")])
        let log = RecordedLog()
        let runtime = Runtime(
            store: store, gateway: model, options: .quick, logger: log.logger, clock: bench.clock,
            wallClock: bench.wallClock)
        try runtime.register(Agent.support([.refund(deeds)]))
        let id = try await runtime.begin()
        runtime.runInBackground()
        while try await bench.store.head(of: id)?.ended == nil {
            let now = bench.wallClock.now
            // The pause after the failure; a lease lasts longer.
            if let due = try await bench.store.nextDue(), due > now, due <= now.advanced(by: .seconds(5)) {
                bench.wallClock.advance(by: now.duration(to: due))
            }
            await Task.yield()
        }
        let outcome = try await runtime.outcome(of: id)
        await runtime.shutdown()
        #expect(outcome.output == "Done." && deeds.count == 1)
        let journal = try await bench.journal(id)
        try journal.requireSound()
        #expect(journal.count(.attemptFailed) == 1 && journal.count(.toolCallSucceeded) == 1)
        #expect(journal.count(.waitOpened) == 1 && journal.count(.modelCallFailed) == 1)
        // Neither a defect nor another node.
        #expect(log.messages(.error).count == 1 && log.messages(.notice) == ["can write to journals again"])
    }

    @Test(arguments: Bench.Kind.allCases) func anIdempotentEffectIsSentAgainWithItsKey(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let deeds = Deeds()
        let agent = Agent.support([.refund(deeds, effect: .idempotent)])
        let (id, _) = try await self.die(bench, agent, Self.resultIsLost)
        let outcome = try await bench.run(Self.model(), agent) { try await $0.outcome(of: id) }
        #expect(outcome.output == "Done." && deeds.count == 2 && deeds.keys.count == 1)
        let journal = try await bench.journal(id)
        try journal.requireSound()
        #expect(journal.count(.toolCallDispatched) == 2)
    }

    @Test(arguments: [true, false]) func aProbeFindsOut(happened: Bool) async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let probes = Deeds()
        let tool = Tool.refund(
            deeds, inDoubt: .probe, timeout: .seconds(5),
            probe: { invocation in
                probes.add(invocation)
                return happened ? "refunded 5" : nil
            })
        let (id, _) = try await self.die(bench, .support([tool]), Self.resultIsLost)
        let outcome = try await bench.run(Self.model(), .support([tool])) { try await $0.outcome(of: id) }
        #expect(outcome.output == "Done." && deeds.count == 1 && probes.keys == deeds.keys)
        try await bench.journal(id).require(inOrder: .toolCallInDoubt, .toolCallResolved, .completed)
    }

    @Test func aProbesResultThatIsCutSaysSo() async throws {
        let bench = try Bench()
        let tool = Tool.refund(Deeds(), inDoubt: .probe, probe: { _ in String(repeating: "x", count: 40_000) })
        let (id, _) = try await self.die(bench, .support([tool]), Self.resultIsLost)
        _ = try await bench.run(Self.model(), .support([tool])) { try await $0.outcome(of: id) }
        let journal = try await bench.journal(id)
        try journal.requireSound()
        try journal.require(inOrder: .toolCallInDoubt, .outputTruncated, .toolCallResolved, .completed)
    }

    @Test func aCompensationUndoes() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let undone = Deeds()
        let tool = Tool.refund(
            deeds, effect: .compensatable, timeout: .seconds(5), compensate: { undone.add($0) })
        let (id, _) = try await self.die(bench, .support([tool]), Self.resultIsLost)
        _ = try await bench.run(Self.model(), .support([tool])) { try await $0.outcome(of: id) }
        #expect(deeds.count == 1 && undone.keys == deeds.keys)
        try await bench.journal(id).require(inOrder: .toolCallInDoubt, .toolCallResolved, .completed)
    }

    /// The node dies before or after its nth write; another one goes on.
    @Test(arguments: Bench.Kind.allCases, [FaultyStore.Fault.deathBefore, .deathAfter])
    func diesBetweenAnyTwoWrites(kind: Bench.Kind, fault: FaultyStore.Fault) async throws {
        for number in 1...8 {
            let bench = try Bench(kind)
            let deeds = Deeds()
            let agent = Agent.support([.refund(deeds, approval: .always)])
            let (id, _) = try await self.die(bench, agent) { append, transition in
                append == number ? fault : nil
            } answering: { wait in
                ["decision": "approve"]
            }
            try await self.finish(bench, agent, id)
            #expect(deeds.count <= 1, "write \(number): the effect happened \(deeds.count) times")
            let journal = try await bench.journal(id)
            try journal.requireSound()
            #expect(journal.count(.completed) == 1, "write \(number):\n\(journal)")
        }
    }

    /// Answers what is asked until the execution ends.
    private func finish(_ bench: Bench, _ agent: Agent, _ id: ExecutionID) async throws {
        try await bench.run(Self.model(), agent) { runtime in
            while case .waiting(let waits, _) = try await runtime.outcome(of: id) {
                for wait in waits {
                    _ = try await runtime.answer(
                        wait.wait.id,
                        with: wait.wait.kind == .approval ? ["decision": "approve"] : ["resolution": "did_not_happen"],
                        by: "grace")
                }
            }
        }
    }

    /// As above, with a person who answers whatever the dying node asks.
    private func die(
        _ bench: Bench, _ agent: Agent, _ fault: @escaping @Sendable (Int, Transition) -> FaultyStore.Fault?,
        answering answer: (WaitRecord) -> JSON
    ) async throws -> (id: ExecutionID, died: Bool) {
        let store = FaultyStore(bench.store, fault)
        let runtime = try bench.runtime(Self.model(), agent, store: store)
        let id = try await runtime.begin()
        runtime.runInBackground()
        while !store.isDead, try await bench.store.head(of: id)?.ended == nil {
            for wait in try await bench.store.waits(WaitFilter(execution: id), after: nil, limit: 9).items {
                do {
                    _ = try await runtime.answer(wait.wait.id, with: answer(wait), by: "grace")
                } catch let error as RequestError where error.code == .waitClosed || error.code == .storeUnavailable {}
            }
            await Task.yield()
        }
        await runtime.shutdown()
        bench.wallClock.advance(by: .seconds(11))
        return (id, store.isDead)
    }

    @Test(arguments: [FaultyStore.Fault.busy, .unavailableBefore, .unavailableAfter])
    func aStoreThatFailsOnceCostsNothing(fault: FaultyStore.Fault) async throws {
        for number in 1...5 {
            let bench = try Bench()
            let deeds = Deeds()
            let agent = Agent.support([.refund(deeds)])
            let store = FaultyStore(bench.store) { append, _ in append == number ? fault : nil }
            let outcome = try await bench.run(Self.model(), agent, store: store) { runtime in
                try await runtime.outcome(of: try await runtime.begin())
            }
            #expect(outcome.output == "Done." && deeds.count == 1)
            let journal = try await bench.journal(outcome.head.id)
            try journal.requireSound()
            try journal.require(
                exactly: .accepted, .modelCallPlanned, .modelAnswered, .toolCallDispatched, .toolCallSucceeded,
                .modelCallPlanned, .modelAnswered, .completed)
        }
    }

    @Test(arguments: Bench.Kind.allCases) func aLostLeaseStopsItsDriver(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let begun = Interruption()
        let stopped = Interruption()
        let agent = Agent.support([
            .check { _ in
                begun.fire()
                defer { stopped.fire() }
                try await Task.sleep(for: .seconds(3_600))
                return "never"
            }
        ])
        var options = RuntimeOptions.quick
        options.lease = .milliseconds(60)
        let model = ScriptedModel([.call("check_order", ["number": "A-1"], id: "c1")])
        try await bench.run(model, agent, options: options) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            var thief: Lease?
            while thief == nil {
                bench.wallClock.advance(by: .seconds(1))
                thief = try await bench.store.claim(by: NodeID(rawValue: "node_thief"), limit: 1, for: .seconds(60))
                    .first
            }
            await stopped.wait()
            #expect(thief?.execution == id)
            let journal = try await bench.journal(id)
            try journal.require(exactly: .accepted, .modelCallPlanned, .modelAnswered)
        }
    }

    @Test func aSlowLookForCancelsDelaysNoRenewal() async throws {
        let bench = try Bench()
        let store = FaultyStore(bench.store) { _, _ in nil }
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
        var options = RuntimeOptions.quick
        options.lease = .milliseconds(60)
        let model = ScriptedModel([.call("check_order", ["number": "A-1"], id: "c1"), .text("Done.")])
        let outcome = try await bench.run(model, agent, store: store, options: options) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            store.beforeReading {
                isLooking.fire()
                await mayGoOn.wait()
            }
            await isLooking.wait()
            let renewals = store.renewals
            while store.renewals < renewals + 3, !Task.isCancelled { await Task.yield() }
            mayGoOn.fire()
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.output == "Done.")
    }

    @Test func aNodeMayTakeOverFromItself() async throws {
        let bench = try Bench()
        let calls = Deeds()
        let begun = Interruption()
        let tool = Tool.refund(calls, effect: .readOnly) { _ in
            if calls.count == 1 {
                begun.fire()
                try await Task.sleep(for: .seconds(3_600))
            }
            return "found"
        }
        var options = RuntimeOptions.quick
        options.lease = .seconds(3_600)  // Renewed at a third, so that no renewal comes before the claim.
        let outcome = try await bench.run(Self.model(), .support([tool]), options: options) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            bench.wallClock.advance(by: .seconds(3_601))
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.output == "Done.")
        let journal = try await bench.journal(outcome.head.id)
        #expect(calls.count == 2, "\(journal)")
        try journal.requireSound()
    }

    @Test func twoRuntimesOverOneFileShareTheWork() async throws {
        let bench = try Bench(.sqlite)
        let both = Meeting(of: 2)
        let agent = Agent.support([.check { _ in await both.arrive() ? "met" : "alone" }])
        var options = RuntimeOptions.quick
        options.concurrency = 1
        let model = ScriptedModel { call in
            call.request.messages.last?.role == .tool
                ? .text("Done.") : .call("check_order", ["number": "A-1"], id: "c1")
        }
        // One execution a node: the two tools meet only if each node took one.
        try await bench.run(model, agent, options: options) { first in
            try await bench.run(model, agent, store: try bench.secondStore(), options: options) { second in
                var ids: [ExecutionID] = []
                for _ in 0..<20 { ids.append(try await first.begin()) }
                for id in ids {
                    #expect(try await second.outcome(of: id).output == "Done.")
                    try await bench.journal(id).requireSound()
                }
            }
        }
    }
}
