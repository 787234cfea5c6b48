/// A model call that was answered.
public struct ModelCallResult: Sendable, Hashable {
    public var answer: ModelAnswer
    public var path: ModelPath
    /// The name of the key or endpoint that answered; nil when the provider has one only.
    public var endpoint: String?
    public var cost: Cost
    /// The attempts that failed before, in order.
    public var failedAttempts: [ModelAttempt]
    /// From the call to the end of the answer.
    public var duration: Duration
    /// True when every path was down and a cached answer stands in.
    public var isDegraded: Bool
    /// The body that the answer was read from, when it wasn't streamed and its provider speaks the protocol of
    /// ``ModelRequest/original``.
    public var original: [UInt8]?
    /// What the cache had to do with it; nil where it has nothing to do with such calls.
    public var cache: CacheUse?
    /// What was used to make an answer that is from the cache.
    package var spared = Usage.zero
    /// Why the path that was tried first was chosen; nil when the route has a fixed order.
    public var decision: RoutingDecision?
    /// The name under which the outcome is kept, and judged later; nil when none is kept, as of a cached answer.
    public var outcome: String?

    /// Whether no model was asked for this answer, or none gave it.
    public var isFromCache: Bool { self.isDegraded || (self.cache != nil && self.cache != .miss) }

    public init(
        answer: ModelAnswer, path: ModelPath, endpoint: String? = nil, cost: Cost, failedAttempts: [ModelAttempt] = [],
        duration: Duration, isDegraded: Bool = false, original: [UInt8]? = nil
    ) {
        self.answer = answer
        self.path = path
        self.endpoint = endpoint
        self.cost = cost
        self.failedAttempts = failedAttempts
        self.duration = duration
        self.isDegraded = isDegraded
        self.original = original
    }
}
