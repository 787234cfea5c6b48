import BelayCore
import BelayTesting
import Foundation
import GRDB
import Testing

@testable import BelaySQLite

@Suite(.timeLimit(.minutes(5)))
struct SQLiteDurabilityTests {
    private let folder: TemporaryFolder
    private let clock = ManualWallClock()

    init() throws { self.folder = try TemporaryFolder() }

    private func open() throws -> SQLiteExecutionStore {
        try SQLiteExecutionStore(path: self.folder.path(), clock: self.clock)
    }

    @Test func everyCommitIsSyncedToTheWriteAheadLog() async throws {
        let store = try self.open()
        let (synchronous, journal, foreignKeys) = try await store.pool.writeWithoutTransaction { db in
            (
                try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(db, sql: "PRAGMA foreign_keys")
            )
        }
        #expect(synchronous == 2)
        #expect(journal == "wal")
        #expect(foreignKeys == 1)
    }

    @Test func everythingIsThereAfterClosingAndOpening() async throws {
        let wait = Wait(
            id: WaitID(rawValue: "wait_1"), kind: .input, question: "Which order?",
            expires: self.clock.now.advanced(by: .seconds(60)))
        let first = StoreSteps(store: try self.open())
        let lease = try await first.leases(1)[0]
        try await first.append(.waitOpened(wait), under: lease, expecting: 1)
        try await first.append(StoreSteps.result(1, length: 50_000), under: lease, expecting: 2)
        let journal = try await first.journal(lease)
        let head = try await first.store.head(of: lease.execution)
        let record = try await first.store.wait(wait.id)
        try await first.store.close()

        let second = StoreSteps(store: try self.open())
        #expect(try await second.journal(lease) == journal)
        #expect(try await second.store.head(of: lease.execution) == head)
        #expect(try await second.store.wait(wait.id) == record)
        try await second.append(StoreSteps.result(2), under: lease, expecting: 3)
        #expect(try await second.store.start(StoreSteps.new(1)).isNew == false)
    }

    @Test func aClosedStoreIsOneFile() async throws {
        let steps = StoreSteps(store: try self.open())
        _ = try await steps.leases(1)
        try await steps.store.close()
        let log = try FileManager.default.attributesOfItem(atPath: self.folder.path() + "-wal")[.size] as? Int
        #expect(log == 0)
    }

    @Test func whatWasAnsweredSurvivesAKill() async throws {
        let steps = StoreSteps(store: try self.open())
        let leases = try await steps.leases(8)
        for round in 1...20 {
            try await withThrowingTaskGroup { group in
                for lease in leases {
                    group.addTask {
                        try await steps.append(StoreSteps.result(round, length: 2_000), under: lease, expecting: round)
                    }
                }
                try await group.waitForAll()
            }
            guard round % 5 == 0 else { continue }
            // What a killed process leaves behind: the file and its log as they are now, without the shared memory.
            let copy = try TemporaryFolder()
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: self.folder.path() + suffix, toPath: copy.path() + suffix)
            }
            let revived = StoreSteps(store: try SQLiteExecutionStore(path: copy.path(), clock: self.clock))
            for lease in leases {
                let journal = try await revived.journal(lease)
                #expect(journal.map(\.sequence) == Array(1...round + 1))
                #expect(journal.last?.event == StoreSteps.result(round, length: 2_000))
            }
            try await revived.store.check()
            try await revived.store.close()
        }
    }

    @Test func aLogThatWasCutInTheMiddleOfACommitLosesOnlyThatCommit() async throws {
        let steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        for sequence in 1...5 {
            try await steps.append(StoreSteps.result(sequence), under: lease, expecting: sequence)
        }
        let copy = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: self.folder.path() + suffix, toPath: copy.path() + suffix)
        }
        let log = try #require(FileHandle(forUpdatingAtPath: copy.path() + "-wal"))
        try log.truncate(atOffset: try log.seekToEnd() - 100)
        try log.close()
        let revived = StoreSteps(store: try SQLiteExecutionStore(path: copy.path(), clock: self.clock))
        #expect(try await revived.journal(lease).map(\.sequence) == Array(1...5))
        #expect(try await revived.store.head(of: lease.execution)?.sequence == 5)
        try await revived.append(StoreSteps.result(9), under: lease, expecting: 5)
    }

    @Test func aLargeTextLiesInTheFileOnce() async throws {
        let steps = StoreSteps(store: try self.open())
        let leases = try await steps.leases(3)
        for (offset, lease) in leases.enumerated() {
            for sequence in 1...4 {
                let event = StoreSteps.result(7, length: 100_000)
                try await steps.append(event, under: lease, expecting: sequence)
                #expect(try await steps.journal(lease).last?.event == event, "execution \(offset)")
            }
        }
        let (count, longest) = try await steps.store.pool.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT count(*) FROM content"),
                try Int.fetchOne(db, sql: "SELECT max(length(payload)) FROM event") ?? 0
            )
        }
        #expect(count == 1)
        #expect(longest < 1_000)
    }

    @Test func missingContentIsReportedAsDamage() async throws {
        let steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        try await steps.append(StoreSteps.result(7, length: 100_000), under: lease, expecting: 1)
        try await steps.store.pool.write { try $0.execute(sql: "DELETE FROM content") }
        await #expect { try await steps.journal(lease) } throws: { error in
            guard case StoreError.corrupt(let message) = error else { return false }
            return message.contains("is missing")
        }
    }

    @Test func anEventOfANewerFormatIsRefused() async throws {
        let steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        try await steps.store.pool.write { try $0.execute(sql: "UPDATE event SET version = 2") }
        await #expect(
            throws: StoreError.newerSchema(
                "event 1 has the format 2, this version of Belay reads up to 1: use the newer version")
        ) { try await steps.journal(lease) }
    }

    /// The file alone has the tables, so that a copy of it, or one that lost its log, is no empty database.
    @Test func theTablesOfANewStoreAreInTheFileItself() async throws {
        let store = try self.open()
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: self.folder.path(), toPath: copy.path())
        let tables = try await DatabaseQueue(path: copy.path()).read { db in
            try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        #expect(tables.contains("execution") && tables.contains("event"), "\(tables)")
        try await store.close()
    }
}
