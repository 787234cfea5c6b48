import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

struct CostPacerTests {
    /// Whoever chooses, as long as what isn't admitted isn't sent.
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func noWindowCostsMoreThanTheCeilingAndOnePercent(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pacer = CostPacer(ceiling: 1, window: 1_000)
        var costs: [Double] = []
        for call in 0..<5_000 {
            // Long cheap times in which something could be saved up, then only the dearest.
            let wished = call / 500 % 2 == 0 ? 0.1 : Double.random(in: 0...8, using: &random)
            let cost = pacer.admits(wished) ? wished : 0.5
            pacer.charge(expected: cost)
            costs.append(cost)
        }
        var sum = costs[..<1_000].reduce(0, +)
        var worst = sum
        for end in 1_000..<costs.count {
            sum += costs[end] - costs[end - 1_000]
            worst = max(worst, sum)
        }
        #expect(worst <= 1_010, "seed \(seed): \(worst)")
    }

    @Test func whatWasNotExpectedIsMadeGood() {
        var pacer = CostPacer(ceiling: 1, window: 1_000)
        for _ in 0..<10 {
            pacer.charge(expected: 1)
            pacer.settle(difference: 1)
        }
        #expect(abs(pacer.balance + 10) < 1e-9)
        #expect(!pacer.admits(1.01))
        #expect(pacer.admits(1))
        for _ in 0..<20 { pacer.charge(expected: 0.1) }
        #expect(pacer.admits(2))
    }

    @Test func withoutNeedThereIsNoPressure() {
        var pacer = CostPacer(ceiling: 1, window: 1_000)
        for _ in 0..<100 { pacer.charge(expected: 0.4) }
        #expect(pacer.pressure(value: 1) == 0)
        for _ in 0..<500 { pacer.charge(expected: 1.5) }
        #expect(pacer.pressure(value: 1) > 0)
    }

    @Test func aDearCallNeedsRoomForItsSpread() {
        let pacer = CostPacer(ceiling: 1, window: 1_000)
        #expect(pacer.admits(4))
        #expect(!pacer.admits(4, deviation: 2))
        #expect(pacer.admits(1, deviation: 100))
    }

    @Test func whenNothingKeepsTheCeilingTheCheapestIsTaken() {
        var router = ThompsonRouter(options: LearnedRoutingOptions(costCeiling: Money(microDollars: 10)))
        router.teach(Paths.good, successes: 95, failures: 5, cost: 0.01)
        router.teach(Paths.fair, successes: 80, failures: 20, cost: 0.002)
        var random = SeededGenerator(seed: 1)
        let decision = router.choose(.test([Paths.good, Paths.fair]), at: .start, using: &random)
        #expect(decision?.path == Paths.fair)
        #expect(decision?.reason == .lastResort)
        #expect(decision?.candidates.allSatisfy { $0.standing == .tooExpensive } == true)
    }

    @Test func aCallThatNobodyChoseCounts() {
        var router = ThompsonRouter(options: LearnedRoutingOptions(costCeiling: Money(microDollars: 1_000)))
        router.record(.test("fallback", success: 1, cost: 0.004), at: .start)
        #expect(router.pacer.map { abs($0.balance + 0.004) < 1e-12 } == true)
        router.record(.test("fallback", revision: 1, success: 1, cost: 0.003), at: .start)
        #expect(router.pacer.map { abs($0.balance + 0.003) < 1e-12 } == true)
    }
}
