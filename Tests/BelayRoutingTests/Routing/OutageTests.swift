import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

struct OutageTests {
    /// Sends calls until `isDone`, with the rates of success that the paths have now.
    private static func drive(
        _ router: inout ThompsonRouter, calls: Int, from start: Int, rates: [ModelPath: Double],
        using random: inout SeededGenerator
    ) -> [RoutingDecision] {
        (start..<(start + calls)).compactMap { call in
            guard let decision = router.choose(.test(), at: .seconds(call), using: &random) else { return nil }
            let success = random.nextUnit() < rates[decision.path, default: 0] ? 1.0 : 0
            router.record(
                .test("call \(call)", decision.path, at: .seconds(call), success: success), at: .seconds(call))
            return decision
        }
    }

    private static let usual = [Paths.good: 0.95, Paths.fair: 0.85, Paths.poor: 0.6]

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func trafficLeavesAFailingPathWithinTenCallsAndComesBack(seed: UInt64) {
        var router = ThompsonRouter()
        var random = SeededGenerator(seed: seed)
        _ = Self.drive(&router, calls: 1_000, from: 0, rates: Self.usual, using: &random)
        var failing = Self.usual
        failing[Paths.good] = 0
        let outage = Self.drive(&router, calls: 2_000, from: 1_000, rates: failing, using: &random)
        #expect(router.isSuspended(Paths.good, task: "task"))
        // At most six calls until it is noticed, then one in fifty.
        let sent = outage.count { $0.path == Paths.good }
        #expect(outage.prefix(30).count { $0.path == Paths.good } <= 10, "seed \(seed)")
        #expect(sent <= 10 + 2_000 / 50 + 1, "seed \(seed): \(sent)")

        let after = Self.drive(&router, calls: 1_000, from: 3_000, rates: Self.usual, using: &random)
        #expect(!router.isSuspended(Paths.good, task: "task"))
        // Three probes in a row at one in fifty, more when one of them fails by chance.
        let back = after.firstIndex { $0.path == Paths.good && $0.reason != .probe }
        #expect(back.map { $0 <= 400 } == true, "seed \(seed): \(back ?? -1)")
        let share = Double(after.suffix(400).count { $0.path == Paths.good }) / 400
        #expect(share > 0.5, "seed \(seed): \(share)")
    }

    @Test func criticalCallsProbeNothing() {
        var router = ThompsonRouter()
        var random = SeededGenerator(seed: 1)
        router.teach(Paths.good, successes: 95, failures: 5)
        router.teach(Paths.fair, successes: 80, failures: 20)
        for index in 0..<8 {
            router.record(.test("f\(index)", Paths.good, at: .seconds(index), success: 0), at: .seconds(index))
        }
        #expect(router.isSuspended(Paths.good, task: "task"))
        for call in 0..<500 {
            #expect(
                router.choose(.test(stakes: .critical), at: .seconds(call), using: &random)?.path != Paths.good)
        }
    }

    @Test func whenEveryPathFailsTheLeastBadIsTaken() {
        var router = ThompsonRouter()
        var random = SeededGenerator(seed: 1)
        _ = Self.drive(&router, calls: 1_000, from: 0, rates: [Paths.good: 0.95, Paths.fair: 0.9], using: &random)
        let pair = [Paths.good, Paths.fair]
        var taken: [ModelPath] = []
        for call in 1_000..<1_600 {
            guard let decision = router.choose(.test(pair), at: .seconds(call), using: &random) else { return }
            let success = decision.path == Paths.fair && random.nextUnit() < 0.2 ? 1.0 : 0
            router.record(.test("c\(call)", decision.path, at: .seconds(call), success: success), at: .seconds(call))
            taken.append(decision.path)
        }
        #expect(taken.suffix(300).count { $0 == Paths.fair } > 180)
    }

    @Test func whatWasKnownBeforeComesBackAsAHint() {
        var router = ThompsonRouter()
        router.teach(Paths.good, successes: 285, failures: 15)
        for index in 0..<8 {
            router.record(.test("f\(index)", at: .seconds(index), success: 0), at: .seconds(index))
        }
        for index in 100..<1_100 {
            router.record(.test("p\(index)", at: .seconds(index), success: 0), at: .seconds(index))
        }
        for index in 2_000..<2_003 {
            router.record(.test("s\(index)", at: .seconds(index), success: 1), at: .seconds(index))
        }
        #expect(!router.isSuspended(Paths.good, task: "task"))
        let belief = router.belief(of: Paths.good, task: "task", at: .seconds(2_003))
        #expect(belief.mean > 0.85)
        #expect(belief.alpha + belief.beta < 45)
    }

    @Test func lateJudgementsNoticeAndProbeToo() {
        var router = ThompsonRouter()
        router.teach(Paths.good, successes: 190, failures: 10)
        for index in 0..<8 { router.record(.test("f\(index)", at: .seconds(index), success: nil), at: .seconds(index)) }
        #expect(!router.isSuspended(Paths.good, task: "task"))
        for index in 0..<8 {
            router.record(.test("f\(index)", revision: 1, at: .seconds(index), success: 0), at: .seconds(100))
        }
        #expect(router.isSuspended(Paths.good, task: "task"))
        for index in 200..<204 {
            router.record(.test("p\(index)", at: .seconds(index), success: nil), at: .seconds(index))
            router.record(.test("p\(index)", revision: 1, at: .seconds(index), success: 1), at: .seconds(index + 50))
        }
        #expect(!router.isSuspended(Paths.good, task: "task"))
    }

    @Test func aPathThatWasNotTriedForLongIsLookedAfter() {
        var router = ThompsonRouter(options: LearnedRoutingOptions(halfLifeInOutcomes: 50))
        var random = SeededGenerator(seed: 1)
        // So dear that no rate of success would make it the best.
        router.teach(Paths.good, successes: 20, failures: 0, cost: 0.09)
        router.teach(Paths.fair, successes: 90, failures: 10)
        var probed = 0
        for call in 0..<2_000 {
            guard
                let decision = router.choose(.test([Paths.good, Paths.fair]), at: .seconds(call), using: &random)
            else { return }
            if decision.path == Paths.good { probed += 1 }
            let success = decision.path == Paths.fair && call.isMultiple(of: 5) ? 0.0 : 1
            router.record(
                .test("c\(call)", decision.path, at: .seconds(call), success: success, cost: 0.001),
                at: .seconds(call))
        }
        // Its price has fallen since, which only these looks can tell.
        #expect(probed > 500)
    }
}
