import BelayCore
import BelayLedger
import GRDB

/// An account as the table has it. Its limit is the configured one until the overrides are looked at.
struct LedgerAccountRow {
    static let selection = """
        SELECT number, budget, tenant, subject, period, unit, configured, settled, reserved, wanted_at, alert_percent,
            is_alerted FROM ledger_account
        """

    var standing: AccountStanding
    let wantedAt: Timestamp?
    let alertPercent: Int
    let isAlerted: Bool

    init(_ row: Row) throws {
        guard let unit = BudgetUnit(rawValue: row["unit"]) else {
            throw StoreError.corrupt("account \(row["number"] as Int64) of the ledger can't be read")
        }
        self.standing = AccountStanding(
            number: row["number"],
            key: AccountKey(
                budget: row["budget"], tenant: row["tenant"], subject: row["subject"],
                period: Timestamp(milliseconds: row["period"]), unit: unit),
            limit: row["configured"], settled: row["settled"], reserved: row["reserved"])
        self.wantedAt = (row["wanted_at"] as Int64?).map(Timestamp.init(milliseconds:))
        self.alertPercent = row["alert_percent"]
        self.isAlerted = row["is_alerted"]
    }

    /// With the limit that is in force.
    static func fetch(_ number: Int64, _ db: Database, at now: Timestamp) throws -> Self? {
        let statement = try db.cachedStatement(sql: "\(Self.selection) WHERE number = ?")
        guard let row = try Row.fetchOne(statement, arguments: [number]) else { return nil }
        var account = try Self(row)
        try account.applyOverride(db, at: now)
        return account
    }

    mutating func applyOverride(_ db: Database, at now: Timestamp) throws {
        let key = self.standing.key
        // One of the subject's own before one for all; of those the latest.
        let statement = try db.cachedStatement(
            sql: """
                SELECT units FROM (
                    SELECT units, subject, number, row_number() OVER (PARTITION BY subject IS NULL ORDER BY number DESC) AS place
                    FROM ledger_override
                    WHERE budget = ? AND tenant = ? AND unit = ? AND (subject = ? OR subject IS NULL)
                        AND (expires IS NULL OR expires > ?))
                WHERE place = 1 AND units IS NOT NULL ORDER BY subject IS NULL LIMIT 1
                """)
        let units = try Int64.fetchOne(
            statement, arguments: [key.budget, key.tenant, key.unit.rawValue, key.subject, now.milliseconds])
        if let units { self.standing.limit = units }
    }
}
