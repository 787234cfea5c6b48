import BelayCore

/// A task for an agent.
public struct StartRequest: Sendable {
    public var agent: String
    public var task: String
    public var user: User
    /// The conversation that the task belongs to.
    public var session: SessionID?
    public var sessionPolicy: SessionPolicy
    /// What was said before, when the caller keeps the conversation: texts of the user and the assistant, at most 1,000
    /// messages and 1 MiB. Not together with a session, whose own history counts.
    public var conversation: [Message]
    /// The same key with the same request gives the same execution; 1 to 255 characters.
    public var idempotencyKey: String?
    /// Fails explicitly instead of being answered by a lesser path.
    public var isCritical: Bool
    /// The name of the server's key that it came with; nil for none.
    public var keyName: String?
    /// What stands in its way when as many executions are open; the first that is in the way is told.
    public var limits: [OpenExecutionLimit]

    public init(
        agent: String, task: String, user: User, session: SessionID? = nil, sessionPolicy: SessionPolicy = .enqueue,
        conversation: [Message] = [], idempotencyKey: String? = nil, isCritical: Bool = false,
        keyName: String? = nil, limits: [OpenExecutionLimit] = []
    ) {
        self.agent = agent
        self.task = task
        self.user = user
        self.session = session
        self.sessionPolicy = sessionPolicy
        self.conversation = conversation
        self.idempotencyKey = idempotencyKey
        self.isCritical = isCritical
        self.keyName = keyName
        self.limits = limits
    }
}
