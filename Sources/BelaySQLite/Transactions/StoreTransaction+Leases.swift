import BelayCore
import GRDB

extension StoreTransaction {
    private struct Candidate {
        let number: Int64
        let id: ExecutionID
        let tenant: String
        let due: Timestamp
        let epoch: Int

        /// - Parameter row: number, id, tenant, due_at, lease_epoch.
        init(_ row: Row) {
            self.number = row[0]
            self.id = ExecutionID(rawValue: row[1])
            self.tenant = row[2]
            self.due = Timestamp(milliseconds: row[3])
            self.epoch = row[4]
        }
    }

    /// Serves the tenants in turn, each time the execution of the tenant that is due the longest. Whose turn it is
    /// stands in the file, so that many small claims, by whatever process, are as fair as a large one.
    func claim(by node: NodeID, limit: Int, until expires: Timestamp) throws -> [Lease] {
        var leases: [Lease] = []
        let previous = try self.lastServedTenant()
        var last: String?
        var turn = previous
        var isFullRound = false
        var hasServed = true
        while leases.count < limit {
            guard let candidate = try self.earliest(afterTenant: turn) else {
                // The end of the round. After a round in which nobody got anything, nothing is due.
                if isFullRound, !hasServed { break }
                (turn, isFullRound, hasServed) = (nil, true, false)
                continue
            }
            turn = candidate.tenant
            guard candidate.due <= self.now else { continue }
            leases.append(try self.lease(candidate, to: node, until: expires))
            (last, hasServed) = (turn, true)
        }
        if let last, last != previous { try self.remember(lastServedTenant: last) }
        return leases
    }

    /// Takes what is due of a scope. Nobody's turn changes by it.
    func claim(within scope: ClaimScope, by node: NodeID, limit: Int, until expires: Timestamp) throws -> [Lease] {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT number, id, tenant, due_at, lease_epoch FROM execution
                WHERE due_at <= ? \(scope.condition) ORDER BY due_at LIMIT ?
                """)
        let arguments: StatementArguments = [self.now.milliseconds] + scope.arguments + [max(limit, 0)]
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            try self.lease(Candidate(row), to: node, until: expires)
        }
    }

    private func lease(_ candidate: Candidate, to node: NodeID, until expires: Timestamp) throws -> Lease {
        try self.run(
            "UPDATE execution SET lease_node = ?, lease_epoch = ?, lease_expires = ? WHERE number = ?",
            [node.rawValue, candidate.epoch + 1, expires.milliseconds, candidate.number])
        return Lease(execution: candidate.id, node: node, epoch: candidate.epoch + 1, expires: expires)
    }

    /// What is planned first for the next tenant after `tenant` in the order of names.
    private func earliest(afterTenant tenant: String?) throws -> Candidate? {
        let condition = tenant == nil ? "" : "AND tenant > ?"
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT number, id, tenant, due_at, lease_epoch FROM execution
                WHERE due_at IS NOT NULL \(condition) ORDER BY tenant, due_at LIMIT 1
                """)
        let arguments: StatementArguments = tenant.map { [$0] } ?? []
        return try Row.fetchOne(statement, arguments: arguments).map(Candidate.init)
    }

    private func lastServedTenant() throws -> String? {
        try String.fetchOne(self.db.cachedStatement(sql: "SELECT value FROM meta WHERE name = 'last_served_tenant'"))
    }

    private func remember(lastServedTenant tenant: String) throws {
        try self.run(
            """
            INSERT INTO meta (name, value) VALUES ('last_served_tenant', ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """, [tenant])
    }

    /// - Returns: The lease with its new expiry; nil when it is lost.
    func renew(_ lease: Lease, until expires: Timestamp) throws -> Lease? {
        try self.run(
            "UPDATE execution SET lease_expires = ? WHERE id = ? AND lease_node = ? AND lease_epoch = ?",
            [expires.milliseconds, lease.execution.rawValue, lease.node.rawValue, lease.epoch])
        guard self.db.changesCount == 1 else { return nil }
        var renewed = lease
        renewed.expires = expires
        return renewed
    }

    func release(_ lease: Lease, wakeAt: Timestamp) throws {
        try self.run(
            """
            UPDATE execution SET lease_node = NULL, lease_expires = NULL, wake_at = ?
            WHERE id = ? AND lease_node = ? AND lease_epoch = ?
            """,
            [wakeAt.milliseconds, lease.execution.rawValue, lease.node.rawValue, lease.epoch])
    }
}

extension ClaimScope {
    /// What a row of `execution` has to fulfil beside being due.
    var condition: String {
        switch self {
        case .everything: ""
        case .execution: "AND id = ?"
        case .session: "AND tenant = ? AND session = ?"
        }
    }

    /// The values of the condition.
    var arguments: StatementArguments {
        switch self {
        case .everything: []
        case .execution(let id): [id.rawValue]
        case .session(let id, let tenant): [tenant, id.rawValue]
        }
    }
}
