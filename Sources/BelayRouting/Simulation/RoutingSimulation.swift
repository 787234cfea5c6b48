import BelayCore
import BelayJSON
import Foundation

/// Policies compared in one world, on the very same calls.
package struct RoutingSimulation: Sendable {
    package let world: RoutingWorld
    package let options: LearnedRoutingOptions
    /// What somebody who knows the truth gets.
    package let oracle: PolicyReport
    /// In the order in which they were given, the best fixed path first.
    package let policies: [PolicyReport]

    /// - Parameters:
    ///   - policies: Nil for all that there are.
    ///   - windows: Into how many parts the world is cut for the shares of traffic.
    package init(
        world: RoutingWorld, options: LearnedRoutingOptions = LearnedRoutingOptions(),
        policies: [any RoutingPolicy]? = nil, windows: Int = 20
    ) {
        self.world = world
        self.options = options
        let utility = Utility(options)
        let ceiling = options.costCeiling?.dollars
        let best = (0..<world.calls).map { call in
            OracleMix(
                world.paths.indices.map {
                    let truth = world.truth(of: $0, call: call)
                    return (utility.of(success: truth.success, cost: truth.cost, latency: truth.latency), truth.cost)
                }, ceiling: ceiling)
        }
        self.oracle = Self.report(of: best, world: world, windows: windows)
        let chosen = policies ?? Self.allPolicies(options: options)
        let fixed = Self.bestFixedPath(world: world, utility: utility, ceiling: ceiling)
        self.policies = ([fixed] + chosen).map { policy in
            var walk = Walk(world: world, options: options, best: best)
            return walk.run(policy, windows: windows)
        }
    }

    package static func allPolicies(options: LearnedRoutingOptions) -> [any RoutingPolicy] {
        [
            StaticOrder(), UniformRandom(), EpsilonGreedy(utility: Utility(options)), ThompsonRouter(options: options),
        ]
    }

    /// The report of a policy, by its name.
    package subscript(policy: String) -> PolicyReport? { self.policies.first { $0.policy == policy } }

    /// The path that would have been worth the most from beginning to end, of those that keep the ceiling.
    private static func bestFixedPath(world: RoutingWorld, utility: Utility, ceiling: Double?) -> FixedPath {
        let totals = world.paths.indices.map { path in
            (0..<world.calls).reduce(into: (utility: 0.0, cost: 0.0)) { totals, call in
                let truth = world.truth(of: path, call: call)
                totals.utility += utility.of(success: truth.success, cost: truth.cost, latency: truth.latency)
                totals.cost += truth.cost
            }
        }
        let limit = ceiling.map { $0 * Double(world.calls) } ?? .infinity
        let affordable = totals.indices.filter { totals[$0].cost <= limit }
        let cheapest = totals.indices.min { totals[$0].cost < totals[$1].cost } ?? 0
        return FixedPath(world.paths[affordable.max { totals[$0].utility < totals[$1].utility } ?? cheapest].path)
    }

    private static func report(of best: [OracleMix], world: RoutingWorld, windows: Int) -> PolicyReport {
        var report = PolicyReport(policy: "oracle", calls: world.calls)
        let calls = Double(world.calls)
        report.reward = best.reduce(0) { $0 + $1.utility } / calls
        report.cost = best.reduce(0) { $0 + $1.cost } / calls
        report.success =
            best.enumerated().reduce(0) { sum, call in
                sum
                    + world.paths.indices.reduce(0) {
                        $0 + call.element.shares[$1] * world.truth(of: $1, call: call.offset).success
                    }
            } / calls
        report.shares = (0..<windows).map { window in
            let range = (world.calls * window / windows)..<(world.calls * (window + 1) / windows)
            return world.paths.indices.map { path in
                best[range].reduce(0) { $0 + $1.shares[path] } / Double(max(1, range.count))
            }
        }
        return report
    }
}
