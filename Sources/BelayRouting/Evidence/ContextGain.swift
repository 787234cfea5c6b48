import Foundation

/// Whether a rate for each context predicts outcomes better than one rate for all: the logarithms of the probabilities
/// that each gave to what then happened, compared before either learned of it (Dawid, "Statistical theory: the
/// prequential approach", Journal of the Royal Statistical Society A 147 (1984)).
struct ContextGain: Sendable, Hashable, Codable {
    private var differences = DiscountedMean()
    private var age = 0.0

    /// Outcomes that must have been predicted before anything is believed.
    private static let least = 20.0

    /// By more than one standard error. Contexts that tell nothing predict worse, because their rates have seen less.
    var isProven: Bool {
        self.differences.weight >= Self.least && self.differences.mean > self.differences.standardError
    }

    mutating func add(special: Double, general: Double, success: Double, at age: Double) {
        self.advance(to: age)
        self.differences.add(Self.score(special, success) - Self.score(general, success), weight: 1)
    }

    mutating func merge(_ other: ContextGain, at age: Double, theirAge: Double) {
        var theirs = other
        theirs.advance(to: theirAge)
        self.advance(to: age)
        self.differences.merge(theirs.differences)
    }

    private mutating func advance(to age: Double) {
        self.differences.scale(by: exp2(min(0, self.age - age)))
        self.age = max(self.age, age)
    }

    private static func score(_ predicted: Double, _ success: Double) -> Double {
        let rate = min(max(predicted, 1e-4), 1 - 1e-4)
        return success * log(rate) + (1 - success) * log(1 - rate)
    }
}
