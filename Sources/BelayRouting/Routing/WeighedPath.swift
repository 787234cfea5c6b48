import BelayCore

/// A path that can be used now, with what it promises: figures only, so that looking through a handful of them touches no
/// reference counts.
struct WeighedPath {
    /// Which candidate of the request it is.
    let offset: Int
    var standing = RoutingDecision.Candidate.Standing.open
    var belief: BetaDistribution
    let mean: Double
    var sampled: Double?
    /// How many outcomes the belief is worth.
    var evidence = 0.0
    /// Dollars; nil when nothing is known of it.
    var cost: Double?
    /// Seconds; nil when nothing is known of it.
    var latency: Double?
    /// Whether its cost was learned, given or expected, and not just assumed.
    let isCostKnown: Bool
    /// How far the cost of a single call is from its mean, in dollars.
    var costDeviation = 0.0
    /// Where it stands in the evidence of its task; nil when nothing is known of it.
    var place: Int?
    var lastProbe: UInt64 = 0
    /// What it takes from the value of a success: cost and latency, in dollars.
    var burden = 0.0
    /// At its mean, in dollars.
    var utility = 0.0
    var sampledUtility = 0.0

    init(offset: Int, belief: BetaDistribution, cost: Double?, latency: Double?) {
        self.offset = offset
        self.belief = belief
        self.mean = belief.mean
        self.cost = cost
        self.latency = latency
        self.isCostKnown = cost != nil
    }

    func utility(success: Double, value: Double) -> Double { value * success - self.burden }
}

extension [WeighedPath] {
    /// The first of those that `isIn` with the largest figure.
    func best(where isIn: (WeighedPath) -> Bool, by figure: (WeighedPath) -> Double) -> Int? {
        var best: Int?
        var largest = -Double.infinity
        for index in self.indices where isIn(self[index]) {
            let value = figure(self[index])
            if best == nil || value > largest {
                best = index
                largest = value
            }
        }
        return best
    }
}

extension RoutingDecision.Candidate {
    init(_ weighed: WeighedPath, of request: RoutingRequest) {
        self.init(
            path: request.candidates[weighed.offset].path, standing: weighed.standing, mean: weighed.mean,
            sampled: weighed.sampled, evidence: weighed.evidence, cost: weighed.cost, latency: weighed.latency,
            utility: weighed.utility)
    }
}
