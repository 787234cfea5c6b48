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
    /// What the provider bills for it all the same; nil for nothing, as when it was never sent or got an HTTP error. An
    /// estimate where it broke off before its usage was known.
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

extension ModelAttempt {
    /// Whether a request left for the provider. A path that was passed over took no time.
    package var wasSent: Bool {
        switch self.failure.kind {
        case .circuitOpen, .throttled, .allowanceExceeded, .budgetExceeded, .budgetReserved: false
        case .authentication, .quotaExhausted: self.failure.status != nil || self.duration > .zero
        default: true
        }
    }
}

extension [ModelAttempt] {
    /// What attempts cost together. One that the provider doesn't bill costs nothing.
    package var cost: Cost { self.compactMap(\.cost).reduce(.known(.zero)) { $0.adding($1) } }
}
