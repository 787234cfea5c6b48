import BelayCore
import BelayTesting
import Foundation
import GRDB
import Testing

@testable import BelaySQLite

@Suite(.timeLimit(.minutes(5)))
struct SQLiteConcurrencyTests {
    private let folder: TemporaryFolder
    private let clock = ManualWallClock()

    init() throws { self.folder = try TemporaryFolder() }

    private func open() throws -> SQLiteExecutionStore {
        try SQLiteExecutionStore(path: self.folder.path(), clock: self.clock)
    }

    /// What is open is counted in the file: for all processes, and after a restart.
    @Test func processesShareALimit() async throws {
        let stores = [try self.open(), try self.open()]
        let limit = OpenExecutionLimit("ten", per: .user, count: 10)
        let started = try await withThrowingTaskGroup { group in
            for number in 1...60 {
                group.addTask {
                    let new = Self.new(number, under: limit)
                    do { return try await stores[number % 2].start(new).isNew } catch StoreError.tooManyOpen {
                        return false
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(started == 10)
        let later = try self.open()
        await #expect(throws: StoreError.tooManyOpen(limit)) {
            _ = try await later.start(Self.new(61, under: limit))
        }
    }

    private static func new(_ number: Int, under limit: OpenExecutionLimit) -> NewExecution {
        var new = StoreSteps.new(number)
        new.limits = [limit]
        return new
    }

    @Test func twoHundredExecutionsAppendAtOnce() async throws {
        let steps = StoreSteps(store: try self.open())
        let leases = try await steps.leases(200)
        try await withThrowingTaskGroup { group in
            for lease in leases {
                group.addTask {
                    for sequence in 1...20 {
                        try await steps.append(StoreSteps.result(sequence), under: lease, expecting: sequence)
                    }
                }
            }
            try await group.waitForAll()
        }
        for lease in leases {
            let journal = try await steps.journal(lease)
            #expect(journal.map(\.sequence) == Array(1...21))
            #expect(journal.dropFirst().map(\.event) == (1...20).map { StoreSteps.result($0) })
        }
    }

    /// A process knows where the journals that it carries on end. That counts for nothing when another one wrote.
    @Test func aStepIsRefusedAfterAnotherProcessWrote() async throws {
        let steps = StoreSteps(store: try self.open())
        let other = try self.open()
        let lease = try #require(try await steps.leases(1).first)
        try await steps.append(StoreSteps.result(1), under: lease, expecting: 1)
        _ = try await other.signal(.cancelRequested(.init(by: "ada")), to: lease.execution)
        await #expect(throws: StoreError.sequenceConflict(expected: 2, actual: 3)) {
            try await steps.append(StoreSteps.result(2), under: lease, expecting: 2)
        }
        try await steps.append(StoreSteps.result(2), under: lease, expecting: 3)
        self.clock.advance(by: .seconds(61))
        let taken = try await other.claim(by: NodeID(rawValue: "node_two"), limit: 1, for: .seconds(60))
        #expect(taken.map(\.execution) == [lease.execution])
        await #expect(throws: StoreError.leaseLost(lease.execution)) {
            try await steps.append(StoreSteps.result(3), under: lease, expecting: 4)
        }
        // The right node with the epoch before is no better.
        await #expect(throws: StoreError.leaseLost(lease.execution)) {
            var stale = lease
            stale.node = NodeID(rawValue: "node_two")
            try await steps.append(StoreSteps.result(3), under: stale, expecting: 4)
        }
        #expect(try await steps.journal(lease).map(\.sequence) == Array(1...4))
    }

    /// Two stores on one file stand for two processes: SQLite locks by connection.
    @Test func twoProcessesShareOneFile() async throws {
        let first = StoreSteps(store: try self.open())
        let second = StoreSteps(store: try self.open())
        for number in 1...40 { _ = try await first.store.start(StoreSteps.new(number)) }
        async let some = first.store.claim(by: NodeID(rawValue: "node_a"), limit: 20, for: .seconds(60))
        async let others = second.store.claim(by: NodeID(rawValue: "node_b"), limit: 20, for: .seconds(60))
        let leases = (try await some, try await others)
        #expect(Set((leases.0 + leases.1).map(\.execution)).count == 40)
        try await withThrowingTaskGroup { group in
            for (steps, leases) in [(first, leases.0), (second, leases.1)] {
                for lease in leases {
                    group.addTask {
                        for sequence in 1...10 {
                            try await steps.append(StoreSteps.result(sequence), under: lease, expecting: sequence)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for lease in leases.0 { #expect(try await second.journal(lease).count == 11) }
        for lease in leases.1 { #expect(try await first.journal(lease).count == 11) }
    }

    @Test func aBusyProcessLeavesRoomForAnother() async throws {
        let busy = try self.open()
        let other = try self.open()
        try await withThrowingTaskGroup { group in
            for _ in 1...32 {
                group.addTask { while !Task.isCancelled { try await busy.check() } }
            }
            for _ in 1...20 { try await other.check() }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func processesThatOpenANewFileAtOnceAgree() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...8 {
                group.addTask {
                    let steps = StoreSteps(store: try self.open())
                    _ = try await steps.store.start(StoreSteps.new(number))
                }
            }
            try await group.waitForAll()
        }
        let heads = try await self.open().heads(ExecutionFilter(), after: nil, limit: 100)
        #expect(heads.items.count == 8)
    }

    @Test func aConflictDoesNotUndoItsNeighbours() async throws {
        let steps = StoreSteps(store: try self.open())
        let leases = try await steps.leases(50)
        let conflicts = try await withThrowingTaskGroup(of: Bool.self) { group in
            for (index, lease) in leases.enumerated() {
                group.addTask {
                    do {
                        try await steps.append(
                            StoreSteps.result(1), under: lease, expecting: index.isMultiple(of: 2) ? 1 : 9)
                        return false
                    } catch StoreError.sequenceConflict(expected: 9, actual: 1) {
                        return true
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(conflicts == 25)
        for (index, lease) in leases.enumerated() {
            #expect(try await steps.journal(lease).count == (index.isMultiple(of: 2) ? 2 : 1))
        }
    }

    @Test func aWriteThatFailsIsAloneWithIt() async throws {
        let store = try self.open()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 1...50 {
                group.addTask {
                    do {
                        try await store.write { transaction in
                            let name = number == 25 ? nil : "note \(number)"
                            try transaction.run("INSERT INTO meta (name, value) VALUES (?, 'x')", [name])
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(outcomes == 49)
        let rows = try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM meta") }
        #expect(rows == 49)
    }

    @Test func aFullQueueRefusesAtOnce() async throws {
        let store = try self.open()
        let writer = GroupCommit(store.pool, capacity: 4)
        let gate = DispatchSemaphore(value: 0)
        // Holds the writer's thread, so that nothing drains.
        store.pool.asyncWriteWithoutTransaction { _ in gate.wait() }
        let refusals = await withTaskGroup(of: StoreError?.self) { group in
            for _ in 1...10 {
                group.addTask {
                    do {
                        try await writer.write { try $0.db.execute(sql: "SELECT 1") }
                        return nil
                    } catch let error as StoreError {
                        return error
                    } catch {
                        return .corrupt("\(error)")
                    }
                }
            }
            var refusals: [StoreError] = []
            for await refusal in group {
                guard let refusal else { continue }
                refusals.append(refusal)
                if refusals.count == 6 { gate.signal() }
            }
            return refusals
        }
        let expected = StoreError.busy("nothing was written: 4 writes wait already; try again later")
        #expect(refusals == Array(repeating: expected, count: 6))
    }
}
