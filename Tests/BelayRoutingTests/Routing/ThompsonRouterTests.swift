import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

struct ThompsonRouterTests {
    private static func taught(_ options: LearnedRoutingOptions = LearnedRoutingOptions()) -> ThompsonRouter {
        var router = ThompsonRouter(options: options)
        router.teach(Paths.good, successes: 190, failures: 10)
        router.teach(Paths.fair, successes: 160, failures: 40)
        router.teach(Paths.poor, successes: 100, failures: 100)
        return router
    }

    @Test func mostCallsTakeTheBestPath() throws {
        var router = Self.taught()
        var random = SeededGenerator(seed: 1)
        var counts: [ModelPath: Int] = [:]
        for _ in 0..<1_000 {
            counts[try #require(router.choose(.test(), at: .start, using: &random)).path, default: 0] += 1
        }
        #expect(counts[Paths.good, default: 0] >= 990)
    }

    @Test func theSameSeedChoosesTheSame() {
        func run() -> [RoutingDecision?] {
            var router = ThompsonRouter()
            var random = SeededGenerator(seed: 7)
            return (0..<50).map { index in
                let decision = router.choose(.test(), at: .seconds(index), using: &random)
                if let decision {
                    router.record(
                        .test("\(index)", decision.path, at: .seconds(index), success: 1), at: .seconds(index))
                }
                return decision
            }
        }
        #expect(run() == run())
    }

    @Test func aDecisionSaysWhy() throws {
        var router = Self.taught()
        var random = SeededGenerator(seed: 1)
        let decision = try #require(router.choose(.test(), at: .start, using: &random))
        #expect(decision.path == Paths.good)
        #expect(decision.reason == .best)
        #expect(decision.candidates.map(\.path) == Paths.all)
        let good = decision.candidates[0]
        #expect(abs(good.mean - 0.95) < 0.02)
        #expect(good.sampled != nil)
        #expect(good.evidence > 100 && good.evidence < 201)
        #expect(good.cost.map { abs($0 - 0.001) < 1e-9 } == true)
        #expect(good.latency == 1)
        #expect(abs(good.utility - (0.1 * good.mean - 0.001 - 0.001)) < 1e-9)
        #expect(!decision.isExploration)
    }

    @Test func aPinnedPathIsTakenWhileItIsAvailable() {
        var router = Self.taught()
        var random = SeededGenerator(seed: 1)
        var request = RoutingRequest.test(pinned: Paths.poor)
        #expect(router.choose(request, at: .start, using: &random)?.path == Paths.poor)
        #expect(router.choose(request, at: .start, using: &random)?.reason == .pinned)
        request.candidates[2].isAvailable = false
        #expect(router.choose(request, at: .start, using: &random)?.path == Paths.good)
    }

    @Test func onlyAvailablePathsAreTaken() {
        var router = Self.taught()
        var random = SeededGenerator(seed: 1)
        var request = RoutingRequest.test()
        request.candidates[0].isAvailable = false
        request.candidates[1].isAvailable = false
        let decision = router.choose(request, at: .start, using: &random)
        #expect(decision?.path == Paths.poor)
        #expect(decision?.reason == .only)
        request.candidates[2].isAvailable = false
        #expect(router.choose(request, at: .start, using: &random) == nil)
        #expect(router.choose(RoutingRequest(task: "task", candidates: []), at: .start, using: &random) == nil)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func criticalCallsTryNothingOut(seed: UInt64) {
        var router = ThompsonRouter()
        // Good with little evidence against fair with much: the sure one is taken.
        router.teach(Paths.good, successes: 3, failures: 0)
        router.teach(Paths.fair, successes: 180, failures: 20)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let decision = router.choose(.test(stakes: .critical), at: .start, using: &random)
            #expect(decision?.path == Paths.fair)
            #expect(decision?.reason == .critical)
        }
    }

    @Test(arguments: [(Stakes.low, 0.2), (.normal, 0.1)])
    func noMoreThanTheShareExplores(stakes: Stakes, share: Double) {
        for seed in 1...20 as ClosedRange<UInt64> {
            // Nothing tells the paths apart, so each draw would take any.
            var router = ThompsonRouter()
            var random = SeededGenerator(seed: seed)
            var explored = 0
            for call in 1...2_000 {
                guard let decision = router.choose(.test(stakes: stakes), at: .start, using: &random) else { return }
                if decision.isExploration { explored += 1 }
                #expect(Double(explored) <= share * Double(call) + ExplorationAllowance.burst + 1e-6)
            }
            #expect(explored > 100)
        }
    }

