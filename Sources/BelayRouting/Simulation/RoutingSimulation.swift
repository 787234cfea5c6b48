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
        let truths = (0..<world.calls).map { call in world.paths.indices.map { world.truth(of: $0, call: call) } }
        let best = truths.map { paths in
            OracleMix(paths.map { OracleMix.Offer(utility: utility.of($0), cost: $0.cost) }, ceiling: ceiling)
        }
        self.oracle = Self.report(of: best, truths: truths, windows: windows)
        let chosen = policies ?? Self.allPolicies(options: options)
        let fixed = Self.bestFixedPath(of: world, truths: truths, utility: utility, ceiling: ceiling)
        self.policies = ([fixed] + chosen).map { policy in
            var walk = Walk(world: world, truths: truths, options: options, best: best)
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
    private static func bestFixedPath(
        of world: RoutingWorld, truths: [[RoutingWorld.Truth]], utility: Utility, ceiling: Double?
    ) -> FixedPath {
        let totals = world.paths.indices.map { path in
            truths.reduce(into: (utility: 0.0, cost: 0.0)) { totals, paths in
                totals.utility += utility.of(paths[path])
                totals.cost += paths[path].cost
            }
        }
        let limit = ceiling.map { $0 * Double(world.calls) } ?? .infinity
        let affordable = totals.indices.filter { totals[$0].cost <= limit }
        let cheapest = totals.indices.min { totals[$0].cost < totals[$1].cost } ?? 0
        return FixedPath(world.paths[affordable.max { totals[$0].utility < totals[$1].utility } ?? cheapest].path)
    }

    private static func report(
        of best: [OracleMix], truths: [[RoutingWorld.Truth]], windows: Int
    ) -> PolicyReport {
        var report = PolicyReport(policy: "oracle", calls: best.count)
        let calls = Double(best.count)
        report.reward = best.reduce(0) { $0 + $1.utility } / calls
        report.cost = best.reduce(0) { $0 + $1.cost } / calls
        report.success =
            zip(best, truths).reduce(0) { sum, call in
                sum + zip(call.0.shares, call.1).reduce(0) { $0 + $1.0 * $1.1.success }
            } / calls
        report.shares = (0..<windows).map { window in
            let range = (best.count * window / windows)..<(best.count * (window + 1) / windows)
            return (truths.first ?? []).indices.map { path in
                best[range].reduce(0) { $0 + $1.shares[path] } / Double(max(1, range.count))
            }
        }
        return report
    }
}

extension Utility {
    func of(_ truth: RoutingWorld.Truth) -> Double {
        self.of(success: truth.success, cost: truth.cost, latency: truth.latency)
    }
}
