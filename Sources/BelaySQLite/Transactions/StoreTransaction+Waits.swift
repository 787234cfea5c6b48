import BelayCore
import BelayJSON
import GRDB

extension StoreTransaction {
    /// Keeps the rows of waits in step with the journal.
    func updateWaits(by event: Event, sequence: Int, of target: JournalPlace) throws {
        switch event {
        case .waitOpened(let wait):
            try self.run(
                """
                INSERT INTO wait (id, tenant, execution, kind, status, opened, expires, opened_sequence)
                VALUES (?, ?, ?, ?, 'open', ?, ?, ?)
                """,
                [
                    wait.id.rawValue, target.tenant, target.number, wait.kind.rawValue, self.now.milliseconds,
                    wait.expires.milliseconds, sequence,
                ])
        case .waitAnswered(let answer):
            try self.run(
                """
                UPDATE wait SET status = 'answered', answered_sequence = ?
                WHERE id = ? AND execution = ? AND status = 'open'
                """, [sequence, answer.wait.rawValue, target.number])
        case .waitExpired(let expiry):
            try self.run(
                "UPDATE wait SET status = 'expired' WHERE id = ? AND execution = ? AND status = 'open'",
                [expiry.wait.rawValue, target.number])
        default: break
        }
    }

    /// Cancels waits that no event answered or let expire.
    func close(_ waits: [WaitID], of target: JournalPlace) throws {
        for wait in waits {
            try self.run(
                "UPDATE wait SET status = 'cancelled' WHERE id = ? AND execution = ? AND status = 'open'",
                [wait.rawValue, target.number])
        }
    }

    static let digestSQL = "SELECT digest FROM idempotency WHERE tenant = ? AND key = ?"

    /// - Throws: `StoreError.waitNotFound`, `StoreError.waitClosed`, `StoreError.idempotencyConflict`.
    func answer(_ wait: WaitID, with event: EncodedEvent, request: IdempotentRequest?) throws -> WaitRecord {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT execution.id, wait.status = 'open' AND wait.expires > ?, wait.tenant
                FROM wait JOIN execution ON execution.number = wait.execution WHERE wait.id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [self.now.milliseconds, wait.rawValue]) else {
            throw StoreError.waitNotFound(wait)
        }
        if let request, try self.wasSent(request, tenant: row[2]) {
            guard let record = try WaitRow.fetch(wait, in: self.db) else { throw StoreError.waitNotFound(wait) }
            return record
        }
        guard row[1] as Bool else { throw StoreError.waitClosed(wait) }
        let target = try self.target(ExecutionID(rawValue: row[0]))
        _ = try self.signal(event, to: target)
        if let request { try self.remember(request, of: target) }
        guard let record = try WaitRow.fetch(wait, in: self.db) else { throw StoreError.waitNotFound(wait) }
        return record
    }

    /// - Throws: `StoreError.idempotencyConflict`.
    private func wasSent(_ request: IdempotentRequest, tenant: String) throws -> Bool {
        let statement = try self.db.cachedStatement(sql: Self.digestSQL)
        guard let digest = try String.fetchOne(statement, arguments: [tenant, request.key]) else { return false }
        guard digest == request.digest else { throw StoreError.idempotencyConflict(key: request.key) }
        return true
    }
}
