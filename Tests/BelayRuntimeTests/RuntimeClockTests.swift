import BelayCore
import BelayResilience
import BelayTesting
import BelayTools
import Logging
import Testing

@testable import BelayRuntime

/// A node whose clock differs from the store's.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeClockTests {
    private static let skews = [Duration.seconds(-3_600), .zero, .seconds(3_600)]

    private func runtime(
        _ bench: Bench, _ store: FaultyStore, ahead skew: Duration, clock: ManualClock, _ agent: Agent,
        model: ScriptedModel
    ) throws -> Runtime {
        var options = RuntimeOptions()
        options.lease = .seconds(9)
        let runtime = Runtime(
            store: store, gateway: model, options: options,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock,
            wallClock: ManualWallClock(startingAt: bench.wallClock.now.advanced(by: skew)))
        try runtime.register(agent)
        return runtime
    }

    @Test(arguments: Self.skews) func aLeaseIsOverWhenItsTimeIsOver(ahead skew: Duration) async throws {
        let bench = try Bench()
        let clock = ManualClock()
        let store = FaultyStore(bench.store) { _, _ in nil }
        let begun = Interruption()
        let isOver = Interruption()
        let agent = Agent.support([
            .check { _ in
                begun.fire()
                defer { isOver.fire() }
                try await clock.sleep(for: .seconds(3_600))
                return "never"
            }
        ])
        let model = ScriptedModel([.call("check_order", ["number": "A-1"], id: "c1")])
        let runtime = try self.runtime(bench, store, ahead: skew, clock: clock, agent, model: model)
        store.renewNoMore()
        _ = try await runtime.begin()
        runtime.runInBackground()
        await begun.wait()
        // The tool, its timeout, the renewals, the look for cancels, and the pause of the node.
        for _ in 1...2 {
            await clock.sleepers(5)
            clock.advance(by: .seconds(3))
        }
        await clock.sleepers(5)
        #expect(!isOver.isFired && store.renewals == 2)
        clock.advance(by: .seconds(3))
        await isOver.wait()
        #expect(store.renewals == 3)
        await runtime.shutdown()
    }

    /// As when an operator sets the clock, or the machine finds the right time.
    @Test func aClockThatIsSetDoesNotUseUpTheTimeOfATask() async throws {
        let bench = try Bench()
        let wallClock = ManualWallClock(startingAt: bench.wallClock.now)
        let model = ScriptedModel { _ in
            wallClock.advance(by: .seconds(86_400))
            return wallClock.now.milliseconds < bench.wallClock.now.advanced(by: .seconds(172_800)).milliseconds
                ? .call("check_order", ["number": "A-1"], id: "c1") : .text("Hi.")
        }
        let runtime = Runtime(
            store: bench.store, gateway: model, options: .quick,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: bench.clock, wallClock: wallClock)
        try runtime.register(Agent.support([.check()]))
        runtime.runInBackground()
        let outcome = try await runtime.outcome(of: try await runtime.begin())
        await runtime.shutdown()
        #expect(outcome.output == "Hi." && outcome.head.reason == .completed)
    }

    @Test(arguments: Self.skews) func aSecondThoughtIsOfTheStoresTime(ahead skew: Duration) async throws {
        let bench = try Bench()
        let store = FaultyStore(bench.store) { append, _ in append == 1 ? .defect : nil }
        let runtime = try self.runtime(
            bench, store, ahead: skew, clock: ManualClock(), .support(), model: ScriptedModel([.text("Hi.")]))
        _ = try await runtime.begin()
        runtime.runInBackground()
        // Held until then, and due at some time afterwards.
        var due = try await bench.store.nextDue()
        while due.map({ bench.wallClock.now.duration(to: $0) <= .seconds(9) }) ?? true, store.appends <= 1 {
            await Task.yield()
            due = try await bench.store.nextDue()
        }
        #expect(due == bench.wallClock.now.advanced(by: .seconds(30)))
        await runtime.shutdown()
    }
}
