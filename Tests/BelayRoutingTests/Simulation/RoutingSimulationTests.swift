import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

/// Each claim holds for each of 20 worlds, not for their average.
struct RoutingSimulationTests {
    private static let greedy = EpsilonGreedy(utility: Utility(LearnedRoutingOptions()))
    private static let seeds = 1...20 as ClosedRange<UInt64>

    private static func run(
        _ world: RoutingWorld, _ options: LearnedRoutingOptions = LearnedRoutingOptions(),
        beside others: [any RoutingPolicy] = []
    ) -> (learned: PolicyReport, simulation: RoutingSimulation)? {
        let simulation = RoutingSimulation(
            world: world, options: options, policies: others + [ThompsonRouter(options: options)])
        return simulation["thompson"].map { ($0, simulation) }
    }

    @Test(arguments: seeds)
    func underDriftTheRegretIsBelowTwoPercent(seed: UInt64) throws {
        let (learned, simulation) = try #require(
            Self.run(.drift(seed: seed, calls: 3_000), beside: [UniformRandom(), StaticOrder()]))
        #expect(learned.relativeRegret < 0.02, "seed \(seed)")
        #expect(learned.explored <= 0.1 + ExplorationAllowance.burst / 3_000 + 1e-9)
        #expect(try learned.regret < #require(simulation["uniform"]).regret / 4)
        #expect(try learned.regret < #require(simulation["static order"]).regret / 8)
    }

    @Test(arguments: seeds)
    func anOutageIsLeftAndComeBackFrom(seed: UInt64) throws {
        let (learned, simulation) = try #require(Self.run(.outage(seed: seed, calls: 4_000), beside: [Self.greedy]))
        #expect(try #require(learned.callsToLeave) <= 40, "seed \(seed)")
        #expect(try #require(learned.callsToReturn) <= 600, "seed \(seed)")
        #expect(learned.relativeRegret < 0.03, "seed \(seed)")
        let fixed = try #require(simulation.policies.first)
        #expect(learned.reward > fixed.reward, "seed \(seed)")
        #expect(try learned.regret < #require(simulation["epsilon-greedy"]).regret / 2, "seed \(seed)")
    }

    /// From the bills alone, which takes a while: the path was too dear to be taken.
    @Test(arguments: seeds)
    func aPriceCutIsFound(seed: UInt64) throws {
        let (learned, _) = try #require(Self.run(.priceCut(seed: seed, calls: 7_000)))
        // The last tenth of the calls: the path that became the best has most of them.
        #expect(learned.shares.suffix(2).allSatisfy { $0[0] > 0.5 }, "seed \(seed)")
        #expect(learned.relativeRegret < 0.035, "seed \(seed)")
    }

    @Test func aPriceCutInTheTableIsUsedSooner() throws {
        var moved = 0
        for seed in Self.seeds {
            var world = RoutingWorld.priceCut(seed: seed, calls: 4_000)
            world.tellsPrices = true
            let (learned, _) = try #require(Self.run(world))
            #expect(learned.relativeRegret < 0.035, "seed \(seed)")
            // Within 1,600 calls of the cut; the bills alone need up to 3,500.
            if learned.shares.suffix(4).reduce(0, { $0 + $1[0] }) > 2 { moved += 1 }
        }
        #expect(moved >= 17)
    }

    @Test(arguments: seeds)
    func everythingTogetherIsBorneToo(seed: UInt64) throws {
        let (learned, simulation) = try #require(
            Self.run(.everything(seed: seed, calls: 5_000), beside: [UniformRandom(), StaticOrder(), Self.greedy]))
        #expect(learned.relativeRegret < 0.045, "seed \(seed)")
        for other in simulation.policies where other.policy != "thompson" {
            #expect(learned.reward > other.reward, "seed \(seed), \(other.policy)")
        }
    }

    @Test(arguments: seeds)
    func theCeilingHoldsInEveryWindowAndIsUsed(seed: UInt64) throws {
        var world = RoutingWorld.everything(seed: seed, calls: 4_000)
        world.tellsPrices = true
        let ceiling = Money(microDollars: 3_000)
        let (learned, simulation) = try #require(Self.run(world, LearnedRoutingOptions(costCeiling: ceiling)))
        #expect(try #require(learned.worstWindow) <= 1.01, "seed \(seed)")
        #expect(learned.cost <= 0.003 * 1.001, "seed \(seed)")
        #expect(learned.cost >= 0.85 * simulation.oracle.cost, "seed \(seed)")
        #expect(learned.relativeRegret < 0.04, "seed \(seed)")
    }

    @Test(arguments: seeds)
    func theCeilingHoldsWhenOutcomesComeLate(seed: UInt64) throws {
        var world = RoutingWorld.drift(seed: seed, calls: 3_000)
        world.tellsPrices = true
        world.delay = 20
        let (learned, _) = try #require(
            Self.run(world, LearnedRoutingOptions(costCeiling: Money(microDollars: 3_000))))
        #expect(try #require(learned.worstWindow) <= 1.02, "seed \(seed)")
        #expect(learned.relativeRegret < 0.045, "seed \(seed)")
    }

    @Test func contextsHelpWhereTheyTellSomething() throws {
        var plain = 0.0
        var special = 0.0
        for seed in Self.seeds {
            let world = RoutingWorld.contexts(seed: seed, calls: 4_000)
            let without = try #require(Self.run(world)).learned.regret
            let with = try #require(Self.run(world, LearnedRoutingOptions(contexts: .whereItPays))).learned.regret
            #expect(with < 1.25 * without, "seed \(seed)")
            plain += without
            special += with
        }
        #expect(special < 0.75 * plain)
    }

    @Test(arguments: seeds)
    func contextsDoNoHarmWhereTheyTellNothing(seed: UInt64) throws {
        let special = try #require(
            Self.run(.drift(seed: seed, calls: 3_000), LearnedRoutingOptions(contexts: .whereItPays))
        ).learned
        #expect(special.relativeRegret < 0.025, "seed \(seed)")
    }

    @Test func theSameSeedIsTheSameWorld() {
        let first = RoutingSimulation(world: .everything(seed: 3, calls: 1_000))
        let second = RoutingSimulation(world: .everything(seed: 3, calls: 1_000))
        #expect(first.json == second.json)
        #expect(first.table == second.table)
        #expect(first.json != RoutingSimulation(world: .everything(seed: 4, calls: 1_000)).json)
    }

    @Test func theTableNamesEveryPolicy() throws {
        let simulation = RoutingSimulation(world: .outage(seed: 1, calls: 1_000))
        for name in ["oracle", "fixed simulated/", "static order", "uniform", "epsilon-greedy", "thompson"] {
            #expect(simulation.table.contains(name))
        }
        let learned = try #require(simulation["thompson"])
        #expect(simulation.shareTable(of: learned).contains("medium"))
        #expect(learned.shares.count == 20)
        #expect(learned.shares.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-9 })
    }
}
