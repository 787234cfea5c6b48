import GRDB
import GRDBSQLite

/// A statement of every step, bound and read through SQLite's own interface: GRDB's boxes for arguments and rows cost
/// more than what SQLite does with them.
///
/// Whoever uses it leaves it reset, as `run` does.
final class DirectStatement {
    private let db: Database
    /// Keeps the prepared statement alive.
    private let statement: Statement
    private let handle: OpaquePointer
    private var bound: Int32 = 0

    /// SQLITE_TRANSIENT: SQLite copies what is bound, since a Swift string's bytes needn't outlive the call.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    init(_ db: Database, _ sql: String) throws {
        self.db = db
        self.statement = try db.cachedStatement(sql: sql)
        self.handle = self.statement.sqliteStatement
    }

    /// Binds the next parameter.
    func bind(_ value: Int64) throws {
        self.bound += 1
        try self.check(sqlite3_bind_int64(self.handle, self.bound, value))
    }

    func bind(_ value: Int) throws { try self.bind(Int64(value)) }
    func bind(_ value: Bool) throws { try self.bind(value ? 1 : 0) }

    func bind(_ value: Int64?) throws {
        if let value { try self.bind(value) } else { try self.bindNull() }
    }

    func bind(_ value: Double?) throws {
        guard let value else { return try self.bindNull() }
        self.bound += 1
        try self.check(sqlite3_bind_double(self.handle, self.bound, value))
    }

    func bind(_ text: String?) throws {
        guard var text else { return try self.bindNull() }
        try text.withUTF8 { try self.bind($0, Self.copied) }
    }

    private func bind(_ bytes: UnsafeBufferPointer<UInt8>, _ destructor: sqlite3_destructor_type?) throws {
        self.bound += 1
        let (handle, index) = (self.handle, self.bound)
        // The pointer must not be nil, which would be NULL and not an empty text.
        let code =
            bytes.isEmpty
            ? sqlite3_bind_text(handle, index, "", 0, nil)
            : bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text64(
                    handle, index, $0.baseAddress, UInt64($0.count), destructor, UInt8(SQLITE_UTF8))
            }
        try self.check(code)
    }

    private func bindNull() throws {
        self.bound += 1
        try self.check(sqlite3_bind_null(self.handle, self.bound))
    }

    /// Runs it to its end, ready for the next values.
    func run() throws {
        defer { self.reset() }
        while try self.step() {}
    }

    /// Binds text to the last parameter and runs it. The text isn't copied: it lives for as long as SQLite reads it, and
    /// the next use binds another.
    func run(last text: [UInt8]) throws {
        try text.withUnsafeBufferPointer { bytes in
            try self.bind(bytes, nil)
            try self.run()
        }
    }

    /// - Returns: Whether there is a row.
    func step() throws -> Bool {
        let code = sqlite3_step(self.handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw self.error(code)
    }

    /// Makes it ready for the next values.
    func reset() {
        sqlite3_reset(self.handle)
        self.bound = 0
    }

    func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(self.handle, column)) }
    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(self.handle, column) }

    func optionalInt64(_ column: Int32) -> Int64? {
        sqlite3_column_type(self.handle, column) == SQLITE_NULL ? nil : self.int64(column)
    }

    /// Nil for NULL.
    func text(_ column: Int32) -> String? {
        guard let text = sqlite3_column_text(self.handle, column) else { return nil }
        let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(self.handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func check(_ code: Int32) throws {
        guard code != SQLITE_OK else { return }
        defer { self.reset() }
        throw self.error(code)
    }

    private func error(_ code: Int32) -> DatabaseError {
        let message = self.db.sqliteConnection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
