import BelayCore
import BelayLedger
import GRDB

/// The ledger beside the executions of a store.
public struct SQLiteLedgerStore: LedgerStore {
    let store: SQLiteExecutionStore

    public init(_ store: SQLiteExecutionStore) { self.store = store }

    public func join(_ node: NodeID, for lease: Duration) async throws -> Int64 {
        try await self.store.write { try $0.joinLedger(node, for: lease) }
    }

    public func lease(
        _ asks: [ChunkAsk], to node: NodeID, term: Int64, for lease: Duration
    ) async throws -> [ChunkGrant] {
        try await self.store.write { transaction in
            try transaction.renewLedger(node, term: term, for: lease)
            return try asks.map { try transaction.lease($0, term: term) }
        }
    }

    public func post(
        _ batch: LedgerBatch, by node: NodeID, term: Int64, for lease: Duration
    ) async throws -> LedgerPosted {
        try await self.store.write { transaction in
            try transaction.renewLedger(node, term: term, for: lease)
            return try transaction.post(batch, by: node, term: term)
        }
    }

    public func leave(_ node: NodeID, term: Int64) async throws {
        try await self.store.write { try $0.leaveLedger(node, term: term) }
    }

    public func lapsedNodes() async throws -> [LapsedNode] {
        let now = self.store.clock.now
        return try await self.store.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT node, term FROM ledger_node WHERE expires <= ? ORDER BY term LIMIT 100")
            return try Row.fetchAll(statement, arguments: [now.milliseconds]).map {
                LapsedNode(node: NodeID(rawValue: $0[0]), term: $0[1])
            }
        }
    }

    public func reckonUp(_ node: LapsedNode, lost: [LedgerRow]?) async throws -> [LedgerRow]? {
        try await self.store.write { try $0.reckonUpLapsed(node, lost: lost) }
    }

    public func standings(_ filter: AccountFilter, limit: Int) async throws -> [AccountStanding] {
        let now = self.store.clock.now
        return try await self.store.read { db in
            let query = Self.query(filter)
            let statement = try db.cachedStatement(
                sql: "\(LedgerAccountRow.selection) \(query.condition) ORDER BY period DESC, number DESC LIMIT ?")
            return try Row.fetchAll(statement, arguments: query.arguments + [limit]).map { row in
                var account = try LedgerAccountRow(row)
                try account.applyOverride(db, at: now)
                return account.standing
            }
        }
    }

    private static func query(_ filter: AccountFilter) -> (condition: String, arguments: StatementArguments) {
        var (conditions, arguments) = ([String](), StatementArguments())
        let names = [("budget", filter.budget), ("tenant", filter.tenant), ("subject", filter.subject)]
        for (column, value) in names {
            guard let value else { continue }
            conditions.append("\(column) = ?")
            arguments += [value]
        }
        if let since = filter.since {
            conditions.append("period >= ?")
            arguments += [since.milliseconds]
        }
        return (conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))", arguments)
    }

    public func add(_ override: BudgetOverride) async throws {
        try await self.store.write { transaction in
            try transaction.run(
                """
                INSERT INTO ledger_override (budget, tenant, subject, units, unit, expires, author, reason, created)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    override.budget, override.tenant, override.subject, override.units, override.unit.rawValue,
                    override.expires?.milliseconds, override.author, override.reason, override.created.milliseconds,
                ])
        }
    }

    public func overrides(tenant: String?, limit: Int) async throws -> [BudgetOverride] {
        try await self.store.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT budget, tenant, subject, units, unit, expires, author, reason, created FROM ledger_override
                    WHERE ?1 IS NULL OR tenant = ?1 ORDER BY number DESC LIMIT ?2
                    """)
            return try Row.fetchAll(statement, arguments: [tenant, limit]).map { row in
                guard let unit = BudgetUnit(rawValue: row[4]) else {
                    throw StoreError.corrupt("an override of \(row[0] as String) counts \(row[4] as String)")
                }
                return BudgetOverride(
                    budget: row[0], tenant: row[1], subject: row[2], units: row[3], unit: unit,
                    expires: (row[5] as Int64?).map(Timestamp.init(milliseconds:)), author: row[6], reason: row[7],
                    created: Timestamp(milliseconds: row[8]))
            }
        }
    }

    public func verify() async throws -> LedgerVerdict {
        try await self.store.read { db in
            var audit = LedgerAudit()
            let accounts = try Row.fetchCursor(db, sql: LedgerAccountRow.selection)
            while let row = try accounts.next() { audit.add(try LedgerAccountRow(row).standing) }
            let chunks = try Row.fetchCursor(db, sql: "SELECT units, account FROM ledger_chunk")
            while let chunk = try chunks.next() { audit.addChunk(chunk[0], of: chunk[1]) }
            var count = 0
            let lines = try Row.fetchCursor(db, sql: LedgerLine.selection)
            while let line = try lines.next() {
                audit.add(try LedgerLine.row(line).row)
                count += 1
            }
            return audit.verdict(rows: count)
        }
    }

    public func rows(before number: Int64?, limit: Int) async throws -> [NumberedRow] {
        try await self.store.read { db in
            let statement = try db.cachedStatement(
                sql: "\(LedgerLine.selection) WHERE number < ? ORDER BY number DESC LIMIT ?")
            return try Row.fetchAll(statement, arguments: [number ?? .max, min(max(limit, 1), 10_000)])
                .map(LedgerLine.row)
        }
    }
}
