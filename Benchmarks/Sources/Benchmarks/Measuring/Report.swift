import Foundation

/// Everything that was measured in one run.
struct Report: Codable, Sendable {
    var machine: Machine
    var figures: [Figure] = []

    /// The goals with what was reached, as a table for people.
    func table() -> String {
        let head = ["what", "figure", "unit", "goal", "met"]
        let rows = self.figures.map { figure in
            [
                "\(figure.group): \(figure.name)", Self.text(figure.value), figure.unit, Self.text(figure.goal),
                figure.isMet.map { $0 ? "yes" : "NO" } ?? "",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return ([head, rule] + rows).map { row in
            "| "
                + zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(
                    separator: " | ")
                + " |"
        }.joined(separator: "\n")
    }

    private static func text(_ goal: Figure.Goal?) -> String {
        switch goal {
        case .none: ""
        case .atLeast(let bound): "≥ \(Self.text(bound))"
        case .atMost(let bound): "≤ \(Self.text(bound))"
        }
    }

    private static func text(_ value: Double) -> String {
        if value >= 1_000 {
            var digits = String(Int(value.rounded()))
            var index = digits.index(digits.endIndex, offsetBy: -3)
            while index > digits.startIndex {
                digits.insert(",", at: index)
                index = digits.index(index, offsetBy: -3, limitedBy: digits.startIndex) ?? digits.startIndex
            }
            return digits
        }
        return String(format: value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value)
    }
}
