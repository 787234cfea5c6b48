import BelayCore
import BelayJSON
import GRDB

/// Shared answers beside the executions of a store.
///
/// They are a cache and no part of the schema: their table is made by the first answer that is kept, and who doesn't know it
/// need not.
public struct SQLiteAnswerStore: AnswerStore {
    private let store: SQLiteExecutionStore
    private let maxAnswers: Int

    /// - Parameter maxAnswers: More are not kept; the oldest make room. From 1; default 10,000.
    public init(_ store: SQLiteExecutionStore, maxAnswers: Int = 10_000) {
        self.store = store
        self.maxAnswers = max(1, maxAnswers)
    }

    public func keptAnswer(for key: String) async throws -> KeptAnswer? {
        let now = self.store.clock.now
        let text = try await self.store.read { db -> String? in
            guard try Self.hasTable(db) else { return nil }
            let statement = try db.cachedStatement(sql: "SELECT answer FROM kept_answer WHERE key = ? AND expires > ?")
            return try String.fetchOne(statement, arguments: [key, now.milliseconds])
        }
        return try text.map { try JSON.parse($0).decode(KeptAnswer.self) }
    }

    public func keep(_ answer: KeptAnswer, for key: String, until expiry: Timestamp) async throws {
        let text = try JSON(encoding: answer).serialized()
        let most = Int64(self.maxAnswers)
        try await self.store.write { transaction in
            if try !Self.hasTable(transaction.db) { try transaction.db.execute(sql: Self.table) }
            // A new number each time, so that the smallest is the oldest.
            try transaction.run("DELETE FROM kept_answer WHERE key = ?", [key])
            try transaction.run(
                "INSERT INTO kept_answer (key, expires, answer) VALUES (?, ?, ?)", [key, expiry.milliseconds, text])
            try transaction.run(
                """
                DELETE FROM kept_answer WHERE number IN (
                    SELECT number FROM kept_answer WHERE expires <= ? ORDER BY expires LIMIT 100)
                """, [transaction.now.milliseconds])
            try transaction.run(
                "DELETE FROM kept_answer WHERE number <= (SELECT max(number) FROM kept_answer) - ?", [most])
        }
    }

    private static func hasTable(_ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM sqlite_master WHERE name = 'kept_answer'")
        return try Bool.fetchOne(statement) == true
    }

    private static let table = """
        CREATE TABLE kept_answer (
            number INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            expires INTEGER NOT NULL,
            answer TEXT NOT NULL
        ) STRICT;
        CREATE INDEX kept_answer_expiry ON kept_answer (expires);
        """
}
