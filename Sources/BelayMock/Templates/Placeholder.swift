import BelayJSON
import BelayYAML

/// `root.path.to.field | filter | default "text"`
struct Placeholder: Sendable, Equatable {
    enum Filter: Sendable, Equatable {
        case int
        case number
        case string
        case fallback(String)
    }

    static let roots = [
        "capture", "last_message", "model", "result", "results", "step", "system", "task", "tool", "turn",
    ]

    let source: String
    let path: [String]
    let filters: [Filter]

    init(_ source: String) throws(TemplateError) {
        self.source = source.trimmed()
        let parts = source.split(separator: "|", omittingEmptySubsequences: false).map { String($0).trimmed() }
        // `items[0].name` and `items.0.name` are the same.
        let path = parts[0].replacing("[", with: ".").replacing("]", with: "")
        self.path = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let root = self.path.first, !self.path.contains("") else {
            throw TemplateError(reason: "'{{\(self.source)}}' has an empty name")
        }
        guard Self.roots.contains(root) else {
            throw TemplateError(
                reason: "'{{\(self.source)}}' begins with '\(root)'; it must begin with one of "
                    + Self.roots.joined(separator: ", "),
                suggestion: Suggestion.nearest(to: root, among: Self.roots))
        }
        if (root == "capture" || root == "tool") && self.path.count < 2 {
            throw TemplateError(reason: "'{{\(self.source)}}' needs a name after '\(root).'")
        }
        var filters: [Filter] = []
        for text in parts.dropFirst() { filters.append(try Self.filter(text)) }
        self.filters = filters
    }

    /// The group of a regular expression that this needs.
    var captureName: String? { self.path[0] == "capture" ? self.path[1] : nil }

    func value(in scope: inout TemplateScope) -> JSON {
        var value = scope.value(at: self.path)
        for filter in self.filters { value = Self.apply(filter, to: value) }
        if let value { return value }
        scope.missing.append(self.source)
        return .string("(no value for \(self.source))")
    }

    private static func filter(_ text: String) throws(TemplateError) -> Filter {
        switch text {
        case "int": return .int
        case "number": return .number
        case "string": return .string
        default: break
        }
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.first == "default", words.count == 2 else {
            throw TemplateError(
                reason: "'\(text)' is no filter; there are int, number, string and default \"text\"",
                suggestion: Suggestion.nearest(to: text, among: ["int", "number", "string", "default"]))
        }
        let fallback = String(words[1]).trimmed()
        let isQuoted = fallback.count >= 2 && fallback.first == fallback.last && "\"'".contains(fallback.prefix(1))
        return .fallback(isQuoted ? String(fallback.dropFirst().dropLast()) : fallback)
    }

    private static func apply(_ filter: Filter, to value: JSON?) -> JSON? {
        guard let value else {
            if case .fallback(let text) = filter { return .string(text) }
            return nil
        }
        switch filter {
        case .fallback: return value
        case .string: return .string(value.stringValue ?? value.serialized())
        case .int: return value.stringValue.map { Int64($0.trimmed()).map(JSON.int) } ?? value
        case .number: return value.stringValue.map { JSON.Number($0.trimmed()).map(JSON.number) } ?? value
        }
    }
}

extension String {
    func trimmed() -> String {
        let start = self.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
