import BelayCore
import BelayResilience

extension RatePolicy {
    /// Who has executions that have not ended, those with most first; nobody where their number isn't limited.
    package func openExecutions(
        in store: any ExecutionStore, tenant: String?, name: String?, limit: Int
    ) async throws -> [RateCount] {
        guard let most = self.executions else { return [] }
        let found = try await store.openExecutions(
            per: self.scope.ofExecutions, tenant: tenant, name: name, limit: limit)
        return found.map { open in
            RateCount(
                scope: self.scope, tenant: open.tenant, name: open.name,
                standing: RateStanding(policy: self.name, dimension: .executions, underWay: open.count, limit: most))
        }
    }
}

extension RatePolicy.Scope {
    /// The same of executions.
    var ofExecutions: OpenExecutionLimit.Scope {
        switch self {
        case .user: .user
        case .customer: .customer
        case .key: .key
        case .agent: .agent
        case .tenant: .tenant
        case .everything: .everything
        }
    }
}
