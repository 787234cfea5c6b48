/// The best that can be expected of a call by somebody who knows the truth: one path, or, under a ceiling on the mean
/// cost, a mix of two.
///
/// "Shares of paths that maximise the utility, with a mean cost of at most c" is a linear program with two constraints,
/// so some optimum uses at most two paths; all pairs are tried.
struct OracleMix: Sendable, Hashable {
    struct Offer: Sendable, Hashable {
        let utility: Double
        let cost: Double
    }

    private(set) var utility = -Double.infinity
    private(set) var cost = 0.0
    /// Adds up to 1.
    private(set) var shares: [Double]

    /// - Parameter offers: What each path promises; at least one. When all cost more than the ceiling, the cheapest is
    ///   taken.
    init(_ offers: [Offer], ceiling: Double?) {
        self.shares = [Double](repeating: 0, count: offers.count)
        let limit = ceiling ?? .infinity
        var best = (first: 0, second: 0, share: 1.0)
        for first in offers.indices where offers[first].cost <= limit {
            self.take(offers[first], offers[first], 1) { best = (first, first, 1) }
            for dear in offers.indices where offers[dear].cost > limit && offers[first].cost < limit {
                let share = (limit - offers[first].cost) / (offers[dear].cost - offers[first].cost)
                self.take(offers[dear], offers[first], share) { best = (dear, first, share) }
            }
        }
        if self.utility == -.infinity {
            let cheapest = offers.indices.min { offers[$0].cost < offers[$1].cost } ?? 0
            self.take(offers[cheapest], offers[cheapest], 1) { best = (cheapest, cheapest, 1) }
        }
        self.shares[best.first] += best.share
        self.shares[best.second] += 1 - best.share
    }

    private mutating func take(_ first: Offer, _ second: Offer, _ share: Double, isBetter: () -> Void) {
        let utility = share * first.utility + (1 - share) * second.utility
        guard utility > self.utility else { return }
        self.utility = utility
        self.cost = share * first.cost + (1 - share) * second.cost
        isBetter()
    }
}
