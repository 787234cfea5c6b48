import BelayResilience
import Foundation
import Testing

@testable import BelayRouting

struct BetaDistributionTests {
    private static let shapes: [(Double, Double)] = [
        (0.3, 0.2), (0.5, 0.5), (1, 1), (1.5, 0.5), (2, 5), (12.5, 3.1), (95, 5), (650, 30), (1e6, 1e5),
    ]

    @Test(arguments: BetaDistributionTests.shapes)
    func drawsHaveTheExactMeanAndVariance(alpha: Double, beta: Double) {
        let distribution = BetaDistribution(alpha: alpha, beta: beta)
        var random = SeededGenerator(seed: 11)
        let count = 40_000
        let draws = (0..<count).map { _ in distribution.sample(using: &random) }
        let mean = draws.reduce(0, +) / Double(count)
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        #expect(draws.allSatisfy { $0 >= 0 && $0 <= 1 })
        // Five standard errors of the mean, and 6 % of the variance, whose error is below 1.5 % for these shapes.
        #expect(abs(mean - distribution.mean) < 5 * (distribution.variance / Double(count)).squareRoot())
        #expect(abs(variance / distribution.variance - 1) < 0.06)
    }

    /// Shapes whose distribution function has a closed form.
    private static let functions: [(Double, Double, @Sendable (Double) -> Double)] = [
        (1, 1, { $0 }), (2, 1, { $0 * $0 }), (1, 3, { 1 - pow(1 - $0, 3) }), (2, 2, { $0 * $0 * (3 - 2 * $0) }),
        (0.5, 0.5, { 2 / .pi * asin($0.squareRoot()) }), (7, 1, { pow($0, 7) }), (0.25, 1, { pow($0, 0.25) }),
    ]

    /// Kolmogorov and Smirnov: the largest distance between the two distribution functions. 1.95 / sqrt(n) is exceeded
    /// once in a thousand seeds.
    @Test(arguments: 0..<7)
    func drawsAreDistributedAsTheyShould(index: Int) {
        let (alpha, beta, function) = Self.functions[index]
        var random = SeededGenerator(seed: 5)
        let count = 20_000
        let distribution = BetaDistribution(alpha: alpha, beta: beta)
        let draws = (0..<count).map { _ in distribution.sample(using: &random) }.sorted()
        let distance = draws.enumerated().reduce(0) { largest, draw in
            let expected = function(draw.element)
            let below = abs(expected - Double(draw.offset) / Double(count))
            return max(largest, below, abs(expected - Double(draw.offset + 1) / Double(count)))
        }
        #expect(distance < 1.95 / Double(count).squareRoot())
    }

    @Test func tinyAndHugeParametersStayFinite() {
        var random = SeededGenerator(seed: 3)
        for (alpha, beta) in [(0.0, 0.0), (1e-300, 5), (1e12, 1e-9), (1e15, 1e15), (-1, 2)] {
            let distribution = BetaDistribution(alpha: alpha, beta: beta)
            for _ in 0..<1_000 { #expect((0...1).contains(distribution.sample(using: &random))) }
            #expect((0...1).contains(distribution.lowerEstimate))
        }
    }

    @Test func theLowerEstimateIsBelowMostDraws() {
        let distribution = BetaDistribution(alpha: 20, beta: 5)
        var random = SeededGenerator(seed: 9)
        let above = (0..<10_000).count { _ in distribution.sample(using: &random) > distribution.lowerEstimate }
        #expect((8_000...8_900).contains(above))
    }
}
