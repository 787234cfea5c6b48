/// A path that can be used now, with what it promises.
struct WeighedPath {
    var candidate: RoutingDecision.Candidate
    var belief: BetaDistribution
    /// Whether its cost was learned, given or expected, and not just assumed.
    var isCostKnown: Bool
    /// How far the cost of a single call is from its mean, in dollars.
    var costDeviation = 0.0
    /// Where it stands in the evidence of its task; nil when nothing is known of it.
    var place: Int?
    /// What it takes from the value of a success: cost and latency, in dollars.
    var burden = 0.0
    var sampledUtility = 0.0
    var lastProbe: UInt64 = 0

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
