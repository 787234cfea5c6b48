import BelayCore
import Dispatch
import GRDB

/// Executions in one SQLite file: the store of a single machine.
///
/// A call returns after its data reached the disk (`synchronous = FULL`); concurrent calls share transactions, so that
/// many executions cost hardly more syncs than one. The file may be used by several processes of the same machine at
/// once, whose clock it takes as its own; not over a network file system.
public final class SQLiteExecutionStore: ExecutionStore {
    let pool: DatabasePool
    let writer: GroupCommit
    let clock: any WallClock
    let places = JournalPlaces()

    /// Opens the store, makes the file if there is none, and brings its schema up to date. Blocks meanwhile.
    ///
    /// - Parameters:
    ///   - path: The file. Its folder has to exist; SQLite keeps two more files beside it (`-wal`, `-shm`).
    ///   - clock: Where all durable times come from.
    /// - Throws: `StoreError.notWritable` (no folder, no permission, disk full), `.newerSchema`, `.corrupt` (not a
    ///   store), `.busy` (locked by another process for 5 s), `.unavailable`.
    public convenience init(path: String, clock: any WallClock = SystemWallClock()) throws {
        try self.init(path: path, clock: clock, busyTimeout: .seconds(5))
    }

    init(path: String, clock: any WallClock, busyTimeout: Duration) throws {
        self.pool = try StoreFile.open(path: path, busyTimeout: busyTimeout)
        self.writer = GroupCommit(self.pool, file: FileIdentity(path: path))
        self.clock = clock
    }

    /// Commits what was accepted, refuses everything else from now on, and closes the file. After a failed sync the file
    /// is left as it is, for closing it would write to it.
    ///
    /// - Throws: `StoreError.unavailable` when it can't be closed.
    public func close() async throws {
        self.writer.close()
        if self.writer.distrust != nil { return }
        // Closing waits for the writer's thread, which this one must not do on the cooperative pool.
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try StoreFile.close(self.pool) })
            }
        }
    }

    public func check() async throws {
        try await self.write { transaction in
            try transaction.run(
                """
                INSERT INTO meta (name, value) VALUES ('checked', ?)
                ON CONFLICT DO UPDATE SET value = excluded.value
                """, ["\(transaction.now.milliseconds)"])
        }
    }

    /// Runs `body` in a durable transaction that it may share with others.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws -> Value
    ) async throws -> Value {
        let clock = self.clock
        return try await self.writer.write { try body(StoreTransaction($0, now: clock.now)) }
    }

    /// Reads one consistent state of the file.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await self.pool.read(body)
        } catch {
            throw SQLiteFailure(error).error
        }
    }
}
