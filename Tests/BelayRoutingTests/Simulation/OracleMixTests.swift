import BelayResilience
import Testing

@testable import BelayRouting

struct OracleMixTests {
    @Test func withoutACeilingTheBestPathIsTaken() {
        let mix = OracleMix(
            [
                OracleMix.Offer(utility: 0.5, cost: 3), OracleMix.Offer(utility: 0.9, cost: 7),
                OracleMix.Offer(utility: 0.2, cost: 1),
            ], ceiling: nil)
        #expect(mix.shares == [0, 1, 0])
        #expect(mix.utility == 0.9)
    }

    @Test func aCeilingMixesTwoPaths() {
        let mix = OracleMix(
            [OracleMix.Offer(utility: 0.9, cost: 6), OracleMix.Offer(utility: 0.5, cost: 2)], ceiling: 4)
        #expect(mix.shares == [0.5, 0.5])
        #expect(abs(mix.utility - 0.7) < 1e-12)
        #expect(abs(mix.cost - 4) < 1e-12)
    }

    @Test func whenNothingIsCheapEnoughTheCheapestIsTaken() {
        #expect(
            OracleMix([OracleMix.Offer(utility: 0.9, cost: 6), OracleMix.Offer(utility: 0.5, cost: 5)], ceiling: 4)
                .shares == [0, 1])
    }

    /// No mix of a fine grid does better.
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func noOtherMixIsBetter(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let paths = (0..<3).map { _ in OracleMix.Offer(utility: random.nextUnit(), cost: 0.1 + random.nextUnit()) }
        let ceiling = 0.1 + random.nextUnit()
        let best = OracleMix(paths, ceiling: ceiling)
        guard paths.contains(where: { $0.cost <= ceiling }) else { return }
        #expect(best.cost <= ceiling + 1e-9)
        for first in 0...15 {
            for second in 0...(15 - first) {
                let shares = [Double(first) / 15, Double(second) / 15, Double(15 - first - second) / 15]
                let cost = zip(shares, paths).reduce(0) { $0 + $1.0 * $1.1.cost }
                guard cost <= ceiling else { continue }
                let utility = zip(shares, paths).reduce(0) { $0 + $1.0 * $1.1.utility }
                #expect(utility <= best.utility + 1e-9, "seed \(seed)")
            }
        }
    }
}
