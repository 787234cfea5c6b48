import BelayCore
import BelayResilience
import BelayRouting
import BelayTesting
import Testing

@testable import BelayModels

struct PathChooserTests {
    private static let one = ModelPath(provider: "a", model: "m")
    private static let two = ModelPath(provider: "b", model: "m")
    private static let three = ModelPath(provider: "c", model: "m")
    private static let now = Timestamp(milliseconds: 1_780_000_000_000)

    /// Three paths with weights 1, 3 and 0.
    private static func route(_ policy: Route.Policy) -> Route {
        Route(
            name: "default", paths: [.init(one, weight: 1), .init(two, weight: 3), .init(three, weight: 0)],
            policy: policy)
    }

    private static func chooser(_ route: Route, seed: UInt64 = 1) -> PathChooser {
        PathChooser(routes: [route], random: RandomSource(SeededGenerator(seed: seed))) { _ in nil }
    }

    private static func order(
        _ chooser: PathChooser, _ route: Route, at now: Timestamp = Self.now, without missing: Set<ModelPath> = [],
        _ change: (inout ModelCall) -> Void = { _ in }
    ) -> PathOrder {
        var call = ModelCall(request: Samples.question, route: "default")
        change(&call)
        return chooser.order(route.paths, of: route, for: call, at: now) { !missing.contains($0) }
    }

    private static func outcome(
        _ id: Int, _ path: ModelPath, success: Double?, error: ModelFailure.Kind? = nil
    )
        -> CallOutcome
    {
        CallOutcome(
            id: "out_\(id)", task: "default", path: path, time: Self.now, success: success, latency: .seconds(1),
            cost: Money(microDollars: 1_000), error: error)
    }

    @Test func anOrderedRouteKeepsItsOrderButForThePinnedPath() {
        let route = Self.route(.ordered)
        let chooser = Self.chooser(route)
        let plain = Self.order(chooser, route, without: [Self.one])
        #expect(plain.paths.map(\.model) == [Self.one, Self.two, Self.three], "the machine passes over what is down")
        #expect(plain.decision == nil)
        let pinned = Self.order(chooser, route) { $0.pinned = Self.three }
        #expect(pinned.paths.map(\.model) == [Self.three, Self.one, Self.two])
        let elsewhere = Self.order(chooser, route) { $0.pinned = ModelPath(provider: "z", model: "m") }
        #expect(elsewhere.paths.map(\.model) == [Self.one, Self.two, Self.three])
    }

    @Test func aWeightedRouteSharesCallsByWeight() {
        let route = Self.route(.weighted)
        let chooser = Self.chooser(route)
        var firsts: [ModelPath: Int] = [:]
        for _ in 0..<4_000 {
            let order = Self.order(chooser, route)
            firsts[order.paths[0].model, default: 0] += 1
            #expect(order.paths.count == 3 && order.paths[2].model == Self.three, "weight 0 only stands in")
            #expect(order.decision?.reason == .weighted)
            #expect(order.decision?.propensity == (order.paths[0].model == Self.one ? 0.25 : 0.75))
        }
        #expect((900...1_100).contains(firsts[Self.one] ?? 0), "\(firsts)")
        #expect(firsts[Self.three] == nil)
    }

    @Test func callsOfOneSessionTakeOnePath() {
        let route = Self.route(.weighted)
        var firsts: Set<ModelPath> = []
        for session in 0..<50 {
            let paths = (0..<5).map { seed in
                Self.order(Self.chooser(route, seed: UInt64(seed)), route) { $0.caller.session = "s\(session)" }
                    .paths.map(\.model)
            }
            #expect(Set(paths).count == 1, "on every node the same")
            firsts.insert(paths[0][0])
        }
        #expect(firsts == [Self.one, Self.two])
    }

