/// How much of a limit is left to somebody.
public struct RateStanding: Sendable, Hashable {
    public var policy: String
    public var dimension: RatePolicy.Dimension
    /// In each period, or at once.
    public var limit: Int
    /// Nil for what runs at once.
    public var period: Duration?
    /// What is taken at this moment, 0 or more: more than ``capacity`` where something was taken in advance, or the limit
    /// was lowered.
    public var taken: Int
    /// What may be taken at once when nothing is.
    public var capacity: Int
    /// When all of it is there again, if nothing more is taken; zero for what runs at once.
    public var full: Duration

    public init(
        policy: String, dimension: RatePolicy.Dimension, limit: Int, period: Duration?, taken: Int, capacity: Int,
        full: Duration
    ) {
        self.policy = policy
        self.dimension = dimension
        self.limit = limit
        self.period = period
        self.taken = taken
        self.capacity = capacity
        self.full = full
    }

    /// Of what may be under way at once: requests, or executions.
    public init(policy: String, dimension: RatePolicy.Dimension, underWay: Int, limit: Int) {
        self.init(
            policy: policy, dimension: dimension, limit: limit, period: nil, taken: underWay, capacity: limit,
            full: .zero)
    }

    /// What may be taken at this moment, 0 or more.
    public var remaining: Int { max(0, self.capacity - self.taken) }
}

/// How much of a limit somebody has taken.
public struct RateCount: Sendable, Hashable {
    public var scope: RatePolicy.Scope
    /// Empty where tenants are counted together.
    public var tenant: String
    /// The user, customer, key, agent or tenant; empty where everything is counted together.
    public var name: String
    public var standing: RateStanding

    public init(scope: RatePolicy.Scope, tenant: String, name: String, standing: RateStanding) {
        self.scope = scope
        self.tenant = tenant
        self.name = name
        self.standing = standing
    }

    /// Of what may be taken at once, 0 or more; above 1 where more is taken than may be.
    public var share: Double { Double(self.standing.taken) / Double(max(1, self.standing.capacity)) }

    /// Those who have most of what they may take first.
    public static func precedes(_ one: Self, _ other: Self) -> Bool {
        if one.share != other.share { return one.share > other.share }
        return (one.standing.policy, one.tenant, one.name, one.standing.dimension.rawValue)
            < (other.standing.policy, other.tenant, other.name, other.standing.dimension.rawValue)
    }
}

/// A request is over a limit; nothing of any was taken.
public struct RateExceeded: Error, Sendable, Hashable {
    /// The limit that is in the way for longest, for whom it counts.
    public var standing: RateStanding
    public var scope: RatePolicy.Scope
    /// Who is counted; empty where everything is.
    public var subject: String
    /// What the request would take.
    public var cost: Int
    /// When to come back; nil for a request that takes more than the limit ever grants at once.
    public var retryAfter: Duration?

    public init(
        standing: RateStanding, scope: RatePolicy.Scope, subject: String, cost: Int, retryAfter: Duration?
    ) {
        self.standing = standing
        self.scope = scope
        self.subject = subject
        self.cost = cost
        self.retryAfter = retryAfter
    }
}
