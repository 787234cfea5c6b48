import BelayCore
import GRDB

extension StoreTransaction {
    /// Holds the limits of a new execution against those that are open.
    ///
    /// - Returns: How many there are of each limit with the new one.
    /// - Throws: `StoreError.tooManyOpen`.
    func countOpen(_ new: NewExecution) throws -> [OpenExecutionLimit: Int] {
        var counts: [OpenExecutionLimit: Int] = [:]
        for limit in new.limits {
            guard let count = try self.countOpen(new, under: limit) else { continue }
            guard count < limit.count else { throw StoreError.tooManyOpen(limit) }
            counts[limit] = count + 1
        }
        return counts
    }

    /// - Returns: How many executions the limit counts, or the limit if there are more; nil where it doesn't concern the
    ///   new one.
    private func countOpen(_ new: NewExecution, under limit: OpenExecutionLimit) throws -> Int? {
        let user = new.accepted.user
        let index: String
        var condition: String
        var arguments: StatementArguments
        switch limit.scope {
        case .user:
            (index, condition, arguments) = ("execution_open_user", "tenant = ? AND user = ?", [user.tenant, user.id])
        case .customer:
            guard let customer = user.customer else { return nil }
            (index, condition, arguments) = (
                "execution_open_customer", "tenant = ? AND customer = ?", [user.tenant, customer]
            )
        case .agent:
            (index, condition, arguments) = (
                "execution_open_agent", "tenant = ? AND agent = ?", [user.tenant, new.accepted.agent]
            )
        case .key:
            guard let key = new.keyName else { return nil }
            (index, condition, arguments) = ("execution_open_key", "key_name = ?", [key])
        case .tenant: (index, condition, arguments) = ("execution_open", "tenant = ?", [user.tenant])
        case .everything: (index, condition, arguments) = ("execution_open", "TRUE", [])
        }
        if new.sessionPolicy == .interrupt, let session = new.accepted.session {
            condition += " AND NOT (tenant = ? AND session IS ?)"
            arguments += [user.tenant, session.rawValue]
        }
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT count(*) FROM (
                    SELECT 1 FROM execution INDEXED BY \(index) WHERE ended IS NULL AND \(condition) LIMIT ?
                )
                """)
        return try Int.fetchOne(statement, arguments: arguments + [limit.count])
    }
}
