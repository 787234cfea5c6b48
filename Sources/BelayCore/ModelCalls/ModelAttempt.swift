/// One attempt at a model call that did not succeed.
public struct ModelAttempt: Sendable, Hashable, Codable {
    public var path: ModelPath
    /// The name of the key or endpoint that it went to; nil when the provider has one only, or before one was chosen.
    public var endpoint: String?
    /// 1 for the first attempt of the call, over all paths.
    public var number: Int
    public var failure: ModelFailure
    private var milliseconds: Int64
    private var endMilliseconds: Int64?
    /// What the provider bills for it all the same.
    public var cost: Cost?

    /// - Parameter end: When it was over, counted from the beginning of the call; nil if that isn't known.
    public init(
        path: ModelPath, endpoint: String? = nil, number: Int, failure: ModelFailure, duration: Duration,
        cost: Cost? = nil, end: Duration? = nil
    ) {
        self.path = path
        self.endpoint = endpoint
        self.number = number
        self.failure = failure
        self.milliseconds = duration.milliseconds
        self.cost = cost
        self.endMilliseconds = end?.milliseconds
    }

    public var duration: Duration { .milliseconds(self.milliseconds) }

    /// When it was over, counted from the beginning of the call.
    public var end: Duration? { self.endMilliseconds.map { .milliseconds($0) } }
}