    @Test func withoutExplorationTheBestIsTakenAlways() {
        var router = Self.taught(LearnedRoutingOptions(lowStakesExploration: 0, normalExploration: 0))
        var random = SeededGenerator(seed: 1)
        router.teach(Paths.poor, successes: 2, failures: 2, task: "other")
        for _ in 0..<500 {
            let decision = router.choose(.test(), at: .start, using: &random)
            #expect(decision?.path == Paths.good)
        }
    }

    @Test func betweenEqualsTheFirstIsTaken() {
        var router = ThompsonRouter(options: LearnedRoutingOptions(normalExploration: 0))
        var random = SeededGenerator(seed: 1)
        #expect(router.choose(.test(), at: .start, using: &random)?.path == Paths.good)
        #expect(
            router.choose(.test([Paths.poor, Paths.good]), at: .start, using: &random)?.path == Paths.poor)
    }

    @Test func costAndLatencyCount() {
        var router = ThompsonRouter(options: LearnedRoutingOptions(normalExploration: 0))
        router.teach(Paths.good, successes: 90, failures: 10, cost: 0.05)
        router.teach(Paths.fair, successes: 80, failures: 20, cost: 0.001)
        var random = SeededGenerator(seed: 1)
        #expect(router.choose(.test(), at: .start, using: &random)?.path == Paths.fair)
        var request = RoutingRequest.test()
        // What this call costs is known better: the prompt is in the cache there.
        request.candidates[0].cacheDiscount = 0.9
        #expect(router.choose(request, at: .start, using: &random)?.path == Paths.good)
        request.candidates[0].cacheDiscount = 0
        request.candidates[0].cost = Money(microDollars: 500)
        #expect(router.choose(request, at: .start, using: &random)?.path == Paths.good)
    }

    @Test func anUnknownCostIsNotFree() throws {
        var router = ThompsonRouter(options: LearnedRoutingOptions(normalExploration: 0))
        router.teach(Paths.good, successes: 78, failures: 22, cost: 0.02)
        var random = SeededGenerator(seed: 1)
        let decision = try #require(router.choose(.test([Paths.good, Paths.fair]), at: .start, using: &random))
        #expect(decision.path == Paths.good)
        #expect(decision.candidates[1].cost.map { abs($0 - 0.02) < 1e-9 } == true)
    }

    @Test func priorsDecideAtFirst() {
        let router = ThompsonRouter(
            options: LearnedRoutingOptions(priors: [Paths.fair: PathPrior(success: 0.9, strength: 10)]))
        #expect(router.belief(of: Paths.fair, task: "task", at: .start).mean == 0.9)
        #expect(router.belief(of: Paths.good, task: "task", at: .start).mean == 0.75)
    }

    @Test func tasksAreLearnedApart() {
        var router = Self.taught()
        router.teach(Paths.good, successes: 10, failures: 90, task: "other")
        #expect(router.belief(of: Paths.good, task: "task", at: .start).mean > 0.9)
        #expect(router.belief(of: Paths.good, task: "other", at: .start).mean < 0.2)
    }

    @Test func beliefsFadeWithTime() {
        let router = Self.taught(LearnedRoutingOptions(halfLife: .seconds(3_600)))
        let fresh = router.belief(of: Paths.good, task: "task", at: .start)
        let later = router.belief(of: Paths.good, task: "task", at: .seconds(36_000))
        #expect(later.variance > 20 * fresh.variance)
        #expect(later.mean < fresh.mean)
    }

    @Test func propensitiesAreEstimatedOnDemand() throws {
        var plain = Self.taught()
        var random = SeededGenerator(seed: 1)
        #expect(try #require(plain.choose(.test(), at: .start, using: &random)).propensity == nil)
        var router = ThompsonRouter(options: LearnedRoutingOptions(normalExploration: 1, propensityDraws: 400))
        router.teach(Paths.good, successes: 9, failures: 1)
        router.teach(Paths.fair, successes: 9, failures: 1)
        var taken = 0
        for _ in 0..<400 {
            let decision = try #require(router.choose(.test([Paths.good, Paths.fair]), at: .start, using: &random))
            #expect(abs((decision.propensity ?? 0) - 0.5) < 0.12)
            if decision.path == Paths.good { taken += 1 }
        }
        #expect((150...250).contains(taken))
        #expect(router.choose(.test(pinned: Paths.fair), at: .start, using: &random)?.propensity == 1)
    }

    @Test func badOptionsAreToldApart() {
        #expect(LearnedRoutingOptions().problems.isEmpty)
        let bad = LearnedRoutingOptions(
            valueOfSuccess: .zero, costCeiling: .zero, ceilingWindow: 5, halfLife: .zero, halfLifeInOutcomes: 1,
            normalExploration: 1.5, probeShare: -1, falseAlarmInterval: 1, propensityDraws: -1, maxTasks: 0)
        #expect(bad.problems.count == 10)
    }
}
