import BelayResilience
import Foundation
import Testing

@testable import BelayRouting

struct ArmPosteriorTests {
    private static func evidence(using random: inout SeededGenerator) -> Evidence {
        Evidence(
            success: Bool.random(using: &random) ? 1 : Double.random(in: 0...1, using: &random),
            cost: Double.random(in: 0.001...0.1, using: &random), latency: Double.random(in: 0.1...30, using: &random))
    }

    private static func close(_ left: Double, _ right: Double) -> Bool {
        abs(left - right) <= 1e-9 * max(1, abs(left), abs(right))
    }

    private static func same(_ left: ArmPosterior, _ right: ArmPosterior) -> Bool {
        var (left, right) = (left, right)
        let age = max(left.age, right.age)
        left.advance(to: age)
        right.advance(to: age)
        return Self.close(left.success.weight, right.success.weight)
            && Self.close(left.success.successes, right.success.successes)
            && Self.close(left.cost.mean, right.cost.mean) && Self.close(left.cost.variance, right.cost.variance)
            && Self.close(left.latency.mean, right.latency.mean)
            && Self.close(left.latency.variance, right.latency.variance)
    }

    /// However much later, a correction leaves what would have been there with the right figures from the beginning.
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func aCorrectionReplacesTheEarlierJudgementExactly(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let length = Int.random(in: 2...60, using: &random)
        let wrong = (0..<length).map { _ in Self.evidence(using: &random) }
        var right = wrong
        let index = Int.random(in: 0..<length, using: &random)
        right[index] = Self.evidence(using: &random)
        var ages: [Double] = []
        var age = 0.0
        for _ in 0..<length {
            age += Double.random(in: 0...0.3, using: &random)
            ages.append(age)
        }
        var corrected = ArmPosterior()
        for (evidence, age) in zip(wrong, ages) { corrected.add(evidence, from: age) }
        corrected.advance(to: age + Double.random(in: 0...3, using: &random))
        corrected.remove(wrong[index], from: ages[index])
        corrected.add(right[index], from: ages[index])

        var clean = ArmPosterior()
        for (evidence, age) in zip(right, ages) { clean.add(evidence, from: age) }
        #expect(Self.same(corrected, clean), "seed \(seed)")
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func theOrderOfArrivalDoesNotMatter(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let all = (0..<40).map { _ in
            (Self.evidence(using: &random), Double.random(in: 0...8, using: &random))
        }
        var inOrder = ArmPosterior()
        for (evidence, age) in all.sorted(by: { $0.1 < $1.1 }) { inOrder.add(evidence, from: age) }
        var shuffled = ArmPosterior()
        for (evidence, age) in all.shuffled(using: &random) { shuffled.add(evidence, from: age) }
        #expect(Self.same(inOrder, shuffled), "seed \(seed)")
    }

    @Test func evidenceHalvesWithEachHalfLife() {
        var posterior = ArmPosterior()
        posterior.add(Evidence(success: 1, cost: 2, latency: 3), from: 0)
        posterior.advance(to: 3)
        #expect(Self.close(posterior.success.weight, 0.125))
        #expect(Self.close(posterior.cost.mean, 2))
        let belief = posterior.belief(at: 4, prior: PathPrior(success: 0.5, strength: 2))
        #expect(Self.close(belief.alpha, 1.0625))
        #expect(Self.close(belief.beta, 1))
    }

    @Test func whatIsForgottenLeavesThePrior() {
        var posterior = ArmPosterior()
        for _ in 0..<1_000 { posterior.add(Evidence(success: 0, cost: 1, latency: 1), from: 0) }
        let belief = posterior.belief(at: 10_000, prior: PathPrior(success: 0.8, strength: 4))
        #expect(Self.close(belief.mean, 0.8))
        posterior.advance(to: 10_000)
        #expect(posterior.success.weight == 0)
        #expect(posterior.cost.knownMean == nil)
    }

    @Test func manyOutcomesLoseNothing() {
        var posterior = ArmPosterior()
        var random = SeededGenerator(seed: 1)
        for index in 0..<200_000 {
            let evidence = Evidence(
                success: random.nextUnit() < 0.9 ? 1 : 0, cost: 1_000_000 + random.nextUnit(), latency: 1)
            posterior.add(evidence, from: Double(index) / 1_000)
        }
        // The sum of 2^(-k/1000) over all k.
        let weight = 1 / (1 - exp2(-1.0 / 1_000))
        #expect(abs(posterior.success.weight / weight - 1) < 1e-9)
        #expect(abs(posterior.success.successes / posterior.success.weight - 0.9) < 0.04)
        #expect(abs(posterior.cost.mean - 1_000_000.5) < 0.05)
        #expect(abs(posterior.cost.variance - 1.0 / 12) < 0.02)
        #expect(posterior.latency.variance < 1e-12)
    }

    @Test func mergingIsTheSameAsHavingSeenEverything() {
        var random = SeededGenerator(seed: 8)
        var first = ArmPosterior()
        var second = ArmPosterior()
        var both = ArmPosterior()
        for index in 0..<200 {
            let evidence = Self.evidence(using: &random)
            let age = Double(index) / 40
            if index.isMultiple(of: 3) { first.add(evidence, from: age) } else { second.add(evidence, from: age) }
            both.add(evidence, from: age)
        }
        first.advance(to: 5)
        second.advance(to: 5)
        first.merge(second)
        #expect(Self.same(first, both))
    }

    @Test func takingEverythingBackLeavesNothing() {
        var posterior = ArmPosterior()
        let evidence = Evidence(success: 1, cost: 0.5, latency: 2)
        posterior.add(evidence, from: 0)
        posterior.advance(to: 1)
        posterior.remove(evidence, from: 0)
        #expect(posterior.success == DiscountedRate())
        #expect(posterior.cost.knownMean == nil)
    }
}
