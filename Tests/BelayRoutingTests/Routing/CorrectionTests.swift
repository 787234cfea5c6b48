import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

struct CorrectionTests {
    private static func close(_ left: BetaDistribution, _ right: BetaDistribution) -> Bool {
        abs(left.alpha - right.alpha) < 1e-9 && abs(left.beta - right.beta) < 1e-9
    }

    /// Whatever is judged late, twice, wrongly first, or out of order: what counts is the last word on each call.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func onlyTheLastWordOnEachCallCounts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // No alarms here: they answer to what is said when it is said.
        let options = LearnedRoutingOptions(falseAlarmInterval: 1e300, contexts: .whereItPays)
        var messy = ThompsonRouter(options: options)
        var clean = ThompsonRouter(options: options)
        var corrections: [(CallOutcome, Timestamp)] = []
        for call in 0..<80 {
            let time = Timestamp.seconds(call * 3_600)
            let final = CallOutcome.test(
                "\(call)", revision: 2, at: time, success: random.nextUnit(), cost: random.nextUnit(),
                context: OutcomeContext(hasTools: Bool.random(using: &random)))
            var first = final
            first.revision = 0
            first.success = Bool.random(using: &random) ? nil : random.nextUnit()
            first.cost = Bool.random(using: &random) ? nil : Money(microDollars: 7)
            messy.record(first, at: time)
            clean.record(final, at: time)
            corrections.append((final, time.advanced(by: .seconds(Int.random(in: 0...400_000, using: &random)))))
        }
        for (final, _) in corrections.shuffled(using: &random) {
            var stale = final
            stale.revision = 1
            stale.success = 0.5
            let before = Bool.random(using: &random)
            if before { messy.record(stale, at: .seconds(80 * 3_600)) }
            #expect(messy.record(final, at: .seconds(80 * 3_600)).0 == .replaced)
            #expect(messy.record(stale, at: .seconds(80 * 3_600)).0 == .superseded)
            #expect(messy.record(final, at: .seconds(80 * 3_600)).0 == .superseded)
        }
        let end = Timestamp.seconds(100 * 3_600)
        #expect(
            Self.close(
                messy.belief(of: Paths.good, task: "task", at: end), clean.belief(of: Paths.good, task: "task", at: end)
            ),
            "seed \(seed)")
        let costs = [messy, clean].map { $0.evidence["task"]?.paths[0].posterior.cost }
        #expect(costs[0].map { left in costs[1].map { abs(left.mean - $0.mean) < 1e-9 } ?? false } == true)
    }

    @Test func aLateOutcomeWeighsWhatItsAgeLeaves() {
        var router = ThompsonRouter(
            options: LearnedRoutingOptions(prior: PathPrior(success: 0.5, strength: 2), halfLife: .seconds(100)))
        router.record(.test("a", at: .seconds(0), success: 1), at: .seconds(200))
        let belief = router.belief(of: Paths.good, task: "task", at: .seconds(200))
        #expect(abs(belief.alpha - 1.25) < 1e-9)
    }

    @Test func aCorrectionThatComesFirstIsTheOutcome() {
        var router = ThompsonRouter()
        #expect(router.record(.test("a", revision: 3, success: 1), at: .start).0 == .added)
        #expect(router.record(.test("a", success: 0), at: .start).0 == .superseded)
    }

    @Test func whatIsTooOldToBeFoundIsNotCountedTwice() {
        var router = ThompsonRouter(options: LearnedRoutingOptions(maxCorrectable: 5))
        for call in 0..<10 { router.record(.test("\(call)", at: .seconds(call), success: 1), at: .seconds(call)) }
        #expect(router.ledger.count == 5)
        #expect(router.record(.test("2", revision: 1, at: .seconds(2), success: 0), at: .seconds(10)).0 == .forgotten)
        #expect(router.record(.test("7", revision: 1, at: .seconds(7), success: 0), at: .seconds(10)).0 == .replaced)
        #expect(router.record(.test("new", revision: 1, at: .seconds(9), success: 0), at: .seconds(10)).0 == .added)
    }

    @Test func aCorrectionNeverMeetsAPathThatTookThePlaceOfAnother() {
        var router = ThompsonRouter(options: LearnedRoutingOptions(maxPathsPerTask: 1))
        router.record(.test("a", Paths.good, success: 1), at: .start)
        router.record(.test("b", Paths.fair, success: 1), at: .start)
        router.record(.test("c", Paths.good, success: 1), at: .start)
        #expect(router.record(.test("a", revision: 1, Paths.good, success: 0), at: .start).0 == .forgotten)
        #expect(router.belief(of: Paths.good, task: "task", at: .start).mean > 0.8)
    }
}
