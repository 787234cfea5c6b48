import BelayCore

/// What is believed of a path before anything is known of it, and again when everything is forgotten.
public struct PathPrior: Sendable, Hashable, Codable {
    /// The expected share of successes, 0 to 1. Default 0.75.
    public var success: Double
    /// How many outcomes this belief is worth, larger than 0. Default 2: a few real outcomes outweigh it.
    public var strength: Double
    /// The expected cost of a call, such as the price of a typical request. Nil when unknown: the path then counts as
    /// expensive as the most expensive one of the same choice, because unknown is never free.
    public var cost: Money?
    /// The expected time of a call; nil when unknown, which is handled as for the cost.
    public var latency: Duration?

    public init(success: Double = 0.75, strength: Double = 2, cost: Money? = nil, latency: Duration? = nil) {
        precondition(success >= 0 && success <= 1, "A prior success of \(success) is no share; 0 to 1.")
        precondition(strength > 0 && strength.isFinite, "A prior strength of \(strength) says nothing; larger than 0.")
        self.success = success
        self.strength = strength
        self.cost = cost
        self.latency = latency
    }
}
