import BelayCore
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(1)))
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
