/// Which path a call takes, and why: enough to explain the choice later, and to evaluate other choices on it.
public struct RoutingDecision: Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// The execution had this path before.
        case pinned
        /// No other path can be used now.
        case only
        /// It promises the most, for all that is known.
        case best
        /// It promises the most by what is known for sure; nothing is tried out on a critical call.
        case critical
        /// It may be better than the best: not enough is known to rule it out.
        case explored
        /// Another may be better, but the share of calls that may try it is used up.
        case capped
        /// It failed before, or wasn't tried for so long that little is known of it; it is looked after.
        case probe
        /// Every path has failed, or costs more than the ceiling allows: the least bad one.
        case lastResort = "last_resort"
        /// By chance alone, or by its weight.
        case weighted
    }

    /// What counted for one path.
    public struct Candidate: Sendable, Hashable {
        public enum Standing: String, Sendable, Hashable, Codable, CaseIterable {
            case open
            /// It fails much more often than before.
            case suspended
            /// It would break the ceiling on costs.
            case tooExpensive = "too_expensive"
        }

        public var path: ModelPath
        public var standing: Standing
        /// The expected share of successes.
        public var mean: Double
        /// The share of successes that was drawn; nil when nothing was drawn.
        public var sampled: Double?
        /// How many outcomes the belief is worth by now.
        public var evidence: Double
        /// Expected, in dollars; nil when nothing is known of it.
        public var cost: Double?
        /// Expected, in seconds; nil when nothing is known of it.
        public var latency: Double?
        /// Expected, in dollars.
        public var utility: Double

        public init(
            path: ModelPath, standing: Standing = .open, mean: Double, sampled: Double? = nil, evidence: Double = 0,
            cost: Double? = nil, latency: Double? = nil, utility: Double = 0
        ) {
            self.path = path
            self.standing = standing
            self.mean = mean
            self.sampled = sampled
            self.evidence = evidence
            self.cost = cost
            self.latency = latency
            self.utility = utility
        }
    }

    public var path: ModelPath
    public var reason: Reason
    public var stakes: Stakes
    /// Every path that could be used, in the caller's order.
    public var candidates: [Candidate]
    /// The probability with which this path was chosen; nil when it wasn't estimated.
    public var propensity: Double?
    /// By how much a dollar of cost weighed more than a dollar of value, because of the ceiling; 0 without need.
    public var pressure: Double

    public init(
        path: ModelPath, reason: Reason, stakes: Stakes = .normal, candidates: [Candidate], propensity: Double? = nil,
        pressure: Double = 0
    ) {
        self.path = path
        self.reason = reason
        self.stakes = stakes
        self.candidates = candidates
        self.propensity = propensity
        self.pressure = pressure
    }

    /// Whether another path was known to be better.
    public var isExploration: Bool { self.reason == .explored || self.reason == .probe }
}
