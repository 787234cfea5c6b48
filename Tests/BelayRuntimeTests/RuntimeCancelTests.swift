import BelayCore
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

/// Cancelled while something hangs: it ends at once, not when the work would have.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeCancelTests {
    private static func hang<Argument>(_ begun: Interruption) -> @Sendable (Argument) async throws -> String {
        { _ in
            begun.fire()
            try await Task.sleep(for: .seconds(3_600))
            return "never"
        }
    }

    @Test(arguments: Bench.Kind.allCases) func aHangingEffectIsInDoubt(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let deeds = Deeds()
        let begun = Interruption()
        let agent = Agent.support([.refund(deeds, Self.hang(begun))])
        let model = ScriptedModel([.call("create_refund", ["amount": 5], id: "r1")])
        let outcome = try await bench.run(model, agent) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            try await runtime.cancel(id, by: "ada")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.isCancelled && outcome.head.reason == .cancelled)
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        try journal.require(
            inOrder: .toolCallDispatched, .cancelRequested, .toolCallInDoubt, .toolCallFailed, .cancelled)
    }

    @Test(arguments: Bench.Kind.allCases) func aHangingReadIsNotMade(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let begun = Interruption()
        let agent = Agent.support([.check(Self.hang(begun))])
        let model = ScriptedModel([.call("check_order", ["number": "A-1"], id: "c1")])
        let outcome = try await bench.run(model, agent) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            try await runtime.cancel(id, by: "ada")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.isCancelled)
        try await bench.journal(outcome.head.id).require(
            exactly: .accepted, .modelCallPlanned, .modelAnswered, .cancelRequested, .toolCallDenied, .cancelled)
    }

    @Test(arguments: Bench.Kind.allCases) func aHangingModelIsLeft(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let begun = Interruption()
        let model = ScriptedModel { _ in
            begun.fire()
            return .silence
        }
        let outcome = try await bench.run(model) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            try await runtime.cancel(id, by: "ada")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.isCancelled && outcome.head.steps == 0)
        try await bench.journal(outcome.head.id).requireSound()
    }

    @Test func whatTheProviderReportedOfACancelledCallIsJournalled() async throws {
        let bench = try Bench()
        let gateway = BilledGateway()
        let outcome = try await bench.run(gateway) { runtime in
            let id = try await runtime.begin()
            await gateway.begun.wait()
            try await runtime.cancel(id, by: "ada")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.isCancelled)
        #expect(outcome.head.usage == BilledGateway.usage && outcome.head.cost == BilledGateway.cost)
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        try journal.require(exactly: .accepted, .modelCallPlanned, .cancelRequested, .attemptFailed, .cancelled)
    }

    @Test func callsThatWaitForTheirTurnAreNotSentAfterACancel() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let begun = Interruption()
        let agent = Agent.support([.check(Self.hang(begun)), .refund(deeds)])
        let model = ScriptedModel([Self.checkThenRefund])
        var options = RuntimeOptions.quick
        options.parallelTools = 1
        let outcome = try await bench.run(model, agent, options: options) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            try await runtime.cancel(id, by: "ada")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.isCancelled && deeds.count == 0)
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        let failures = journal.entries.compactMap { entry -> ToolFailure? in
            if case .toolCallFailed(let failed) = entry.event { failed.failure } else { nil }
        }
        #expect(failures.count == 1 && failures.first?.mayHaveHappened == false)
    }

    @Test func callsThatWaitForTheirTurnAtAStopAreSentByWhoeverGoesOn() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let begun = Interruption()
        var options = RuntimeOptions.quick
        options.parallelTools = 1
        options.drain = .milliseconds(20)
        let hanging = Agent.support([.check(Self.hang(begun)), .refund(deeds)])
        let runtime = try bench.runtime(ScriptedModel([Self.checkThenRefund]), hanging, options: options)
        let id = try await runtime.begin()
        runtime.runInBackground()
        await begun.wait()
        await runtime.shutdown()
        #expect(deeds.count == 0)
        let agent = Agent.support([.check(), .refund(deeds)])
        let outcome = try await bench.run(ScriptedModel([.text("Done.")]), agent) { try await $0.outcome(of: id) }
        #expect(outcome.output == "Done." && deeds.count == 1)
        try await bench.journal(id).requireSound()
    }

    private static let checkThenRefund = ScriptedTurn.calls([
        ToolCall(id: "c1", name: "check_order", arguments: #"{"number": "A-1"}"#),
        ToolCall(id: "r1", name: "create_refund", arguments: #"{"amount": 5}"#),
    ])

    @Test func aHangingProbeIsLeft() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let probing = Interruption()
        let tool = Tool.refund(
            deeds, inDoubt: .probe, { _ in throw ToolFailure(.timeout, "lost", mayHaveHappened: true) },
            probe: { _ in
                probing.fire()
                try await Task.sleep(for: .seconds(3_600))
                return nil
            })
        let model = ScriptedModel([.call("create_refund", ["amount": 5], id: "r1")])
        let outcome = try await bench.run(model, .support([tool])) { runtime in
            let id = try await runtime.begin()
            await probing.wait()
            try await runtime.cancel(id, by: "ada")
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.isCancelled)
        try await bench.journal(outcome.head.id).require(
            inOrder: .toolCallInDoubt, .cancelRequested, .toolCallFailed, .cancelled)
    }

    @Test func whatWaitsIsCancelledAndItsWaitsClosed() async throws {
        let bench = try Bench(.sqlite)
        let model = ScriptedModel([.call("ask_user", ["question": "Which?"], id: "q")])
        try await bench.run(model) { runtime in
            let asked = try await runtime.outcome(of: try await runtime.begin())
            let wait = try #require(asked.waits.first)
            try await runtime.cancel(wait.execution, by: "ada")
            try await runtime.reached(.cancelled, in: wait.execution)
            #expect(try await bench.store.wait(wait.wait.id)?.status == .cancelled)
            let error = await #expect(throws: RequestError.self) { try await runtime.cancel(wait.execution, by: "ada") }
            #expect(error?.code == .executionEnded)
        }
    }

    @Test func aCancelFromAnotherProcessIsNoticedAtTheNextRenewal() async throws {
        let bench = try Bench()
        let begun = Interruption()
        let agent = Agent.support([.check(Self.hang(begun))])
        let model = ScriptedModel([.call("check_order", ["number": "A-1"], id: "c1")])
        var options = RuntimeOptions.quick
        options.lease = .milliseconds(60)
        let outcome = try await bench.run(model, agent, options: options) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            _ = try await bench.store.signal(.cancelRequested(.init(by: "ada")), to: id)
            for _ in 0..<6 { try await runtime.feedback(id, score: 1, comment: nil, by: "ada") }
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.isCancelled)
    }

    @Test func anUnreadableExecutionHidesNoCancelOfAnother() async throws {
        let bench = try Bench()
        let store = FaultyStore(bench.store) { _, _ in nil }
        let begun = [Interruption(), Interruption()]
        let agent = Agent.support([
            .check(timeout: .seconds(600)) { query in
                begun[query.number == "first" ? 0 : 1].fire()
                try await Task.sleep(for: .seconds(3_600))
                return "never"
            }
        ])
        let model = ScriptedModel { call in
            .call("check_order", ["number": .string(call.request.messages.last?.text ?? "")], id: "c1")
        }
        var options = RuntimeOptions.quick
        options.lease = .milliseconds(60)
        options.drain = .zero
        let outcome = try await bench.run(model, agent, store: store, options: options) { runtime in
            let ids = [try await runtime.begin("first"), try await runtime.begin("second")].sorted()
            for interruption in begun { await interruption.wait() }
            // They are looked at in the order of their names.
            store.hide(ids[0])
            _ = try await bench.store.signal(.cancelRequested(.init(by: "ada")), to: ids[1])
            while try await bench.store.head(of: ids[1])?.ended == nil, !Task.isCancelled { await Task.yield() }
            return try await runtime.outcome(of: ids[1])
        }
        #expect(outcome.isCancelled)
    }
}

/// A gateway whose provider reports usage and then hangs.
private struct BilledGateway: ModelGateway {
    static let usage = Usage(freshInput: 1_000, output: 7)
    static let cost = Money(microDollars: 42)
    let begun = Interruption()

    func call(_ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?) async throws -> ModelCallResult {
        self.begun.fire()
        do {
            while true { try await Task.sleep(for: .seconds(3_600)) }
        } catch {
            let failure = ModelFailure(.cancelled, message: "given up", usage: Self.usage)
            throw ModelCallCancelled(attempts: [
                ModelAttempt(
                    path: ScriptedModel.path, number: 1, failure: failure, duration: .seconds(1),
                    cost: .known(Self.cost))
            ])
        }
    }
}
