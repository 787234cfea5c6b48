import Foundation
import Testing

@testable import BelayIngress

/// `docs/gateway-parameters.md` says what the tables say.
struct ParameterDocumentTests {
    private static let sections: [(title: String, table: ParameterTable)] = [
        ("`POST /v1/chat/completions`", ChatParameters.table), ("`POST /v1/responses`", ResponsesParameters.table),
        ("`POST /v1/messages`", MessagesParameters.table),
    ]

    private static func lines(_ table: ParameterTable) -> [String] {
        let mapped = table.parameters.filter { $0.treatment == .mapped }.map { "`\($0.name)`" }
        return [
            "Understood: \(mapped.joined(separator: ", ")).", "", "| parameter | elsewhere | why |",
            "| --- | --- | --- |",
        ]
            + table.parameters.compactMap { parameter in
                let values = parameter.harmless.map { "`\($0.serialized())`" }.joined(separator: ", ")
                let except = values.isEmpty ? "" : ", except \(values)"
                return switch parameter.treatment {
                case .mapped: nil
                case .forwarded(.leftOut(let reason)): "| `\(parameter.name)` | left out | \(reason) |"
                case .forwarded(.refused(let reason)): "| `\(parameter.name)` | refused\(except) | \(reason) |"
                case .refused(let reason): "| `\(parameter.name)` | always refused\(except) | \(reason) |"
                }
            }
    }

    @Test func theDocumentHasEveryRow() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/gateway-parameters.md"), encoding: .utf8)
        for (title, table) in Self.sections {
            let expected = (["## \(title)", ""] + Self.lines(table)).joined(separator: "\n") + "\n"
            #expect(document.contains(expected), "this is missing:\n\(expected)")
        }
    }
}
