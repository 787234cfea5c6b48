import BelayJSON
import Foundation

extension OutcomeReplay {
    /// A table for people; figures per 1,000 calls, each with its standard error.
    package var table: String {
        var lines = ["\(self.outcomes) judged outcomes"] + self.notes.map { "note: \($0)" }
        lines.append(
            Self.row("policy", ["reward $/1000", "cost $/1000", "success", "regret $/1000"]) + "  outcomes  method")
        for estimate in self.estimates {
            switch estimate.answer {
            case .figures(let figures):
                let cells = [
                    Self.cell(figures.reward, times: 1_000), Self.cell(figures.cost, times: 1_000),
                    Self.cell(figures.success, times: 100) + " %",
                    figures.regret.map { Self.cell($0, times: 1_000) } ?? "-",
                ]
                let used = String(repeating: " ", count: max(1, 10 - "\(estimate.used)".count)) + "\(estimate.used)"
                lines.append(Self.row(estimate.policy, cells) + used + "  " + estimate.method.rawValue)
            case .unknown(let reason):
                lines.append(Self.row(estimate.policy, []) + "  the log can't tell: \(reason)")
            }
        }
        return lines.joined(separator: "\n")
    }

    package var json: JSON {
        .object([
            "outcomes": JSON(self.outcomes), "unjudged": JSON(self.unjudged),
            "has_propensities": JSON(self.hasPropensities), "notes": JSON(self.notes.map { JSON($0) }),
            "policies": JSON(self.estimates.map(\.json)),
        ])
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: max(32, name.count), withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 20 - $0.count)) + $0 }.joined()
    }

    private static func cell(_ figure: Estimated, times factor: Double) -> String {
        String(format: "%.2f ± %.2f", figure.value * factor, figure.error * factor)
    }
}

extension ReplayEstimate {
    package var json: JSON {
        var object: JSON.Object = [
            "policy": JSON(self.policy), "method": JSON(self.method.rawValue), "outcomes": JSON(self.used),
        ]
        switch self.answer {
        case .figures(let figures):
            object["reward_usd"] = figures.reward.json
            object["cost_usd"] = figures.cost.json
            object["success"] = figures.success.json
            if let regret = figures.regret { object["regret_usd"] = regret.json }
        case .unknown(let reason): object["unknown"] = JSON(reason)
        }
        return .object(object)
    }
}

extension Estimated {
    fileprivate var json: JSON { .object(["value": .short(self.value), "error": .short(self.error)]) }
}
