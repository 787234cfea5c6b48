import BelayResilience
import Foundation

/// What is believed of a rate: a Beta distribution over 0...1.
public struct BetaDistribution: Sendable, Hashable {
    /// Larger than zero; successes plus the prior's.
    public let alpha: Double
    /// Larger than zero; failures plus the prior's.
    public let beta: Double

    /// No parameter is smaller: below it the distribution is two points, and its samples would underflow.
    static let smallest = 1e-3

    public init(alpha: Double, beta: Double) {
        self.alpha = max(Self.smallest, alpha)
        self.beta = max(Self.smallest, beta)
    }

    public var mean: Double { self.alpha / (self.alpha + self.beta) }

    public var variance: Double {
        let total = self.alpha + self.beta
        return self.alpha * self.beta / (total * total * (total + 1))
    }

    /// The mean less one standard deviation, at least 0: about five of six draws are above it.
    public var lowerEstimate: Double { max(0, self.mean - self.variance.squareRoot()) }

    /// Draws a rate: X / (X + Y) with X ~ Gamma(alpha) and Y ~ Gamma(beta).
    public func sample(using random: inout some RandomNumberGenerator) -> Double {
        var normals = NormalPair()
        let first = Self.gamma(self.alpha, normals: &normals, using: &random)
        let second = Self.gamma(self.beta, normals: &normals, using: &random)
        let sum = first + second
        // Both can underflow when both parameters are tiny; the distribution is then a coin with the mean as its odds.
        return sum > 0 ? first / sum : (random.nextUnit() < self.mean ? 1 : 0)
    }

    /// Draws from Gamma(shape, 1): Marsaglia and Tsang, "A simple method for generating gamma variables", ACM
    /// Transactions on Mathematical Software 26 (2000), 363-372, with their step for shapes below 1.
    private static func gamma(
        _ shape: Double, normals: inout NormalPair, using random: inout some RandomNumberGenerator
    ) -> Double {
        if shape < 1 {
            let lifted = Self.gamma(shape + 1, normals: &normals, using: &random)
            return lifted * pow(1 - random.nextUnit(), 1 / shape)
        }
        let d = shape - 1.0 / 3.0
        let c = 1 / (9 * d).squareRoot()
        // Each round is accepted with a probability above 0.95.
        while true {
            let x = normals.next(using: &random)
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            let u = 1 - random.nextUnit()
            let square = x * x
            if u < 1 - 0.0331 * square * square { return d * v }
            if log(u) < 0.5 * square + d * (1 - v + log(v)) { return d * v }
        }
    }
}

/// Standard normal draws, made in pairs by Marsaglia's polar method; the second is kept for the next question.
struct NormalPair: Sendable {
    private var spare: Double?

    init() {}

    mutating func next(using random: inout some RandomNumberGenerator) -> Double {
        if let spare = self.spare {
            self.spare = nil
            return spare
        }
        while true {
            let x = 2 * random.nextUnit() - 1
            let y = 2 * random.nextUnit() - 1
            let square = x * x + y * y
            guard square > 0, square < 1 else { continue }
            let factor = (-2 * log(square) / square).squareRoot()
            self.spare = y * factor
            return x * factor
        }
    }
}

extension RandomNumberGenerator {
    /// A number from 0 up to but not including 1, in steps of 2^-53.
    mutating func nextUnit() -> Double { Double(self.next() >> 11) * 0x1p-53 }
}
