/// The best that can be expected of a call by somebody who knows the truth: one path, or, under a ceiling on the mean
/// cost, a mix of two.
///
/// "Shares of paths that maximise the utility, with a mean cost of at most c" is a linear program with two constraints,
/// so some optimum uses at most two paths; all pairs are tried.
struct OracleMix: Sendable, Hashable {
    let utility: Double
    let cost: Double
    /// Adds up to 1.
    let shares: [Double]

    /// - Parameter paths: At least one. When all cost more than the ceiling, the cheapest is taken.
    init(_ paths: [(utility: Double, cost: Double)], ceiling: Double?) {
        func shares(_ first: Int, _ second: Int, _ share: Double) -> [Double] {
            var shares = [Double](repeating: 0, count: paths.count)
            shares[first] += share
            shares[second] += 1 - share
            return shares
        }
        func value(_ shares: [Double]) -> Double { zip(shares, paths).reduce(0) { $0 + $1.0 * $1.1.utility } }
        let limit = ceiling ?? .infinity
        var candidates = paths.indices.filter { paths[$0].cost <= limit }.map { shares($0, $0, 1) }
        for dear in paths.indices where paths[dear].cost > limit {
            for cheap in paths.indices where paths[cheap].cost < limit {
                let share = (limit - paths[cheap].cost) / (paths[dear].cost - paths[cheap].cost)
                candidates.append(shares(dear, cheap, share))
            }
        }
        let cheapest = paths.indices.min { paths[$0].cost < paths[$1].cost } ?? 0
        self.shares = candidates.max { value($0) < value($1) } ?? shares(cheapest, cheapest, 1)
        self.utility = value(self.shares)
        self.cost = zip(self.shares, paths).reduce(0) { $0 + $1.0 * $1.1.cost }
    }
}
