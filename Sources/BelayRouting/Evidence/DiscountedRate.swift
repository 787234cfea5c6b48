/// Weighted successes out of weighted trials.
package struct DiscountedRate: Sendable, Hashable, Codable {
    /// What weighs less is forgotten, so that sums never reach the subnormal numbers.
    static let negligible = 1e-9

    /// The sum of the weights of all trials.
    package private(set) var weight: Double
    /// The part of it that succeeded, from 0 to `weight`.
    package private(set) var successes: Double

    package init(weight: Double = 0, successes: Double = 0) {
        self.weight = max(0, weight)
        self.successes = min(max(0, successes), self.weight)
    }

    package mutating func add(_ success: Double, weight: Double) {
        self.weight += weight
        self.successes += success * weight
    }

    /// Takes a trial back that was added and weighs `weight` by now.
    package mutating func remove(_ success: Double, weight: Double) {
        self = DiscountedRate(weight: self.weight - weight, successes: self.successes - success * weight)
        if self.weight < Self.negligible { self = DiscountedRate() }
    }

    package mutating func scale(by factor: Double) {
        self.weight *= factor
        self.successes *= factor
        if self.weight < Self.negligible { self = DiscountedRate() }
    }

    package mutating func merge(_ other: DiscountedRate) {
        self.weight += other.weight
        self.successes += other.successes
    }

    /// The belief when `mean` was believed before, as firmly as after `strength` trials.
    package func posterior(priorMean mean: Double, strength: Double) -> BetaDistribution {
        BetaDistribution(
            alpha: self.successes + mean * strength, beta: self.weight - self.successes + (1 - mean) * strength)
    }
}
