import BelayCore

/// A call that needs a path.
public struct RoutingRequest: Sendable, Hashable {
    /// A path that may be chosen.
    public struct Candidate: Sendable, Hashable {
        public var path: ModelPath
        /// False when it can't be used now: its circuit is open, its limits are used up, it lacks a capability.
        public var isAvailable: Bool
        /// What this very call would cost there, when that is known better than from earlier calls.
        public var cost: Money?
        /// The part of the cost that is saved there because the provider still has the prompt in its cache, 0 to 1.
        public var cacheDiscount: Double

        public init(_ path: ModelPath, isAvailable: Bool = true, cost: Money? = nil, cacheDiscount: Double = 0) {
            self.path = path
            self.isAvailable = isAvailable
            self.cost = cost
            self.cacheDiscount = cacheDiscount
        }
    }

    public var task: String
    /// In order of preference, which decides between equals.
    public var candidates: [Candidate]
    public var context: OutcomeContext
    public var stakes: Stakes
    /// Taken without a choice as long as it is available.
    public var pinned: ModelPath?

    public init(
        task: String, candidates: [Candidate], context: OutcomeContext = OutcomeContext(), stakes: Stakes = .normal,
        pinned: ModelPath? = nil
    ) {
        self.task = task
        self.candidates = candidates
        self.context = context
        self.stakes = stakes
        self.pinned = pinned
    }
}
