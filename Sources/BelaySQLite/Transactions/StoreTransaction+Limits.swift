import BelayCore
import GRDB

extension StoreTransaction {
    /// Holds the limits of a new execution against those that are open.
    ///
    /// - Parameter interrupted: Those that it asks to stop. Whom somebody asked before counts until it has ended.
    /// - Returns: How many there are of each limit with the new one.
    /// - Throws: `StoreError.tooManyOpen`.
    func countOpen(_ new: NewExecution, interrupting interrupted: [Target]) throws -> [OpenExecutionLimit: Int] {
        if new.limits.isEmpty { return [:] }
        let spared = try interrupted.filter { try !self.isAskedToStop($0) }.map(\.number)
        var counts: [OpenExecutionLimit: Int] = [:]
        for limit in new.limits {
            guard let count = try self.countOpen(new, under: limit, sparing: spared) else { continue }
            guard count < limit.count else { throw StoreError.tooManyOpen(limit) }
            counts[limit] = count + 1
        }
        return counts
    }

    private func isAskedToStop(_ target: Target) throws -> Bool {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM event WHERE execution = ? AND json_extract(payload, '$.type') = ?
                )
                """)
        let name = Event.Name.cancelRequested.rawValue
        return try Bool.fetchOne(statement, arguments: [target.number, name]) ?? false
    }

    /// - Parameter spared: Those that aren't counted.
    /// - Returns: How many executions the limit counts, or the limit if there are more; nil where it doesn't concern the
    ///   new one.
    private func countOpen(
        _ new: NewExecution, under limit: OpenExecutionLimit, sparing spared: [Int64]
    ) throws -> Int? {
        let user = new.accepted.user
        let index: String
        var condition: String
        var arguments: StatementArguments
        switch limit.scope {
        case .user:
            if user.id == User.anonymous { return nil }
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
        if !spared.isEmpty {
            condition += " AND number NOT IN (SELECT value FROM json_each(?))"
            arguments += ["[\(spared.map(String.init).joined(separator: ","))]"]
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
