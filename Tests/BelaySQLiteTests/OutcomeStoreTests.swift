import BelayCore
import BelayRouting
import BelayTesting
import GRDB
import Testing

@testable import BelaySQLite

@Suite(.timeLimit(.minutes(5)))
struct OutcomeStoreTests {
    @Test(arguments: OutcomeStoreConformance.cases)
    func theFileConforms(_ storeCase: OutcomeStoreConformance.Case) async throws {
        let folder = try TemporaryFolder()
        try await OutcomeStoreConformance.run(storeCase, on: try SQLiteExecutionStore(path: folder.path()))
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: OutcomeStoreConformance.cases)
    func theMemoryConforms(_ storeCase: OutcomeStoreConformance.Case) async throws {
        try await OutcomeStoreConformance.run(storeCase, on: InMemoryOutcomeStore())
    }

    @Test func outcomesOutliveTheProcess() async throws {
        let folder = try TemporaryFolder()
        let outcome = CallOutcome(
            id: "out_1", task: "t", path: ModelPath(provider: "p", model: "m"), time: Timestamp(milliseconds: 7),
            success: 1, latency: .milliseconds(3), cost: nil)
        let first = try SQLiteExecutionStore(path: folder.path())
        try await first.keep([outcome], by: NodeID(rawValue: "node_one"))
        try await first.close()
        let second = try SQLiteExecutionStore(path: folder.path())
        #expect(try await second.outcome(named: "out_1") == outcome)
        #expect(try await second.lastOutcomeNumber() == 1)
    }

    /// A file of the version before keeps its executions and gets the table.
    @Test func anOlderFileGetsTheTable() async throws {
        let folder = try TemporaryFolder()
        let first = try SQLiteExecutionStore(path: folder.path())
        let steps = StoreSteps(store: first)
        let lease = try await steps.leases(1)[0]
        try await first.close()
        let queue = try DatabaseQueue(path: folder.path())
        try await queue.write { db in
            try db.execute(
                sql: """
                    DROP TABLE outcome;
                    DELETE FROM grdb_migrations WHERE identifier = '3 outcomes';
                    PRAGMA user_version = 2;
                    """)
        }
        try queue.close()
        let store = try SQLiteExecutionStore(path: folder.path())
        #expect(try await store.head(of: lease.execution) != nil)
        #expect(try await store.lastOutcomeNumber() == 0)
    }

    @Test func memoryForgetsWhatWasWrittenLongestAgo() {
        let store = InMemoryOutcomeStore(bound: 3)
        let node = NodeID(rawValue: "node_one")
        func outcome(_ id: Int, revision: Int = 0) -> CallOutcome {
            CallOutcome(
                id: "out_\(id)", revision: revision, task: "t", path: ModelPath(provider: "p", model: "m"),
                time: Timestamp(milliseconds: Int64(id)), success: nil, latency: .zero, cost: nil)
        }
        for id in 1...3 { store.keep([outcome(id)], by: node) }
        store.keep([outcome(1, revision: 1)], by: node)
        store.keep([outcome(4)], by: node)
        #expect(store.outcomes(OutcomeFilter(), before: nil, limit: 10).map(\.id) == ["out_4", "out_3", "out_1"])
        // Judged again and again, it takes no more room.
        for revision in 2...1_000 { store.keep([outcome(1, revision: revision)], by: node) }
        for id in 5...1_000 { store.keep([outcome(id)], by: node) }
        #expect(
            store.outcomes(OutcomeFilter(), before: nil, limit: 10).map(\.id) == ["out_1000", "out_999", "out_998"])
        #expect(store.lastOutcomeNumber() == 2_000)
    }
}
