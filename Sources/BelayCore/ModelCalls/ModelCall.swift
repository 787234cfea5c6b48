/// A request on its way through the gateway, with what the gateway needs to choose and to bill.
public struct ModelCall: Sendable {
    public var request: ModelRequest
    /// The route that chooses the path, or PROVIDER/MODEL.
    public var route: String
    /// The path that this execution used before; kept while it works.
    public var pinned: ModelPath?
    /// A critical call fails explicitly instead of being downgraded to a cached or lesser answer.
    public var isCritical: Bool
    /// Who may share cached answers.
    public var tenant: String
    /// What the call is for, 1 to 128 bytes: outcomes of paths are compared within a task. Default: the route's name.
    public var task: String?
    /// For whom it is made.
    public var caller: ModelCaller
    /// The model call must end by then, whatever a path's own limits say.
    public var timeout: Duration?
    /// What all its attempts together may cost; nil for what the budgets allow.
    public var allowance: Money?
    /// What the answer serves.
    public var purpose = Purpose.answer
    /// Attempts that this call may send, where that is fewer than its route allows. At least 1; nil leaves it to the route.
    public var maxAttempts: Int?
    /// Paths that are not taken: they were asked before, and their answers were of no use.
    public var excluded: Set<ModelPath> = []
    /// The name under which the outcome of this call is kept, and judged later: 1 to 120 bytes, unique for the call. A call
    /// that is made again because its answer was lost keeps its name. Nil takes a new one.
    public var outcome: String?

    public enum Purpose: Sendable, Hashable {
        case answer
        /// An answer in the place of one that wasn't the value that was asked for.
        case reask
        /// A judgement about another model's answer.
        case judge
        /// A conversation made shorter.
        case compaction
    }

    public init(
        request: ModelRequest, route: String, pinned: ModelPath? = nil, isCritical: Bool = false,
        tenant: String = "default", task: String? = nil, caller: ModelCaller = ModelCaller(),
        timeout: Duration? = nil, outcome: String? = nil
    ) {
        self.request = request
        self.route = route
        self.pinned = pinned
        self.isCritical = isCritical
        self.tenant = tenant
        self.task = task
        self.caller = caller
        self.timeout = timeout
        self.outcome = outcome
    }
}
