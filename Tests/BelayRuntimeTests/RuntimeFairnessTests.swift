import BelayCore
import BelayResilience
import BelayTesting
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct RuntimeFairnessTests {
    /// Model calls that end when the test says so, one an execution.
    private final class HeldCalls: Sendable {
        private let gates = Locked<[String: Interruption]>([:])
        private let arrived: AsyncStream<String>.Continuation
        let arrivals: AsyncStream<String>

        init() { (self.arrivals, self.arrived) = AsyncStream.makeStream() }

        var model: ScriptedModel {
            ScriptedModel { call in
                let task = call.request.messages.last?.text ?? ""
                let gate = Interruption()
                self.gates.withLock { $0[task] = gate }
                self.arrived.yield(task)
                await gate.wait()
                return .text("Done.")
            }
        }

        func end(_ task: String) { self.gates.withLock { $0[task] }?.fire() }
    }

    private func start(_ tenant: String, _ numbers: ClosedRange<Int>, on runtime: Runtime) async throws {
        for number in numbers {
            _ = try await runtime.start(
                StartRequest(agent: "support", task: "\(tenant) \(number)", user: User("ada", tenant: tenant)))
        }
    }

    /// The slots that long executions of one tenant hold go to the other as they end, until both have as many.
    @Test(arguments: Bench.Kind.allCases) func slotsAreSharedBetweenTenants(kind: Bench.Kind) async throws {
        let calls = HeldCalls()
        let options = RuntimeOptions(concurrency: 4, pollInterval: .milliseconds(5), drain: .seconds(10))
        let order = try await Bench(kind).run(calls.model, options: options) { runtime in
            var arrivals = calls.arrivals.makeAsyncIterator()
            var order: [String] = []
            func next() async throws { order.append(try #require(await arrivals.next())) }
            try await self.start("noisy", 1...12, on: runtime)
            for _ in 1...4 { try await next() }
            try await self.start("quiet", 1...4, on: runtime)
            // Whichever began first ends first.
            for index in 0..<8 {
                calls.end(order[index])
                try await next()
            }
            // What is under way may end.
            for task in order { calls.end(task) }
            for _ in 13...16 {
                try await next()
                calls.end(order[order.count - 1])
            }
            return order
        }
        let tenants = order.prefix(12).map { $0.split(separator: " ")[0] }
        #expect(
            tenants == [
                "noisy", "noisy", "noisy", "noisy", "quiet", "quiet", "noisy", "noisy", "quiet", "quiet", "noisy",
                "noisy",
            ])
        #expect(Set(order).count == 16)
    }
}
