import BelayCore
import BelaySQLite
import Foundation
import SyncCounter

/// Durable steps through the real store, beside SQLite by hand with the same bytes on the same disk.
///
/// Each driver takes one execution after the other. Starting, claiming and ending them takes time and counts as no step.
struct StoreBenchmark {
    let plan: Plan
    /// Steps of an execution.
    static let length = 40

    private struct Round {
        var speed: Speed
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
        var (rounds, singles, groups): ([Round], [Speed], [Speed]) = ([], [], [])
        for number in 0..<self.plan.rounds {
            let round = try await self.round(concurrency, "\(self.plan.folder)/store-\(concurrency)-\(number).db")
            singles.append(try self.bare(concurrency, round.payloads, batch: 1, number))
            if concurrency > 1 {
                groups.append(try self.bare(concurrency, round.payloads, batch: concurrency, number))
            }
            rounds.append(round)
        }
        var figures = self.figures(concurrency, rounds)
        figures += self.figures(concurrency, rounds, beside: singles, batch: 1)
        if concurrency > 1 { figures += self.figures(concurrency, rounds, beside: groups, batch: concurrency) }
        return figures
    }

    private func figures(_ concurrency: Int, _ rounds: [Round]) -> [Figure] {
        let at = "at \(concurrency)"
        let goal: Double? = [1: 3_000, 256: 20_000][concurrency]
        let latencies = rounds.reduce(into: Samples()) { $0.append($1.latencies) }
        return [
            Figure(
                "store", "\(at), steps", Samples(rounds.map(\.speed.stepsPerSecond)).median, "steps/s",
                goal: goal.map { .atLeast($0) }),
            Figure("store", "\(at), a step, p50", latencies.percentile(50), "ms"),
            Figure("store", "\(at), a step, p99", latencies.percentile(99), "ms"),
            Figure("store", "\(at), processor time", Samples(rounds.map(\.speed.processorTime)).median, "us/step"),
            Figure(
                "store", "\(at), syncs", Samples(rounds.map(\.syncs)).median, "per step",
                goal: concurrency == 1 ? .atLeast(1) : nil),
        ]
    }

    private func figures(_ concurrency: Int, _ rounds: [Round], beside peers: [Speed], batch: Int) -> [Figure] {
        let name = "at \(concurrency), bare SQLite, \(batch == 1 ? "1 step" : "\(batch) steps") a transaction"
        let ratio = Samples(zip(peers, rounds).map { $0.stepsPerSecond / $1.speed.stepsPerSecond }).median
        return [
            Figure("store", name, Samples(peers.map(\.stepsPerSecond)).median, "steps/s"),
            Figure("store", "\(name), processor time", Samples(peers.map(\.processorTime)).median, "us/step"),
            Figure("store", "\(name) / store", ratio, "x", goal: batch == 256 ? .atMost(2) : nil),
        ]
    }

    private func bare(_ concurrency: Int, _ payloads: [[String]], batch: Int, _ number: Int) throws -> Speed {
        let path = "\(self.plan.folder)/bare-\(concurrency)-\(batch)-\(number).db"
        let bare = try BareSQLite(path: path, concurrency: concurrency)
        var meter = SpeedMeter()
        meter.add(try bare.write(payloads: payloads, batch: batch, time: self.plan.time))
        return meter.speed
    }

    private func round(_ concurrency: Int, _ path: String) async throws -> Round {
        let store = try SQLiteExecutionStore(path: path)
        let syncsBefore = sync_counter_value()
        var meter = SpeedMeter()
        let end = ContinuousClock.now + self.plan.time
        let latencies = try await withThrowingTaskGroup(of: Samples.self) { group in
            for _ in 0..<concurrency { group.addTask { try await Self.drive(in: store, until: end) } }
            return try await group.reduce(into: Samples()) { $0.append($1) }
        }
        meter.add(latencies.values.count)
        let speed = meter.speed
        let syncs = sync_counter_value() - syncsBefore
        try await store.close()
        let payloads = try StoredPayloads.read(path: path, steps: Self.length)
        guard !payloads.isEmpty else {
            throw BenchmarkError(reason: "the first execution took no step in time: the machine is too busy to measure")
        }
        return Round(
            speed: speed, latencies: latencies,
            syncs: Double(syncs) / Double(latencies.values.count),
            payloads: payloads)
    }

    /// One execution after the other, as a driver carries them on: fold, commit, next.
    ///
    /// - Returns: Milliseconds of each step.
    private static func drive(
        in store: SQLiteExecutionStore, until end: ContinuousClock.Instant
    ) async throws -> Samples {
        var latencies = Samples()
        while ContinuousClock.now < end {
            let lease = try await Self.start(in: store)
            guard let first = try await store.journal(of: lease.execution, after: 0, limit: 1).first else {
                throw BenchmarkError(reason: "an execution has no journal")
            }
            var execution = try Execution(first)
            for number in 0..<Self.length where ContinuousClock.now < end {
                let begin = ContinuousClock.now
                try await Self.commit(StepScript.events(number), of: &execution, lease, .keep, in: store)
                latencies.append((ContinuousClock.now - begin) / .milliseconds(1))
            }
            guard execution.calls.isEmpty else { break }  // The time was over in the middle of a step.
            let ending = Event.completed(.init(output: "All orders have arrived.", reason: .completed))
            try await Self.commit([ending], of: &execution, lease, .end, in: store)
        }
        return latencies
    }

    private static func commit(
        _ events: [Event], of execution: inout Execution, _ lease: Lease, _ after: Transition.After,
        in store: SQLiteExecutionStore
    ) async throws {
        let expected = execution.sequence
        for event in events {
            try execution.apply(
                JournalEvent(sequence: execution.sequence + 1, time: SystemWallClock().now, event: event))
        }
        _ = try await store.append(
            Transition(lease: lease, expectedSequence: expected, events: events, head: execution.head, after: after))
    }

    private static func start(in store: SQLiteExecutionStore) async throws -> Lease {
        var random = SystemRandomNumberGenerator()
        let accepted = Event.Accepted(
            execution: .make(at: SystemWallClock().now, using: &random), agent: StepScript.agent, version: "1",
            task: StepScript.task, user: User("u-1"))
        _ = try await store.start(NewExecution(accepted: accepted, requestDigest: "none"))
        let leases = try await store.claim(
            by: NodeID(rawValue: "node_benchmark"), limit: 1, for: .seconds(3_600),
            within: .execution(accepted.execution))
        guard let lease = leases.first else { throw BenchmarkError(reason: "an execution can't be claimed") }
        return lease
    }
}
