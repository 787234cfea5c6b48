import GRDB

/// A transaction that several writers share, with the statements of a step, which are looked up once for all of them.
///
/// Lives on the writer's thread, no longer than the transaction.
final class WriteBatch {
    let db: Database
    private var statements: [DirectStatement?] = Array(repeating: nil, count: StepStatement.allCases.count)

    init(_ db: Database) { self.db = db }

    /// There is one of each: it has to be reset before somebody else asks for it.
    func statement(_ statement: StepStatement) throws -> DirectStatement {
        if let known = self.statements[statement.rawValue] { return known }
        let new = try DirectStatement(self.db, statement.sql)
        self.statements[statement.rawValue] = new
        return new
    }
}

/// What is asked and written at every step.
enum StepStatement: Int, CaseIterable {
    case target, insert, keep, release, end

    var sql: String {
        switch self {
        case .target: "SELECT \(StoreTransaction.Target.columns) FROM execution WHERE id = ?"
        case .insert:
            """
            INSERT INTO event (execution, sequence, tenant, time, version, is_extracted, payload)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        // Columns of the lease are left out of most updates, which spares their indexes.
        case .keep: "UPDATE execution SET \(Self.head) \(Self.condition)"
        case .release:
            "UPDATE execution SET \(Self.head), lease_node = NULL, lease_expires = NULL, wake_at = ? \(Self.condition)"
        case .end:
            """
            UPDATE execution SET \(Self.head), lease_node = NULL, lease_expires = NULL, wake_at = NULL,
                after_execution = NULL, ended = ? \(Self.condition)
            """
        }
    }

    /// The columns that change from step to step.
    private static let head = """
        state = ?, reason = ?, steps = ?, tool_calls = ?, fresh_input = ?, cache_read = ?, cache_write = ?, \
        output = ?, reasoning = ?, cost_nano_dollars = ?, has_unknown_cost = ?, is_degraded = ?, updated = ?, sequence = ?
        """

    /// An expired lease that nobody else claimed still holds: the epoch fences writers, the expiry invites them.
    private static let condition = "WHERE number = ? AND lease_epoch = ? AND lease_node = ? AND sequence = ?"
}
