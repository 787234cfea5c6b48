import BelayCore
import Foundation
import GRDB

/// Opens the file of a store so that every commit is durable, and proves it.
enum StoreFile {
    /// - Parameters:
    ///   - path: The file; made when there is none. Its folder has to exist.
    ///   - busyTimeout: How long to wait for another process that writes.
    /// - Throws: `StoreError.notWritable`, `.corrupt`, `.newerSchema`, `.busy`, `.unavailable`.
    static func open(path: String, busyTimeout: Duration) throws -> DatabasePool {
        let patience = ContinuousClock.now.advanced(by: busyTimeout)
        while true {
            do {
                return try Self.openOnce(path: path, busyTimeout: busyTimeout)
            } catch StoreError.busy where ContinuousClock.now < patience {
                // SQLite asks the busy callback nothing while another process turns a new file into one with a log.
                Thread.sleep(forTimeInterval: 0.001)
            }
        }
    }

    private static func openOnce(path: String, busyTimeout: Duration) throws -> DatabasePool {
        try FileHeader.check(path: path)
        do {
            let pool = try DatabasePool(path: path, configuration: Self.configuration(busyTimeout: busyTimeout))
            try pool.writeWithoutTransaction { try Self.demandDurability($0, path: path) }
            try Self.migrate(pool, path: path)
            try pool.writeWithoutTransaction(Self.demandWriting)
            return pool
        } catch {
            throw SQLiteFailure(error).error
        }
    }

    /// Moves the log into the file, so that a closed store is one file again, and closes it.
    static func close(_ pool: DatabasePool) throws {
        do {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        } catch is DatabaseError {
            // Another process still works with the log, or the disk is full: the log stays, and is no less durable.
        }
        do {
            try pool.close()
        } catch {
            throw SQLiteFailure(error).error
        }
    }

    private static func configuration(busyTimeout: Duration) -> Configuration {
        var configuration = Configuration()
        configuration.label = "belay.store"
        configuration.foreignKeysEnabled = true
        // SQLite's own timeout sleeps up to 100 ms between tries and so hardly ever meets the short gaps between the
        // transactions of a busy writer in another process.
        let tries = Int(busyTimeout.milliseconds)
        configuration.busyMode = .callback { tried in
            guard tried < tries else { return false }
            Thread.sleep(forTimeInterval: 0.001)
            return true
        }
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;")
        }
        return configuration
    }

    /// Opening a pool sets `synchronous` to NORMAL, which loses the last commits when the power fails; so FULL is set
    /// afterwards.
    private static func demandDurability(_ db: Database, path: String) throws {
        try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;")
        try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        guard synchronous == 2, journal == "wal" else {
            throw StoreError.notWritable(
                "\(path) can't be made durable (synchronous \(synchronous ?? -1), journal \(journal ?? "unknown")): "
                    + "put it on a local file system")
        }
    }

    /// SQLite opens a file that it may not write without a word.
    private static func demandWriting(_ db: Database) throws {
        try db.inTransaction(.immediate) { .commit }
    }

    private static func migrate(_ pool: DatabasePool, path: String) throws {
        let migrator = Schema.migrator
        let (isNewer, isComplete, isForeign) = try pool.read { db in
            let identity = try Int.fetchOne(db, sql: "PRAGMA application_id")
            let isForeign = try identity != Schema.applicationID && db.tableCount() > 0
            return (
                try migrator.hasBeenSuperseded(db), try migrator.hasCompletedMigrations(db), isForeign
            )
        }
        guard !isForeign else {
            throw StoreError.corrupt("\(path) is a database of another program: name another file")
        }
        // Its header may not say so yet, when the migration is still in the log.
        guard !isNewer else { throw FileHeader.isNewer(path) }
        if !isComplete {
            let before = try pool.read { try migrator.appliedIdentifiers($0).count }
            do {
                try migrator.migrate(pool)
            } catch {
                // Another process that opened the file at the same moment may have been first, or be at it.
                let (now, isOver) = try pool.read {
                    (try migrator.appliedIdentifiers($0).count, try migrator.hasCompletedMigrations($0))
                }
                if !isOver, now > before { throw StoreError.busy("another process brings \(path) up to date") }
                guard isOver else { throw error }
            }
        }
        try pool.writeWithoutTransaction(Self.stampVersion)
        if !isComplete { try Self.settle(pool) }
    }

    /// Moves a new store's tables into the file itself. Else a copy of it, or one that lost its log, would be an empty
    /// database and pass for a new store.
    private static func settle(_ pool: DatabasePool) throws {
        do {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        } catch let error as DatabaseError where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) {
            // Another process that opened the new file at the same moment does it, or a later checkpoint.
        }
    }

    /// Files that were made before the header told the version get theirs here.
    private static func stampVersion(_ db: Database) throws {
        guard try Self.version(db) < Schema.version else { return }
        try db.inTransaction(.immediate) {
            // A newer program may have been first.
            if try Self.version(db) < Schema.version { try db.execute(sql: "PRAGMA user_version = \(Schema.version)") }
            return .commit
        }
    }

    private static func version(_ db: Database) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
}

extension Database {
    /// Tables other than SQLite's and the migrator's.
    fileprivate func tableCount() throws -> Int {
        try Int.fetchOne(
            self,
            sql: """
                SELECT count(*) FROM sqlite_master
                WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'
                """) ?? 0
    }
}
