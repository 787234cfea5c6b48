import BelayCore
import GRDB

extension SQLiteExecutionStore {
    public func openExecutions(
        per scope: OpenExecutionLimit.Scope, tenant: String?, name: String?, limit: Int
    ) async throws -> [OpenExecutionCount] {
        let (ownTenant, ownName, index, condition) =
            switch scope {
            case .user: ("tenant", "user", "execution_open_user", "user <> '\(User.anonymous)'")
            case .customer: ("tenant", "customer", "execution_open_customer", "customer IS NOT NULL")
            case .agent: ("tenant", "agent", "execution_open_agent", "TRUE")
            case .key: ("''", "key_name", "execution_open_key", "key_name IS NOT NULL")
            case .tenant: ("tenant", "tenant", "execution_open", "TRUE")
            case .everything: ("''", "''", "execution_open", "TRUE")
            }
        return try await self.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(ownTenant), \(ownName), count(*) FROM execution INDEXED BY \(index)
                    WHERE ended IS NULL AND \(condition)
                        \(tenant == nil ? "" : "AND \(ownTenant) = ?") \(name == nil ? "" : "AND \(ownName) = ?")
                    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ?
                    """)
            let names = StatementArguments([tenant, name].compactMap { $0 })
            return try Row.fetchAll(statement, arguments: names + [min(max(limit, 1), 1_000)]).map {
                OpenExecutionCount(tenant: $0[0], name: $0[1], count: $0[2])
            }
        }
    }
}
