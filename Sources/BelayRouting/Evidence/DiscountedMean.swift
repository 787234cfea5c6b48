/// The mean and the spread of weighted figures, of which any can be taken back.
///
/// Welford's recurrences with weights (West, "Updating mean and variance estimates: an improved method",
/// Communications of the ACM 22 (1979)): no difference of two large sums, so millions of figures lose nothing.
package struct DiscountedMean: Sendable, Hashable, Codable {
    /// The sum of the weights.
    package private(set) var weight: Double
    package private(set) var mean: Double
    /// The weighted sum of squared distances from the mean.
    private var spread: Double

    package init() {
        self.weight = 0
        self.mean = 0
        self.spread = 0
    }

    /// Nil when there is nothing that it could be the mean of.
    package var knownMean: Double? { self.weight > 0 ? self.mean : nil }

    /// Of one figure; zero as long as there is nothing to compare.
    package var variance: Double { self.weight > 0 ? self.spread / self.weight : 0 }

    /// Of the mean: how far it may be off.
    package var standardError: Double { self.weight > 0 ? (self.variance / self.weight).squareRoot() : 0 }

    package mutating func add(_ figure: Double, weight: Double) {
        guard weight > 0, figure.isFinite else { return }
        let total = self.weight + weight
        let distance = figure - self.mean
        self.mean += distance * weight / total
        self.spread += weight * distance * (figure - self.mean)
        self.weight = total
    }

    /// Takes a figure back that was added and weighs `weight` by now.
    package mutating func remove(_ figure: Double, weight: Double) {
        guard weight > 0, figure.isFinite else { return }
        let total = self.weight - weight
        guard total > DiscountedRate.negligible else {
            self = DiscountedMean()
            return
        }
        let distance = figure - self.mean
        self.mean -= distance * weight / total
        self.spread = max(0, self.spread - weight * distance * (figure - self.mean))
        self.weight = total
    }

    package mutating func scale(by factor: Double) {
        self.weight *= factor
        self.spread *= factor
        if self.weight < DiscountedRate.negligible { self = DiscountedMean() }
    }

    package mutating func merge(_ other: DiscountedMean) {
        guard other.weight > 0 else { return }
        let total = self.weight + other.weight
        let distance = other.mean - self.mean
        self.spread += other.spread + distance * distance * self.weight * other.weight / total
        self.mean += distance * other.weight / total
        self.weight = total
    }
}
