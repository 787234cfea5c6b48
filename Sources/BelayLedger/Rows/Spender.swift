import BelayCore

/// Who spends, and what for: every row of the ledger names it. Names that Unicode holds to be equal are made one (NFC).
public struct Spender: Sendable, Hashable, Codable {
    public var tenant: String
    public var user: String?
    public var customer: String?
    public var session: String?
    public var agent: String?
    /// Of the agent.
    public var version: String?
    /// What the call is for, as outcomes name it.
    public var task: String?
    public var execution: String?

    public init(
        tenant: String = User.defaultTenant, user: String? = nil, customer: String? = nil, session: String? = nil,
        agent: String? = nil, version: String? = nil, task: String? = nil, execution: String? = nil
    ) {
        self.tenant = tenant.spelledOnce
        self.user = user?.spelledOnce
        self.customer = customer?.spelledOnce
        self.session = session?.spelledOnce
        self.agent = agent?.spelledOnce
        self.version = version?.spelledOnce
        self.task = task?.spelledOnce
        self.execution = execution?.spelledOnce
    }
}
