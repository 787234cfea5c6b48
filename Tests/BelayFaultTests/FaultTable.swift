import BelayModels

@testable import BelayMock

/// The rows as Markdown. Rows that differ in nothing but protocol, streaming or position are one line.
struct FaultTable {
    private struct Story: Hashable {
        var extent: FaultCase.Extent
        var deeds: String
        var attempts: String
        var end: String
    }

    private var sections: [(fault: FaultKind, results: [FaultResult])] = []

    mutating func add(_ fault: FaultKind, _ results: [FaultResult]) { self.sections.append((fault, results)) }

    var markdown: String {
        let head = """
            | fault | whom it strikes | protocol, streaming | position | what the agent did | requests / budget | ended as |
            | --- | --- | --- | --- | --- | --- | --- |
            """
        return ([head] + self.sections.flatMap { Self.lines($0.fault, $0.results) }).joined(separator: "\n") + "\n"
    }

    private static func lines(_ fault: FaultKind, _ results: [FaultResult]) -> [String] {
        var order: [Story] = []
        var groups: [Story: [FaultCase]] = [:]
        for result in results.sorted(by: { Self.rank($0.row) < Self.rank($1.row) }) {
            let story = Story(
                extent: result.row.extent, deeds: result.deeds, attempts: "\(result.requests) / \(result.budget)",
                end: result.end)
            if groups[story] == nil { order.append(story) }
            groups[story, default: []].append(result.row)
        }
        return order.flatMap { story -> [String] in
            let rows = groups[story] ?? []
            // Positions with the same set of wires share a line.
            var wires: [(names: [String], positions: [String])] = []
            for position in FaultCase.Position.allCases {
                let names = rows.filter { $0.position == position }.map(Self.wire)
                if names.isEmpty { continue }
                if let same = wires.firstIndex(where: { $0.names == names }) {
                    wires[same].positions.append(position.rawValue)
                } else {
                    wires.append((names, [position.rawValue]))
                }
            }
            return wires.map {
                let names = $0.names.count == 4 ? "all" : $0.names.joined(separator: ", ")
                let positions = $0.positions.joined(separator: ", ")
                return "| `\(fault.rawValue)` | \(story.extent.rawValue) | \(names) | \(positions) | \(story.deeds) "
                    + "| \(story.attempts) | \(story.end) |"
            }
        }
    }

    private static func rank(_ row: FaultCase) -> Int {
        let extent = FaultCase.Extent.allCases.firstIndex(of: row.extent) ?? 0
        let position = FaultCase.Position.allCases.firstIndex(of: row.position) ?? 0
        return extent * 100 + position * 10 + (row.kind == .anthropic ? 2 : 0) + (row.streams ? 1 : 0)
    }

    private static func wire(_ row: FaultCase) -> String {
        "\(row.kind == .openAI ? "OpenAI" : "Anthropic")\(row.streams ? " streamed" : "")"
    }
}
