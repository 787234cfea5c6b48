import BelayCore
import BelayJSON
import Foundation

/// All policies in all kinds of worlds, over many seeds: the table of `docs/routing.md`.
package struct RoutingComparison: Sendable {
    /// What a policy did in the worlds of one kind.
    package struct Row: Sendable, Hashable {
        package let policy: String
        /// Dollars per call; the median of the seeds, as everything that doesn't say otherwise.
        package let reward: Double
        package let cost: Double
        package let relativeRegret: Double
        /// The worst seed.
        package let worstRegret: Double
        /// In the seeds in which there was something to leave and to come back to; nil when in fewer than half of them.
        package let callsToLeave: Int?
        package let callsToReturn: Int?
        /// The worst window of the worst seed.
        package let worstWindow: Double?
    }

    package struct Section: Sendable, Hashable {
        package let name: String
        package let rows: [Row]
    }

    package let seeds: Int
    package let calls: Int
    package let sections: [Section]

    private struct Scenario {
        let name: String
        let tellsPrices: Bool
        let ceiling: Money?
        var contexts = LearnedRoutingOptions.ContextUse.off
        let world: @Sendable (UInt64, Int) -> RoutingWorld
    }

    private static let scenarios = [
        Scenario(name: "drift", tellsPrices: false, ceiling: nil) { .drift(seed: $0, calls: $1) },
        Scenario(name: "outage", tellsPrices: false, ceiling: nil) { .outage(seed: $0, calls: $1) },
        Scenario(name: "price cut, learned from bills", tellsPrices: false, ceiling: nil) {
            .priceCut(seed: $0, calls: $1)
        },
        Scenario(name: "price cut, prices known", tellsPrices: true, ceiling: nil) { .priceCut(seed: $0, calls: $1) },
        Scenario(name: "drift, outage and price cut", tellsPrices: false, ceiling: nil) {
            .everything(seed: $0, calls: $1)
        },
        Scenario(
            name: "the same, prices known, ceiling $0.003", tellsPrices: true, ceiling: Money(microDollars: 3_000)
        ) { .everything(seed: $0, calls: $1) },
        Scenario(name: "contexts matter, not used", tellsPrices: false, ceiling: nil) {
            .contexts(seed: $0, calls: $1)
        },
        Scenario(name: "contexts matter, used", tellsPrices: false, ceiling: nil, contexts: .whereItPays) {
            .contexts(seed: $0, calls: $1)
        },
    ]

    /// - Parameters:
    ///   - seeds: Worlds of each kind, at least 1.
    ///   - calls: Of each world, at least 1,000.
    package init(seeds: Int = 20, calls: Int = 10_000) {
        precondition(seeds >= 1 && calls >= 1_000, "A comparison needs a seed and 1,000 calls.")
        self.seeds = seeds
        self.calls = calls
        self.sections = Self.scenarios.map { scenario in
            let options = LearnedRoutingOptions(costCeiling: scenario.ceiling, contexts: scenario.contexts)
            let simulations = (1...seeds).map { seed in
                var world = scenario.world(UInt64(seed), calls)
                world.tellsPrices = scenario.tellsPrices
                return RoutingSimulation(world: world, options: options)
            }
            let reports = simulations.map { [$0.oracle] + $0.policies }
            return Section(
                name: scenario.name, rows: reports[0].indices.map { index in Row(reports.map { $0[index] }) })
        }
    }

    package var table: String {
        let heads = ["reward", "cost", "regret", "worst", "leaves", "returns", "window"]
        var lines = ["\(self.seeds) worlds of \(self.calls) calls each; reward and cost in dollars per 1,000 calls"]
        for section in self.sections {
            lines += ["", Self.line(section.name, heads)]
            lines += section.rows.map { Self.line($0.policy, $0.cells) }
        }
        return lines.joined(separator: "\n")
    }

    package var json: JSON {
        [
            "seeds": JSON(self.seeds), "calls": JSON(self.calls),
            "worlds": .array(
                self.sections.map { section in
                    ["world": .string(section.name), "policies": .array(section.rows.map(\.json))]
                }),
        ]
    }

    private static func line(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: max(40, name.count), withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
    }
}

extension RoutingComparison.Row {
    /// - Parameter reports: Of one policy, a seed each.
    fileprivate init(_ reports: [PolicyReport]) {
        func median(_ figures: [Double]) -> Double { figures.sorted()[figures.count / 2] }
        func most(_ figures: [Int]) -> Int? {
            figures.count * 2 >= reports.count ? Int(median(figures.map(Double.init))) : nil
        }
        let name = reports.first?.policy ?? ""
        self.policy = name.hasPrefix("fixed ") ? "best fixed path" : name
        self.reward = median(reports.map(\.reward))
        self.cost = median(reports.map(\.cost))
        self.relativeRegret = median(reports.map(\.relativeRegret))
        self.worstRegret = reports.map(\.relativeRegret).max() ?? 0
        self.callsToLeave = most(reports.compactMap(\.callsToLeave))
        self.callsToReturn = most(reports.compactMap(\.callsToReturn))
        self.worstWindow = reports.compactMap(\.worstWindow).max()
    }

    fileprivate var json: JSON {
        [
            "policy": .string(self.policy), "reward_usd": .short(self.reward), "cost_usd": .short(self.cost),
            "relative_regret": .short(self.relativeRegret), "worst_relative_regret": .short(self.worstRegret),
            "calls_to_leave": self.callsToLeave.map { JSON($0) } ?? .null,
            "calls_to_return": self.callsToReturn.map { JSON($0) } ?? .null,
            "worst_window_of_ceiling": self.worstWindow.map { JSON.short($0) } ?? .null,
        ]
    }

    fileprivate var cells: [String] {
        [
            String(format: "%.2f", self.reward * 1_000), String(format: "%.2f", self.cost * 1_000),
            String(format: "%.1f %%", self.relativeRegret * 100), String(format: "%.1f %%", self.worstRegret * 100),
            self.callsToLeave.map(String.init) ?? "-", self.callsToReturn.map(String.init) ?? "-",
            self.worstWindow.map { String(format: "%.1f %%", $0 * 100) } ?? "-",
        ]
    }
}
