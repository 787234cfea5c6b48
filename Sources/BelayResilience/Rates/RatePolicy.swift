/// How often somebody may ask, and whom it counts apart.
public struct RatePolicy: Sendable, Hashable {
    /// Whom a policy counts apart. Who a request doesn't name is not limited by a policy for that kind.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        case user, customer, key, agent, tenant
        /// Everybody together, over all tenants.
        case everything
    }

    /// What a policy limits.
    public enum Dimension: String, Sendable, Hashable, CaseIterable {
        case requests, tokens, sessions
        /// Requests under way at once.
        case concurrent
        /// Executions open at once.
        case executions
    }

    /// Unique among the policies of a gate.
    public var name: String
    public var scope: Scope
    public var requests: RateLimit?
    /// Of input and output: estimated before a request, corrected after it.
    public var tokens: RateLimit?
    /// Conversations that begin. One that was silent for as long as the period of this limit begins anew.
    public var sessions: RateLimit?
    /// At least 1; nil for any number.
    public var concurrent: Int?
    /// Executions that are open at once: begun and not ended. 1 to 10,000; nil for any number. Only whoever starts them can
    /// count them, so a gate doesn't.
    public var executions: Int?
    /// How long a request may wait for its turn instead of being refused; zero for not at all.
    public var maxWait: Duration

    public init(
        _ name: String, per scope: Scope, requests: RateLimit? = nil, tokens: RateLimit? = nil,
        sessions: RateLimit? = nil, concurrent: Int? = nil, executions: Int? = nil, maxWait: Duration = .zero
    ) {
        precondition((1...10_000).contains(executions ?? 1), "\(executions ?? 1) executions at once can't be counted.")
        precondition(concurrent ?? 1 >= 1, "\(concurrent ?? 1) requests at once let nothing run.")
        precondition(maxWait >= .zero, "A wait of \(maxWait) is over before it begins.")
        self.name = name
        self.scope = scope
        self.requests = requests
        self.tokens = tokens
        self.sessions = sessions
        self.concurrent = concurrent
        self.executions = executions
        self.maxWait = maxWait
    }

    /// Whether a gate has anything to count.
    var limitsRequests: Bool {
        self.requests != nil || self.tokens != nil || self.sessions != nil || self.concurrent != nil
    }
}

/// A request for the rates that count it: who sends it, and what it takes.
public struct RateAsk: Sendable, Hashable {
    public var tenant: String
    public var user: String?
    public var customer: String?
    public var key: String?
    public var agent: String?
    /// The conversation that it belongs to; nil for none.
    public var session: String?
    /// Of input and output, estimated.
    public var tokens: Int
    /// Whether it begins a conversation although it names none.
    public var isOwnSession: Bool

    public init(
        tenant: String, user: String? = nil, customer: String? = nil, key: String? = nil, agent: String? = nil,
        session: String? = nil, tokens: Int = 0, isOwnSession: Bool = false
    ) {
        self.tenant = tenant
        self.user = user
        self.customer = customer
        self.key = key
        self.agent = agent
        self.session = session
        self.tokens = tokens
        self.isOwnSession = isOwnSession
    }

    /// Whom a policy of this scope counts it for; nil for nobody. Keys are the server's, not a tenant's.
    public func subject(of scope: RatePolicy.Scope) -> (tenant: String, name: String)? {
        switch scope {
        case .user: self.user.map { (self.tenant, $0) }
        case .customer: self.customer.map { (self.tenant, $0) }
        case .key: self.key.map { ("", $0) }
        case .agent: self.agent.map { (self.tenant, $0) }
        case .tenant: (self.tenant, self.tenant)
        case .everything: ("", "")
        }
    }
}
