import BelayCore
import GRDB

extension StoreTransaction {
    private struct Candidate {
        let number: Int64
        let id: ExecutionID
        let tenant: String
        let epoch: Int

        /// - Parameter row: number, id, tenant, lease_epoch.
        init(_ row: Row) {
            self.number = row[0]
            self.id = ExecutionID(rawValue: row[1])
            self.tenant = row[2]
            self.epoch = row[3]
        }
    }

    /// A tenant in line for a lease.
    private struct Place {
        /// What it has due the longest.
        var first: Candidate
        var underWay: Int
    }

    /// Serves the tenant that has the fewest executions under way, of those with as many the one whose turn it is, each
    /// time the execution of it that is due the longest. Both stand in the file, so that many small claims, by whatever
    /// process, are as fair as a large one.
    func claim(by node: NodeID, limit: Int, until expires: Timestamp) throws -> [Lease] {
        let previous = try self.lastServedTenant()
        var line = try self.line(after: previous, for: limit)
        var leases: [Lease] = []
        var last: String?
        while leases.count < limit,
            let next = line.indices.min(by: { line[$0].underWay < line[$1].underWay })
        {
            let place = line.remove(at: next)
            let tenant = place.first.tenant
            leases.append(try self.lease(place.first, to: node, until: expires))
            last = tenant
            if let first = try self.due(of: tenant) {
                line.append(Place(first: first, underWay: place.underWay + 1))
            }
        }
        if let last, last != previous { try self.remember(lastServedTenant: last) }
        return leases
    }

    /// The tenants that have something due, beginning with the one whose turn it is.
    ///
    /// - Parameter count: How many leases are to be given. When so many tenants have nothing under way, those behind them
    ///   would get none, and are left out.
    private func line(after previous: String?, for count: Int) throws -> [Place] {
        guard count > 0 else { return [] }
        let underWay = try self.underWay()
        var line: [Place] = []
        var idle = 0
        // Behind the one that was served last, and then around to it.
        let names: [(after: String?, upTo: String?)] = previous.map { [($0, nil), (nil, $0)] } ?? [(nil, nil)]
        for (after, upTo) in names {
            let tenants = try self.dueTenants(after: after, upTo: upTo)
            while let tenant = try tenants.next() {
                guard let first = try self.due(of: tenant) else { continue }
                let place = Place(first: first, underWay: underWay[tenant] ?? 0)
                line.append(place)
                if place.underWay == 0 { idle += 1 }
                if idle == count { return line }
            }
        }
        return line
    }

    /// How many executions of each tenant are leased, by all nodes together: as many as they have slots at most.
    private func underWay() throws -> [String: Int] {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT tenant, count(*) FROM execution INDEXED BY execution_leased
                WHERE lease_expires > ? GROUP BY tenant
                """)
        let rows = try Row.fetchAll(statement, arguments: [self.now.milliseconds])
        // What SQLite tells apart by bytes may be one text in Swift.
        return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: +)
    }

    /// Takes what is due of a scope. Nobody's turn changes by it.
    func claim(within scope: ClaimScope, by node: NodeID, limit: Int, until expires: Timestamp) throws -> [Lease] {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT number, id, tenant, lease_epoch FROM execution
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

    /// The tenants behind `low` and not behind `high`, in the order of names, that have something due. It takes a step of
    /// the index for each tenant that has anything planned, however much that is.
    private func dueTenants(after low: String?, upTo high: String?) throws -> FastDatabaseValueCursor<String> {
        let bound = high == nil ? "" : "AND tenant <= ?3"
        let statement = try self.db.cachedStatement(
            sql: """
                WITH RECURSIVE turn (tenant) AS (
                    SELECT min(tenant) FROM execution WHERE due_at IS NOT NULL AND tenant > ?2 \(bound)
                    UNION ALL
                    SELECT (SELECT min(tenant) FROM execution
                        WHERE due_at IS NOT NULL AND tenant > turn.tenant \(bound))
                    FROM turn WHERE turn.tenant IS NOT NULL
                )
                SELECT tenant FROM turn
                WHERE EXISTS (SELECT 1 FROM execution WHERE execution.tenant = turn.tenant AND due_at <= ?1)
                """)
        // No tenant's name is empty.
        let names = [low ?? "", high].compactMap { $0 }
        return try String.fetchCursor(
            statement, arguments: [self.now.milliseconds] + StatementArguments(names))
    }

    /// What has been due the longest of a tenant.
    private func due(of tenant: String) throws -> Candidate? {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT number, id, tenant, lease_epoch FROM execution
                WHERE tenant = ? AND due_at <= ? ORDER BY due_at LIMIT 1
                """)
        return try Row.fetchOne(statement, arguments: [tenant, self.now.milliseconds]).map(Candidate.init)
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
