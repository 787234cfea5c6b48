/// For whom a budget is counted apart. Who a call doesn't name is not limited by budgets for that kind.
public enum BudgetScope: String, Sendable, Hashable, Codable, CaseIterable {
    /// A conversation, of several executions perhaps.
    case session
    case user
    case customer
    case agent
    case tenant
    /// Everybody together, over all tenants.
    case everything

    /// Whom a budget of this scope counts a spender's call for; nil for nobody.
    func subject(of spender: Spender) -> (tenant: String, name: String)? {
        switch self {
        case .session: spender.session.map { (spender.tenant, $0) }
        case .user: spender.user.map { (spender.tenant, $0) }
        case .customer: spender.customer.map { (spender.tenant, $0) }
        case .agent: spender.agent.map { (spender.tenant, $0) }
        case .tenant: (spender.tenant, spender.tenant)
        case .everything: ("", "")
        }
    }
}
