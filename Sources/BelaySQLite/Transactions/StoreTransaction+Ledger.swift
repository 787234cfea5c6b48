import BelayCore
import BelayLedger
import GRDB

/// What the ledger writes. `term` is that of a node whose lease was renewed in the same transaction.
extension StoreTransaction {
    // MARK: Nodes

    func joinLedger(_ node: NodeID, for lease: Duration) throws -> Int64 {
        let old = try Int64.fetchOne(
            try self.db.cachedStatement(sql: "SELECT term FROM ledger_node WHERE node = ?"), arguments: [node.rawValue])
        if let old { _ = try self.reckonUp(LapsedNode(node: node, term: old), lost: nil) }
        try self.run(
            "INSERT INTO ledger_node (node, expires) VALUES (?, ?)",
            [node.rawValue, self.now.advanced(by: lease).milliseconds])
        return self.db.lastInsertedRowID
    }

    /// - Throws: `LedgerLapse`, before anything is written.
    func renewLedger(_ node: NodeID, term: Int64, for lease: Duration) throws {
        try self.run(
            "UPDATE ledger_node SET expires = ? WHERE term = ? AND node = ?",
            [self.now.advanced(by: lease).milliseconds, term, node.rawValue])
        guard self.db.changesCount == 1 else { throw LedgerLapse() }
    }

    /// Gives everything back that the node has.
    func leaveLedger(_ node: NodeID, term: Int64) throws {
        let chunks = try Row.fetchAll(
            self.db.cachedStatement(sql: "SELECT account, units FROM ledger_chunk WHERE term = ? AND units > 0"),
            arguments: [term])
        for chunk in chunks {
            try self.run(
                "UPDATE ledger_account SET reserved = reserved - ? WHERE number = ?",
                [chunk[1] as Int64, chunk[0] as Int64])
        }
        try self.run("DELETE FROM ledger_chunk WHERE term = ?", [term])
        try self.run("DELETE FROM ledger_node WHERE term = ? AND node = ?", [term, node.rawValue])
    }

    /// - Returns: The lines that were written; nil when the node wasn't there, or its lease isn't over.
    func reckonUpLapsed(_ node: LapsedNode, lost: [LedgerRow]?) throws -> [LedgerRow]? {
        let expires = try Int64.fetchOne(
            self.db.cachedStatement(sql: "SELECT expires FROM ledger_node WHERE term = ? AND node = ?"),
            arguments: [node.term, node.node.rawValue])
        guard let expires, expires <= self.now.milliseconds else { return nil }
        return try self.reckonUp(node, lost: lost)
    }

    private func reckonUp(_ node: LapsedNode, lost: [LedgerRow]?) throws -> [LedgerRow] {
        let insert = try DirectStatement(self.db, LedgerLine.insertion)
        let unwritten = try (lost ?? self.allChunks(of: node)).filter { try !self.isWritten($0) }
        for row in unwritten { try self.add(row, of: node.node, by: insert) }
        try self.leaveLedger(node.node, term: node.term)
        return unwritten
    }

    private func allChunks(of node: LapsedNode) throws -> [LedgerRow] {
        let statement = try self.db.cachedStatement(
            sql: "SELECT account, units FROM ledger_chunk WHERE term = ? AND units > 0 ORDER BY account")
        return try Row.fetchAll(statement, arguments: [node.term]).compactMap { chunk in
            try LedgerAccountRow.fetch(chunk[0], self.db, at: self.now).map {
                .ofChunk(chunk[1], $0.standing, at: self.now, term: node.term)
            }
        }
    }

    private func isWritten(_ row: LedgerRow) throws -> Bool {
        guard row.serial != 0 else { return false }
        let statement = try self.db.cachedStatement(sql: "SELECT 1 FROM ledger_line WHERE term = ? AND serial = ?")
        return try Bool.fetchOne(statement, arguments: [row.term, row.serial]) == true
    }

    // MARK: Accounts

    func lease(_ ask: ChunkAsk, term: Int64) throws -> ChunkGrant {
        var account = try self.openAccount(ask)
        guard ask.enforcement == .hard else { return ChunkGrant(units: 0, standing: account.standing) }
        let units = ChunkPolicy.grant(ask, headroom: account.standing.headroom)
        let (number, isShort) = (account.standing.number, units < ask.wanted)
        if units > 0 || isShort {
            try self.run(
                """
                UPDATE ledger_account SET reserved = reserved + ?, wanted_at = CASE WHEN ? THEN ? ELSE wanted_at END
                WHERE number = ?
                """, [units, isShort, self.now.milliseconds, number])
        }
        if units > 0 {
            try self.run(
                """
                INSERT INTO ledger_chunk (term, account, units) VALUES (?, ?, ?)
                ON CONFLICT (term, account) DO UPDATE SET units = units + excluded.units
                """, [term, number, units])
        }
        account.standing.reserved += units
        return ChunkGrant(units: units, standing: account.standing)
    }

