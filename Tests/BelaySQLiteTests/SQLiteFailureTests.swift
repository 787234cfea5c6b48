import BelayCore
import BelayTesting
import Foundation
import GRDB
import Testing

@testable import BelaySQLite

/// Files that can't be used: each with a clear error, and none of them damaged.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteFailureTests {
    private let folder: TemporaryFolder
    private let clock = ManualWallClock()

    init() throws { self.folder = try TemporaryFolder() }

    private func open(_ path: String? = nil, busyTimeout: Duration = .milliseconds(20)) throws -> SQLiteExecutionStore {
        try SQLiteExecutionStore(path: path ?? self.folder.path(), clock: self.clock, busyTimeout: busyTimeout)
    }

    /// Makes a store with one execution of two events, and closes it.
    private func makeStore() async throws -> Lease {
        let steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        try await steps.append(StoreSteps.result(1), under: lease, expecting: 1)
        try await steps.store.close()
        return lease
    }

    @Test func aMissingFolderIsNamed() {
        let path = self.folder.path("missing/store.db")
        let folder = self.folder.path("missing")
        #expect(
            throws: StoreError.notWritable("the folder \(folder) of the store does not exist: create it")
        ) { try self.open(path) }
    }

    @Test func aFolderIsNoFile() {
        #expect(throws: StoreError.notWritable("\(self.folder.url.path) is a folder: name a file")) {
            try self.open(self.folder.url.path)
        }
    }

    @Test(arguments: ["removed", "moved", "replaced", "its log removed"])
    func aFileThatIsGoneTakesNothingMore(how: String) async throws {
        let steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        let path = self.folder.path()
        switch how {
        case "removed": for name in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + name) }
        case "moved": try FileManager.default.moveItem(atPath: path, toPath: self.folder.path("elsewhere"))
        case "replaced":
            try FileManager.default.copyItem(atPath: path, toPath: self.folder.path("copy"))
            #expect(rename(self.folder.path("copy"), path) == 0)
        default: try FileManager.default.removeItem(atPath: path + "-wal")
        }
        let gone = how == "its log removed" ? "\(path)-wal" : path
        let expected = StoreError.notWritable(
            "the store's file \(gone) was removed or replaced while in use; nothing was written: put it back, or restart "
                + "to begin with what is there now")
        await #expect(throws: expected) { try await steps.store.check() }
        await #expect(throws: expected) { _ = try await steps.append(StoreSteps.result(1), under: lease, expecting: 1) }
    }

    @Test func anOlderFileLearnsWhichAnswersCameFromTheCache() async throws {
        let lease = try await self.makeStore()
        let queue = try DatabaseQueue(path: self.folder.path())
        try await queue.write { db in
            try db.execute(
                sql: """
                    ALTER TABLE execution DROP COLUMN is_degraded;
                    DELETE FROM grdb_migrations WHERE identifier = '2 degraded answers';
                    UPDATE event SET payload = '{"type":"modelAnswered","step":1,"isDegraded":true}' WHERE sequence = 2;
                    PRAGMA user_version = 1;
                    """)
        }
        try queue.close()
        let store = try self.open()
        #expect(try await store.head(of: lease.execution)?.isDegraded == true)
    }

    @Test func aFileThatIsPutBackIsWrittenAgain() async throws {
        let store = try self.open()
        try FileManager.default.moveItem(atPath: self.folder.path(), toPath: self.folder.path("elsewhere"))
        await #expect(throws: StoreError.self) { try await store.check() }
        try FileManager.default.moveItem(atPath: self.folder.path("elsewhere"), toPath: self.folder.path())
        try await store.check()
    }

    @Test(arguments: ["hello", String(repeating: "no database ", count: 1_000)])
    func aFileThatIsNoDatabaseIsRefusedAndKept(text: String) throws {
        let path = self.folder.path()
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(
            throws: StoreError.corrupt("\(path) is not a SQLite database: name another file or restore a backup")
        ) { try self.open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
    }

    @Test func anotherProgramsDatabaseIsRefusedAndKept() async throws {
        let path = self.folder.path()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "CREATE TABLE song (name TEXT)") }
        try queue.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(throws: StoreError.corrupt("\(path) is a database of another program: name another file")) {
            try self.open()
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func aFileFromANewerVersionIsRefused() async throws {
        _ = try await self.makeStore()
        let queue = try DatabaseQueue(path: self.folder.path())
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2 from the future')") }
        try queue.close()
        let expected = "\(self.folder.path()) was written by a newer version of Belay: use that version"
        #expect(throws: StoreError.newerSchema(expected)) { try self.open() }
    }

    @Test func aFileWhoseHeaderTellsANewerVersionIsKept() async throws {
        _ = try await self.makeStore()
        let path = self.folder.path()
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA user_version = \(Schema.version + 1)")
            try db.checkpoint(.truncate)
        }
        try queue.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let files = try FileManager.default.contentsOfDirectory(atPath: self.folder.url.path)
        let expected = "\(path) was written by a newer version of Belay: use that version"
        #expect(throws: StoreError.newerSchema(expected)) { try self.open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(files == ["store.db"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder.url.path) == files)
    }

    @Test func aFileWithoutAVersionInItsHeaderGetsIt() async throws {
        let lease = try await self.makeStore()
        let queue = try DatabaseQueue(path: self.folder.path())
        #expect(try await queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == Schema.version)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 0") }
        try queue.close()
        let store = try self.open()
        #expect(try await StoreSteps(store: store).journal(lease).count == 2)
        #expect(try await store.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == Schema.version)
        #expect(Schema.migrator.migrations.count == Schema.version)
    }

    @Test func aDamagedFileIsReported() async throws {
        let lease = try await self.makeStore()
        let file = try #require(FileHandle(forUpdatingAtPath: self.folder.path()))
        let size = try file.seekToEnd()
        try file.seek(toOffset: 4_096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4_096))
        try file.close()
        await #expect {
            _ = try await StoreSteps(store: self.open()).journal(lease)
        } throws: { error in
            guard case StoreError.corrupt(let message) = error else { return false }
            return message.hasPrefix("the file is damaged or not a database")
        }
    }

    @Test func aFullDiskWritesNothingAndGoesOnWhenThereIsRoom() async throws {
        let steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        try await steps.store.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        await #expect {
            try await steps.append(StoreSteps.result(1, length: 100_000), under: lease, expecting: 1)
        } throws: { error in
            guard case StoreError.notWritable(let message) = error else { return false }
            return message.hasPrefix("the disk is full") && message.hasSuffix("nothing was written")
        }
        #expect(try await steps.journal(lease).count == 1)
        try await steps.store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
        try await steps.append(StoreSteps.result(1, length: 100_000), under: lease, expecting: 1)
        #expect(try await steps.journal(lease).count == 2)
    }

    @Test func onAFullDiskSmallWritesOfTheSameBatchStillSucceed() async throws {
        let steps = StoreSteps(store: try self.open())
        let leases = try await steps.leases(8)
        try await steps.store.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 4)")
        }
        let successes = await withTaskGroup(of: Bool.self) { group in
            for (index, lease) in leases.enumerated() {
                group.addTask {
                    let length = index == 0 ? 1_000_000 : 10
                    do {
                        try await steps.append(StoreSteps.result(1, length: length), under: lease, expecting: 1)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 7)
    }

    @Test func aFileLockedByAnotherProcessIsBusyAfterATime() async throws {
        let steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: self.folder.path(), configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        await #expect {
            try await steps.append(StoreSteps.result(1), under: lease, expecting: 1)
        } throws: { error in
            guard case StoreError.busy(let message) = error else { return false }
            return message.hasPrefix("the file is locked by another process")
        }
        // Readers don't mind.
        #expect(try await steps.journal(lease).count == 1)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        // The very same call may be repeated.
        try await steps.append(StoreSteps.result(1), under: lease, expecting: 1)
        #expect(try await steps.journal(lease).count == 2)
    }

    @Test func aClosedStoreRefuses() async throws {
        let store = try self.open()
        try await store.close()
        await #expect(throws: StoreError.failed("nothing was written: the store is closed")) {
            try await store.check()
        }
        await #expect(throws: StoreError.self) { try await store.nextDue() }
    }

    @Test(.enabled(if: TemporaryMount.isPossible))
    func aReadOnlyFileIsNotWritable() async throws {
        let lease = try await self.makeStore()
        let mount = try TemporaryMount(of: self.folder.url.path, at: self.folder.url.path, options: "bind,ro")
        #expect { try self.open() } throws: { error in
            guard case StoreError.notWritable(let message) = error else { return false }
            return message.hasPrefix("the file or its folder can't be written")
        }
        try mount.remove()
        #expect(try await StoreSteps(store: self.open()).journal(lease).count == 2)
    }

    @Test(.enabled(if: TemporaryMount.isPossible))
    func aRealDiskThatIsFullLosesNothing() async throws {
        let mount = try TemporaryMount(of: "tmpfs", at: self.folder.url.path, options: "size=1m", type: "tmpfs")
        var steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        var written = 1
        while written < 1_000 {
            do {
                try await steps.append(StoreSteps.result(written, length: 8_000), under: lease, expecting: written)
                written += 1
            } catch StoreError.notWritable(let message) {
                #expect(message.hasPrefix("the disk is full"))
                break
            }
        }
        #expect(written > 1 && written < 1_000)
        #expect(try await steps.journal(lease).count == written)
        try await steps.store.close()
        try mount.run("mount", "-o", "remount,size=64m", self.folder.url.path)
        steps = StoreSteps(store: try self.open())
        #expect(try await steps.journal(lease).count == written)
        try await steps.append(StoreSteps.result(0), under: lease, expecting: written)
        try await steps.store.close()
        try mount.remove()
    }
}
