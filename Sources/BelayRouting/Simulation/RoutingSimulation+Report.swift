import BelayJSON
import Foundation

extension RoutingSimulation {
    /// A table for people.
    package var table: String {
        var lines = ["world \"\(self.world.name)\", seed \(self.world.seed), \(self.world.calls) calls"]
        lines.append(
            Self.row(
                "policy",
                ["reward $/1000", "success", "cost $/1000", "regret", "explored", "leave", "return", "window"]))
        for report in [self.oracle] + self.policies {
            lines.append(
                Self.row(
                    report.policy,
                    [
                        Self.figure(report.reward * 1_000, 2), Self.percent(report.success),
                        Self.figure(report.cost * 1_000, 3), Self.percent(report.relativeRegret),
                        Self.percent(report.explored), report.callsToLeave.map(String.init) ?? "-",
                        report.callsToReturn.map(String.init) ?? "-",
                        report.worstWindow.map { Self.percent($0) } ?? "-",
                    ]))
        }
        return lines.joined(separator: "\n")
    }

    /// The share of traffic on each path, window by window, for one policy.
    package func shareTable(of report: PolicyReport) -> String {
        let header = Self.row("\(report.policy), from call", self.world.paths.map(\.path.model))
        let rows = report.shares.enumerated().map { window, shares in
            Self.row("\(self.world.calls * window / report.shares.count)", shares.map(Self.percent))
        }
        return ([header] + rows).joined(separator: "\n")
    }

    package var json: JSON {
        .object([
            "world": JSON(self.world.name), "seed": JSON(self.world.seed), "calls": JSON(self.world.calls),
            "paths": JSON(self.world.paths.map { JSON($0.path.description) }),
            "policies": JSON(([self.oracle] + self.policies).map(\.json)),
        ])
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: max(28, name.count), withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }.joined()
    }

    private static func figure(_ value: Double, _ decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}

extension PolicyReport {
    package var json: JSON {
        var object: JSON.Object = [
            "policy": JSON(self.policy), "reward_usd": .short(self.reward), "success": .short(self.success),
            "cost_usd": .short(self.cost), "regret_usd": .short(self.regret),
            "relative_regret": .short(self.relativeRegret), "explored": .short(self.explored),
        ]
        if let calls = self.callsToLeave { object["calls_to_leave"] = JSON(calls) }
        if let calls = self.callsToReturn { object["calls_to_return"] = JSON(calls) }
        if let worst = self.worstWindow { object["worst_window_of_ceiling"] = .short(worst) }
        object["shares"] = JSON(self.shares.map { JSON($0.map { JSON.short($0) }) })
        return .object(object)
    }
}
