import Foundation
import GRDBSQLite

/// The same writes by hand: a loop over SQLite's C interface on one thread, with nothing around it.
///
/// One row per event with the payload that the store writes, one index that keeps a journal together, and the
/// execution's row updated: what anybody needs at least. The settings are the store's.
final class BareSQLite {
    private var db: OpaquePointer?
    private var insert: OpaquePointer?
    private var update: OpaquePointer?
    private var begin: OpaquePointer?
    private var commit: OpaquePointer?
    private var create: OpaquePointer?
    private let concurrency: Int

    init(path: String, concurrency: Int) throws {
        self.concurrency = concurrency
        try self.check(sqlite3_open(path, &self.db))
        try self.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384")
        try self.run("PRAGMA wal_autocheckpoint = 4000")
        try self.run(
            """
            CREATE TABLE event (position INTEGER PRIMARY KEY, execution INTEGER, sequence INTEGER, payload TEXT);
            CREATE UNIQUE INDEX journal ON event (execution, sequence);
            CREATE TABLE execution (number INTEGER PRIMARY KEY, sequence INTEGER, state TEXT, updated INTEGER);
            """)
        self.insert = try self.prepare("INSERT INTO event (execution, sequence, payload) VALUES (?, ?, ?)")
        self.create = try self.prepare("INSERT INTO execution VALUES (?, 0, 'idle', 0)")
        self.update = try self.prepare(
            "UPDATE execution SET sequence = ?, state = 'executing', updated = ? WHERE number = ?")
        self.begin = try self.prepare("BEGIN IMMEDIATE")
        self.commit = try self.prepare("COMMIT")
    }

    deinit {
        for statement in [self.create, self.insert, self.update, self.begin, self.commit] {
            sqlite3_finalize(statement)
        }
        sqlite3_close(self.db)
    }

    /// Steps of `concurrency` executions in turn, `batch` of them in each transaction; those that have all their steps are
    /// followed by new ones.
    ///
    /// - Returns: How many.
    func write(payloads: [[String]], batch: Int, time: Duration) throws -> Int {
        let start = ContinuousClock.now
        var steps = 0
        while ContinuousClock.now - start < time {
            try self.step(self.begin)
            for _ in 0..<batch {
                let (round, place) = steps.quotientAndRemainder(dividingBy: self.concurrency)
                let (generation, number) = round.quotientAndRemainder(dividingBy: payloads.count)
                let execution = Int64(generation * self.concurrency + place)
                if number == 0 {
                    sqlite3_bind_int64(self.create, 1, execution)
                    try self.step(self.create)
                }
                // Two events a step at the most.
                try self.write(payloads[number], to: execution, after: Int64(number * 2))
                steps += 1
            }
            try self.step(self.commit)
        }
        return steps
    }

    private func write(_ payloads: [String], to execution: Int64, after last: Int64) throws {
        var sequence = last
        for payload in payloads {
            sequence += 1
            sqlite3_bind_int64(self.insert, 1, execution)
            sqlite3_bind_int64(self.insert, 2, sequence)
            var payload = payload
            try payload.withUTF8 { bytes in
                try bytes.withMemoryRebound(to: CChar.self) { text in
                    // No destructor: the text outlives the step.
                    try self.check(sqlite3_bind_text(self.insert, 3, text.baseAddress, Int32(text.count), nil))
                    try self.step(self.insert)
                }
            }
        }
        sqlite3_bind_int64(self.update, 1, sequence)
        sqlite3_bind_int64(self.update, 2, 1_774_000_000_000 + sequence)
        sqlite3_bind_int64(self.update, 3, execution)
        try self.step(self.update)
    }

    private func step(_ statement: OpaquePointer?) throws {
        try self.check(sqlite3_step(statement))
        sqlite3_reset(statement)
    }

    private func run(_ sql: String) throws { try self.check(sqlite3_exec(self.db, sql, nil, nil, nil)) }

    private func prepare(_ sql: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        try self.check(sqlite3_prepare_v2(self.db, sql, -1, &statement, nil))
        return statement
    }

    private func check(_ code: Int32) throws {
        guard [SQLITE_OK, SQLITE_ROW, SQLITE_DONE].contains(code) else {
            throw BenchmarkError(reason: "SQLite: \(String(cString: sqlite3_errmsg(self.db)))")
        }
    }
}

struct BenchmarkError: Error, CustomStringConvertible {
    var reason: String
    var description: String { self.reason }
}
