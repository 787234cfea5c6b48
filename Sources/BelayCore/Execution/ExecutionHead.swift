/// The summary of an execution that lists and filters read: a cache of its journal.
public struct ExecutionHead: Sendable, Hashable, Codable {
    public var id: ExecutionID
    public var agent: String
    public var version: String
    public var user: User
    public var session: SessionID?
    public var state: ExecutionState
    /// Set when the execution ended.
    public var reason: TerminationReason?
    /// The first 200 characters of the task.
    public var task: String
    /// Model calls that were answered.
    public var steps: Int
    public var toolCalls: Int
    public var usage: Usage
    /// The sum of the known and estimated costs.
    public var cost: Money
    /// Whether some call had no price, so that `cost` is a lower bound.
    public var hasUnknownCost: Bool
    /// Whether an earlier answer stood in for a model's, because none could be reached.
    public var isDegraded: Bool
    public var started: Timestamp
    public var updated: Timestamp
    public var ended: Timestamp?
    /// The number of the journal's last event.
    public var sequence: Int

    public init(
        id: ExecutionID, agent: String, version: String, user: User, session: SessionID?, state: ExecutionState,
        reason: TerminationReason?, task: String, steps: Int, toolCalls: Int, usage: Usage, cost: Money,
        hasUnknownCost: Bool, isDegraded: Bool, started: Timestamp, updated: Timestamp, ended: Timestamp?, sequence: Int
    ) {
        self.id = id
        self.agent = agent
        self.version = version
        self.user = user
        self.session = session
        self.state = state
        self.reason = reason
        self.task = task
        self.steps = steps
        self.toolCalls = toolCalls
        self.usage = usage
        self.cost = cost
        self.hasUnknownCost = hasUnknownCost
        self.isDegraded = isDegraded
        self.started = started
        self.updated = updated
        self.ended = ended
        self.sequence = sequence
    }
}
