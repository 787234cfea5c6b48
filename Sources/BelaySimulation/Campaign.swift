import BelayResilience
import Foundation

/// Runs many seeds, on as many threads as wanted.
package struct Campaign: Sendable {
    package var first: UInt64
    package var count: Int
    package var plant: Plant?
    /// Worlds at the same time; each has a thread.
    package var threads: Int
    /// Whether the first violation ends it.
    package var stopsAtViolation: Bool
    /// Whether every world's story is told, and not only that of one that broke a promise.
    package var tellsStory: Bool

    package init(
        first: UInt64 = 1, count: Int, plant: Plant? = nil, threads: Int = 1, stopsAtViolation: Bool = true,
        tellsStory: Bool = false
    ) {
        self.first = first
        self.count = count
        self.plant = plant
        self.threads = max(threads, 1)
        self.stopsAtViolation = stopsAtViolation
        self.tellsStory = tellsStory
    }

    /// A world that broke a promise. Of its story only what the report shows is kept: a campaign may find many.
    package struct Violation: Sendable {
        package var seed: UInt64
        package var promise: String
        package var report: String
        package var tally: [String: Int]
    }

    /// What came of it.
    package struct Outcome: Sendable {
        package var seeds = 0
        package var violations: [Violation] = []
        package var tally: [String: Int] = [:]
        package var turns = 0
        package var time = Duration.zero

        mutating func add(_ verdict: Verdict) {
            self.seeds += 1
            self.turns += verdict.turns
            self.time += verdict.time
            self.tally.merge(verdict.tally, uniquingKeysWith: +)
            guard let promise = verdict.violation else { return }
            self.violations.append(
                Violation(seed: verdict.seed, promise: promise, report: verdict.report, tally: verdict.tally))
        }
    }

    private struct State {
        var next: UInt64
        var outcome = Outcome()
    }

    /// - Parameter onVerdict: Called after each seed, by the thread that ran it, with the sums until then.
    package func run(onVerdict: @escaping @Sendable (Verdict, Outcome) -> Void = { _, _ in }) async -> Outcome {
        let state = Locked(State(next: self.first))
        await withTaskGroup { group in
            for _ in 0..<self.threads { group.addTask { await self.runThread(state, onVerdict) } }
        }
        return state.withLock { $0.outcome }
    }

    /// A world has a thread of its own, since it takes the place of Swift's executor there.
    private func runThread(
        _ state: Locked<State>, _ onVerdict: @escaping @Sendable (Verdict, Outcome) -> Void
    ) async {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                self.work(state, onVerdict)
                continuation.resume()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private func work(_ state: Locked<State>, _ onVerdict: (Verdict, Outcome) -> Void) {
        while let seed = state.withLock({ self.draw(&$0) }) {
            let simulation = Simulation(seed: seed, plant: self.plant)
            let verdict = self.tellsStory ? simulation.run(tellsStory: true) : simulation.run()
            let outcome = state.withLock { state in
                state.outcome.add(verdict)
                return state.outcome
            }
            onVerdict(verdict, outcome)
        }
    }

    private func draw(_ state: inout State) -> UInt64? {
        if self.stopsAtViolation, !state.outcome.violations.isEmpty { return nil }
        guard state.next < self.first + UInt64(self.count) else { return nil }
        defer { state.next += 1 }
        return state.next
    }
}
