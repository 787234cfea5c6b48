import GRDB
import GRDBSQLite

/// A statement of every step, bound and read through SQLite's own interface: GRDB's boxes for arguments and rows cost
/// more than what SQLite does with them.
///
/// It must not outlive the function that makes it, and there must not be two of the same text at once: they share a
/// prepared statement.
struct DirectStatement: ~Copyable {
    private let db: Database
    private let handle: OpaquePointer
    private var bound: Int32 = 0

    /// SQLITE_TRANSIENT: SQLite copies what is bound, since a Swift string's bytes needn't outlive the call.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    init(_ db: Database, _ sql: String) throws {
        self.db = db
        self.handle = try db.cachedStatement(sql: sql).sqliteStatement
    }

    deinit { sqlite3_reset(self.handle) }

    /// Binds the next parameter.
    mutating func bind(_ value: Int64) throws {
        self.bound += 1
        try self.check(sqlite3_bind_int64(self.handle, self.bound, value))
    }

    mutating func bind(_ value: Int) throws { try self.bind(Int64(value)) }
    mutating func bind(_ value: Bool) throws { try self.bind(value ? 1 : 0) }

    mutating func bind(_ value: Int64?) throws {
        if let value { try self.bind(value) } else { try self.bindNull() }
    }

    mutating func bind(_ text: String?) throws {
        guard var text else { return try self.bindNull() }
        try text.withUTF8 { try self.bind($0) }
    }

    /// Binds text.
    mutating func bind(_ bytes: [UInt8]) throws { try bytes.withUnsafeBufferPointer { try self.bind($0) } }

    private mutating func bind(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        self.bound += 1
        let (handle, index) = (self.handle, self.bound)
        // The pointer must not be nil, which would be NULL and not an empty text.
        let code =
            bytes.isEmpty
            ? sqlite3_bind_text(handle, index, "", 0, nil)
            : bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text64(
                    handle, index, $0.baseAddress, UInt64($0.count), Self.copied, UInt8(SQLITE_UTF8))
            }
        try self.check(code)
    }

    private mutating func bindNull() throws {
        self.bound += 1
        try self.check(sqlite3_bind_null(self.handle, self.bound))
    }

    /// Runs it to its end, ready for the next values.
    mutating func run() throws {
        while try self.step() {}
        sqlite3_reset(self.handle)
        self.bound = 0
    }

    /// - Returns: Whether there is a row.
    func step() throws -> Bool {
        let code = sqlite3_step(self.handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw self.error(code)
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

    private func check(_ code: Int32) throws { if code != SQLITE_OK { throw self.error(code) } }

    private func error(_ code: Int32) -> DatabaseError {
        let message = self.db.sqliteConnection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
