import GRDBSQLite

/// Reads what a store wrote, so that others can be made to write the same bytes.
enum StoredPayloads {
    /// The payloads of the first steps of one execution, by step.
    static func read(path: String, steps: Int) throws -> [[String]] {
        var db: OpaquePointer?
        guard sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
            throw BenchmarkError(reason: "can't open \(path)")
        }
        defer { sqlite3_close(db) }
        var statement: OpaquePointer?
        // Number 1 is `accepted`, which is written by the start.
        let sql = "SELECT payload FROM event WHERE execution = 1 AND sequence > 1 ORDER BY sequence"
        guard sqlite3_prepare_v2(db, sql, -1, &statement, nil) == SQLITE_OK else {
            throw BenchmarkError(reason: "SQLite: \(String(cString: sqlite3_errmsg(db)))")
        }
        defer { sqlite3_finalize(statement) }
        var payloads: [[String]] = []
        for number in 0..<steps {
            var step: [String] = []
            for _ in StepScript.events(number) {
                guard sqlite3_step(statement) == SQLITE_ROW, let text = sqlite3_column_text(statement, 0) else {
                    return payloads
                }
                step.append(String(cString: text))
            }
            payloads.append(step)
        }
        return payloads
    }
}
