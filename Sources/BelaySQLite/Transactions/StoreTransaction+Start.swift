import BelayCore
import GRDB

extension StoreTransaction {
    /// - Throws: `StoreError.idempotencyConflict`, `StoreError.sessionOfAnotherUser`, `StoreError.sessionBusy`,
    ///   `StoreError.tooManyOpen`.
    func start(_ new: NewExecution) throws -> StartedExecution {
        if let known = try self.knownExecution(new) { return StartedExecution(head: known, isNew: false) }
        var accepted = new.accepted
        let tenant = accepted.user.tenant
        accepted.continues = try accepted.session.flatMap { try self.lastExecution(of: $0, for: accepted.user) }
        let running = try accepted.session.map { try self.running(in: $0, tenant: tenant) } ?? []
        if let session = accepted.session, !running.isEmpty, new.sessionPolicy == .reject {
            throw StoreError.sessionBusy(session)
        }
        let open = try self.countOpen(new, interrupting: new.sessionPolicy == .interrupt ? running : [])
        let first = try EncodedEvent(.accepted(accepted))
        if new.sessionPolicy == .interrupt {
            let cancel = try EncodedEvent(.cancelRequested(Event.CancelRequested(by: accepted.user.id)))
            for execution in running { _ = try self.signal(cancel, to: execution) }
        }
        let head = ExecutionHead(accepted: accepted, at: self.now)
        try self.insert(head, new, behind: running.last)
        let target = try self.target(head.id)
        try self.insert(first, at: self.now, sequence: 1, of: target.place)
        try self.remember(target, new)
        return StartedExecution(head: head, isNew: true, open: open)
    }

    /// The execution that this very request gave before: by its key, or by the execution's own identifier, so that a
    /// caller without a key may repeat a start whose outcome it doesn't know.
    private func knownExecution(_ new: NewExecution) throws -> ExecutionHead? {
        guard let row = try self.startedRow(new) else { return nil }
        guard row[row.count - 1] as String == new.requestDigest else {
            throw StoreError.idempotencyConflict(key: new.idempotencyKey ?? new.accepted.execution.rawValue)
        }
        return try HeadRow.head(row)
    }

    /// A head and, as the last column, the digest of the request that it came from.
    private func startedRow(_ new: NewExecution) throws -> Row? {
        if let key = new.idempotencyKey {
            let byKey = try self.db.cachedStatement(
                sql: """
                    SELECT \(HeadRow.columns), idempotency.digest FROM idempotency
                    JOIN execution ON execution.number = idempotency.execution
                    WHERE idempotency.tenant = ? AND idempotency.key = ?
                    """)
            if let row = try Row.fetchOne(byKey, arguments: [new.accepted.user.tenant, key]) { return row }
        }
        let byID = try self.db.cachedStatement(
            sql: "SELECT \(HeadRow.columns), request_digest FROM execution WHERE id = ?")
        return try Row.fetchOne(byID, arguments: [new.accepted.execution.rawValue])
    }

    /// The executions of a session that have not ended, in the order in which they came.
    private func running(in session: SessionID, tenant: String) throws -> [Target] {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT \(Target.columns) FROM execution
                WHERE tenant = ? AND session = ? AND ended IS NULL ORDER BY number
                """)
        return try Row.fetchAll(statement, arguments: [tenant, session.rawValue]).map(Target.init)
    }

    /// - Throws: `StoreError.sessionOfAnotherUser`.
    private func lastExecution(of session: SessionID, for user: User) throws -> ExecutionID? {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT execution.id, execution.user FROM session
                JOIN execution ON execution.number = session.last_execution
                WHERE session.tenant = ? AND session.id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [user.tenant, session.rawValue]) else { return nil }
        guard row[1] as String == user.id else { throw StoreError.sessionOfAnotherUser(session) }
        return ExecutionID(rawValue: row[0])
    }

    private func insert(_ head: ExecutionHead, _ new: NewExecution, behind predecessor: Target?) throws {
        try self.run(
            """
            INSERT INTO execution (
                id, tenant, agent, version, user, customer, role, session, request_digest, task, state, started,
                updated, sequence, wake_at, after_execution, key_name
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                head.id.rawValue, head.user.tenant, head.agent, head.version, head.user.id, head.user.customer,
                head.user.role, head.session?.rawValue, new.requestDigest, head.task, head.state.rawValue,
                head.started.milliseconds, head.updated.milliseconds, head.sequence,
                predecessor == nil ? self.now.milliseconds : nil, predecessor?.number, new.keyName,
            ])
    }

    func remember(_ request: IdempotentRequest, of target: Target) throws {
        try self.run(
            "INSERT INTO idempotency (tenant, key, digest, execution, created) VALUES (?, ?, ?, ?, ?)",
            [target.tenant, request.key, request.digest, target.number, self.now.milliseconds])
    }

    private func remember(_ target: Target, _ new: NewExecution) throws {
        if let key = new.idempotencyKey {
            try self.remember(IdempotentRequest(key: key, digest: new.requestDigest), of: target)
        }
        if let session = new.accepted.session {
            try self.run(
                """
                INSERT INTO session (tenant, id, last_execution) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET last_execution = excluded.last_execution
                """, [target.tenant, session.rawValue, target.number])
        }
    }
}