    @Test func aWeightedRoutePassesOverWhatIsDown() {
        let route = Self.route(.weighted)
        let order = Self.order(Self.chooser(route), route, without: [Self.two, Self.three])
        #expect(order.paths.map(\.model) == [Self.one, Self.two, Self.three])
        #expect(order.decision?.reason == .only)
        let all = Self.order(Self.chooser(route), route, without: [Self.one, Self.two, Self.three])
        #expect(all.paths.map(\.model) == [Self.one, Self.two, Self.three] && all.decision == nil)
        let pinned = Self.order(Self.chooser(route), route) { $0.pinned = Self.three }
        #expect(pinned.paths[0].model == Self.three && pinned.decision?.reason == .pinned)
    }

    @Test func aLearnedRouteTakesWhatDidBetter() {
        let route = Self.route(.learned(LearnedRoutingOptions(normalExploration: 0)))
        let chooser = Self.chooser(route)
        for id in 0..<60 {
            for (offset, path) in [Self.one, Self.two, Self.three].enumerated() {
                let rates = [0.2, 0.6, 0.95]
                let success = Double((id * 7919) % 100) / 100 < rates[offset] ? 1.0 : 0.0
                _ = chooser.learn(Self.outcome(id * 3 + offset, path, success: success), of: nil, at: Self.now)
            }
        }
        let order = Self.order(chooser, route)
        #expect(order.paths.map(\.model) == [Self.three, Self.two, Self.one], "the best first, then the next best")
        #expect(order.decision?.path == Self.three)
        #expect(order.decision?.candidates.count == 3)
        let without = Self.order(chooser, route, without: [Self.three])
        #expect(without.paths.map(\.model) == [Self.two, Self.one, Self.three], "what is down goes last")
        let pinned = Self.order(chooser, route) { $0.pinned = Self.one }
        #expect(pinned.paths[0].model == Self.one && pinned.decision?.reason == .pinned)
    }

    @Test func aPathThatGotWorseIsLeftEvenByThosePinnedToIt() {
        let route = Self.route(.learned(LearnedRoutingOptions()))
        let chooser = Self.chooser(route)
        for id in 0..<100 {
            let changes = chooser.learn(Self.outcome(id, Self.one, success: 1), of: nil, at: Self.now)
            #expect(changes.isEmpty)
        }
        var changes: [PathChooser.Change] = []
        for id in 100..<110 {
            changes += chooser.learn(
                Self.outcome(id, Self.one, success: nil, error: .serverError), of: nil, at: Self.now)
        }
        #expect(changes == [.init(path: Self.one, task: "default", isSuspended: true)])
        let order = Self.order(chooser, route) { $0.pinned = Self.one }
        #expect(order.paths.first?.model != Self.one && order.paths.last?.model == Self.one)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func criticalCallsTryNothingOut(seed: UInt64) {
        let route = Self.route(.learned(LearnedRoutingOptions(normalExploration: 1, probeShare: 1)))
        let chooser = Self.chooser(route, seed: seed)
        for id in 0..<10 { _ = chooser.learn(Self.outcome(id, Self.two, success: 1), of: nil, at: Self.now) }
        var explored = 0
        for _ in 0..<50 {
            let critical = Self.order(chooser, route) { $0.isCritical = true }
            #expect(critical.decision?.reason == .critical && critical.paths[0].model == Self.two)
            if Self.order(chooser, route).decision?.isExploration == true { explored += 1 }
        }
        #expect(explored > 0, "others do")
    }

    @Test func whatAPathCostsIsExpectedByItsPrice() {
        let route = Self.route(.learned(LearnedRoutingOptions(normalExploration: 0)))
        let prices = [Self.one: Money(microDollars: 50_000), Self.two: Money(microDollars: 1_000)]
        let chooser = PathChooser(
            routes: [route], random: RandomSource(SeededGenerator(seed: 1)), typicalCost: { prices[$0] })
        let order = Self.order(chooser, route)
        #expect(order.paths[0].model == Self.two, "equal for all that is known, and cheaper")
        #expect(order.decision?.candidates.map(\.cost) == [0.05, 0.001, 0.05], "unknown counts as the dearest")
    }
}
