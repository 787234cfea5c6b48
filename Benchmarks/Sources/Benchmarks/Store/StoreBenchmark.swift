import BelayCore
import BelaySQLite
import Foundation
import SyncCounter

/// Durable steps through the real store, beside SQLite by hand with the same bytes on the same disk.
struct StoreBenchmark {
    let plan: Plan

    private struct Round {
        var steps: Double
        var latencies: Samples
        var syncs: Double
        var payloads: [[String]]
    }

    func run() async throws -> [Figure] {
        var figures: [Figure] = []
        for concurrency in self.plan.concurrencies { figures += try await self.run(concurrency) }
        return figures
    }

    private func run(_ concurrency: Int) async throws -> [Figure] {
        var (steps, single, group) = (Samples(), Samples(), Samples())
        var (toSingle, toGroup, syncs, latencies) = (Samples(), Samples(), Samples(), Samples())
        for number in 0..<self.plan.rounds {
            let round = try await self.round(concurrency, "\(self.plan.folder)/store-\(concurrency)-\(number).db")
            let bare = try self.bare(concurrency, round.payloads, batch: 1, number)
            let best = concurrency == 1 ? bare : try self.bare(concurrency, round.payloads, batch: concurrency, number)
            steps.append(round.steps)
            single.append(bare)
            group.append(best)
            toSingle.append(round.steps / bare)
            toGroup.append(best / round.steps)
            syncs.append(round.syncs)
            latencies.append(round.latencies)
        }
        let at = "at \(concurrency)"
        let goal: Double? = [1: 3_000, 256: 20_000][concurrency]
        return [
            Figure("store", "\(at), steps", steps.median, "steps/s", goal: goal.map { .atLeast($0) }),
            Figure("store", "\(at), a step, p50", latencies.percentile(50), "ms"),
            Figure("store", "\(at), a step, p99", latencies.percentile(99), "ms"),
            Figure("store", "\(at), bare SQLite, a transaction a step", single.median, "steps/s"),
            Figure("store", "\(at), store / that", toSingle.median, "x"),
            Figure("store", "\(at), bare SQLite, \(concurrency) steps a transaction", group.median, "steps/s"),
            Figure(
                "store", "\(at), that / store", toGroup.median, "x", goal: concurrency == 256 ? .atMost(2) : nil),
            Figure(
                "store", "\(at), syncs a step", syncs.median, "syncs", goal: concurrency == 1 ? .atLeast(1) : nil),
        ]
    }

    private func bare(_ concurrency: Int, _ payloads: [[String]], batch: Int, _ number: Int) throws -> Double {
        let path = "\(self.plan.folder)/bare-\(concurrency)-\(batch)-\(number).db"
        let bare = try BareSQLite(path: path, executions: concurrency)
        return try bare.stepsPerSecond(payloads: payloads, batch: batch, time: self.plan.time)
    }

    private func round(_ concurrency: Int, _ path: String) async throws -> Round {
        let store = try SQLiteExecutionStore(path: path)
        let leases = try await Self.start(concurrency, in: store)
        let syncsBefore = sync_counter_value()
        let start = ContinuousClock.now
        let end = start + self.plan.time
        let latencies = try await withThrowingTaskGroup(of: Samples.self) { group in
            for lease in leases {
                group.addTask { try await Self.drive(lease, in: store, until: end) }
            }
            return try await group.reduce(into: Samples()) { $0.append($1) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let syncs = sync_counter_value() - syncsBefore
        try await store.close()
        return Round(
            steps: Double(latencies.values.count) / seconds, latencies: latencies,
            syncs: Double(syncs) / Double(latencies.values.count),
            payloads: try StoredPayloads.read(path: path, steps: 40))
    }

    static func start(_ count: Int, in store: SQLiteExecutionStore) async throws -> [Lease] {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<count {
            let accepted = Event.Accepted(
                execution: .make(at: SystemWallClock().now, using: &random), agent: StepScript.agent, version: "1",
                task: StepScript.task, user: User("u-1"))
            _ = try await store.start(NewExecution(accepted: accepted, requestDigest: "none"))
        }
        return try await store.claim(by: NodeID(rawValue: "node_benchmark"), limit: count, for: .seconds(3_600))
    }

    /// One execution, as its driver would carry it on: fold, commit, next.
    ///
    /// - Returns: Milliseconds of each step.
    private static func drive(
        _ lease: Lease, in store: SQLiteExecutionStore, until end: ContinuousClock.Instant
    ) async throws -> Samples {
        var latencies = Samples()
        guard let first = try await store.journal(of: lease.execution, after: 0, limit: 1).first else {
            throw BenchmarkError(reason: "an execution has no journal")
        }
        var execution = try Execution(first)
        var number = 0
        while ContinuousClock.now < end {
            let begin = ContinuousClock.now
            let events = StepScript.events(number)
            let expected = execution.sequence
            for event in events {
                try execution.apply(
                    JournalEvent(sequence: execution.sequence + 1, time: SystemWallClock().now, event: event))
            }
            _ = try await store.append(
                Transition(
                    lease: lease, expectedSequence: expected, events: events, head: execution.head, after: .keep))
            latencies.append((ContinuousClock.now - begin) / .milliseconds(1))
            number += 1
        }
        return latencies
    }
}