    private func openAccount(_ ask: ChunkAsk) throws -> LedgerAccountRow {
        let key = ask.key
        try self.run(
            """
            INSERT INTO ledger_account (budget, tenant, subject, period, unit, configured, alert_percent)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (budget, tenant, subject, period, unit) DO UPDATE
            SET configured = excluded.configured, alert_percent = excluded.alert_percent
            WHERE configured != excluded.configured OR alert_percent != excluded.alert_percent
            """,
            [
                key.budget, key.tenant, key.subject, key.period.milliseconds, key.unit.rawValue, ask.limit,
                ask.alertPercent,
            ])
        let statement = try self.db.cachedStatement(
            sql:
                "\(LedgerAccountRow.selection) WHERE budget = ? AND tenant = ? AND subject = ? AND period = ? AND unit = ?"
        )
        let row = try Row.fetchOne(
            statement, arguments: [key.budget, key.tenant, key.subject, key.period.milliseconds, key.unit.rawValue])
        guard let row else { throw StoreError.corrupt("an account of the ledger that was opened isn't there") }
        var account = try LedgerAccountRow(row)
        try account.applyOverride(self.db, at: self.now)
        return account
    }

    // MARK: Lines

    func post(_ batch: LedgerBatch, by node: NodeID, term: Int64) throws -> LedgerPosted {
        try self.run(
            "UPDATE ledger_node SET batch = ? WHERE term = ? AND batch < ?", [batch.number, term, batch.number])
        if self.db.changesCount == 1 { try self.write(batch, by: node, term: term) }
        let touched = Set(batch.rows.flatMap(\.accounts)).sorted()
        return LedgerPosted(
            alerts: try touched.compactMap { try self.alert($0) },
            watched: try batch.watched.compactMap { try self.watch($0, term: term) })
    }

    private func write(_ batch: LedgerBatch, by node: NodeID, term: Int64) throws {
        let insert = try DirectStatement(self.db, LedgerLine.insertion)
        var sums: [Int64: Amount] = [:]
        for row in batch.rows where !row.isLate(in: term) {
            try LedgerLine.insert(row, of: node, by: insert)
            for number in row.accounts { sums[number, default: .zero] += row.amount }
        }
        for row in batch.rows where row.isLate(in: term) {
            if let line = try self.lateLine(for: row) { try self.add(line, of: node, by: insert) }
        }
        for (number, sum) in sums.sorted(by: { $0.key < $1.key }) {
            let units = try self.settle(sum, in: number)
            try self.release(units, of: number, term: term)
        }
        for (number, units) in batch.returns.sorted(by: { $0.key < $1.key }) {
            try self.release(units, of: number, term: term)
        }
    }

    private func add(_ row: LedgerRow, of node: NodeID, by insert: DirectStatement) throws {
        try LedgerLine.insert(row, of: node, by: insert)
        for number in row.accounts { _ = try self.settle(row.amount, in: number) }
    }

    /// - Returns: The amount in the account's unit.
    private func settle(_ amount: Amount, in number: Int64) throws -> Int64 {
        let statement = try self.db.cachedStatement(
            sql: """
                UPDATE ledger_account SET settled = settled + CASE unit WHEN 'money' THEN ? ELSE ? END WHERE number = ?
                RETURNING unit
                """)
        let unit = try String.fetchOne(
            statement, arguments: [amount.money.nanoDollars, amount.tokens, number]
        ).flatMap(BudgetUnit.init)
        return unit.map(amount.units) ?? 0
    }

    /// Takes back as much as the node has.
    private func release(_ units: Int64, of number: Int64, term: Int64) throws {
        let held = try Int64.fetchOne(
            self.db.cachedStatement(sql: "SELECT units FROM ledger_chunk WHERE term = ? AND account = ?"),
            arguments: [term, number])
        let released = min(units, held ?? 0)
        guard released > 0 else { return }
        if released == held {
            try self.run("DELETE FROM ledger_chunk WHERE term = ? AND account = ?", [term, number])
        } else {
            try self.run(
                "UPDATE ledger_chunk SET units = units - ? WHERE term = ? AND account = ?", [released, term, number])
        }
        try self.run("UPDATE ledger_account SET reserved = reserved - ? WHERE number = ?", [released, number])
    }

    /// What a line adds whose attempt others may have reckoned up; nil for nothing.
    private func lateLine(for row: LedgerRow) throws -> LedgerRow? {
        row.late(among: try self.lines(of: row.serial, in: row.term), chunks: try self.lines(of: 0, in: row.term))
    }

    private func lines(of serial: Int64, in term: Int64) throws -> [LedgerRow] {
        let statement = try self.db.cachedStatement(
            sql: "\(LedgerLine.selection) WHERE term = ? AND serial = ? ORDER BY number")
        return try Row.fetchAll(statement, arguments: [term, serial]).map { try LedgerLine.row($0).row }
    }

    private func alert(_ number: Int64) throws -> AccountStanding? {
        guard let account = try LedgerAccountRow.fetch(number, self.db, at: self.now), !account.isAlerted,
            account.standing.hasReached(percent: account.alertPercent)
        else { return nil }
        try self.run("UPDATE ledger_account SET is_alerted = 1 WHERE number = ?", [number])
        return account.standing
    }

    private func watch(_ number: Int64, term: Int64) throws -> WatchedAccount? {
        guard let account = try LedgerAccountRow.fetch(number, self.db, at: self.now) else { return nil }
        let chunk = try Int64.fetchOne(
            self.db.cachedStatement(sql: "SELECT units FROM ledger_chunk WHERE term = ? AND account = ?"),
            arguments: [term, number])
        return WatchedAccount(
            standing: account.standing, chunk: chunk ?? 0,
            isWanted: account.standing.isWanted(account.wantedAt, at: self.now))
    }
}
