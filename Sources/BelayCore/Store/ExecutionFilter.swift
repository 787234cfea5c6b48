/// Which executions to list; nil means any.
public struct ExecutionFilter: Sendable, Hashable {
    public var tenant: String?
    public var states: Set<ExecutionState>?
    public var agent: String?
    public var user: String?
    public var session: SessionID?

    public init(
        tenant: String? = nil, states: Set<ExecutionState>? = nil, agent: String? = nil, user: String? = nil,
        session: SessionID? = nil
    ) {
        self.tenant = tenant
        self.states = states
        self.agent = agent
        self.user = user
        self.session = session
    }
}
