import Foundation

/// A regular expression (ICU syntax) and the names of its groups.
struct Pattern: Sendable, Equatable {
    private let expression: NSRegularExpression
    let groups: [String]

    init(_ source: String) throws {
        self.expression = try NSRegularExpression(pattern: source)
        // `(?<name>` is a group, `(?<=` and `(?<!` look behind.
        let names = try NSRegularExpression(pattern: "\\(\\?<([A-Za-z][A-Za-z0-9]*)>")
        let matches = names.matches(in: source, range: NSRange(source.startIndex..., in: source))
        self.groups = matches.compactMap { Range($0.range(at: 1), in: source).map { String(source[$0]) } }
    }

    /// What the named groups caught, or nil when the text does not match.
    func captures(in text: String) -> [String: String]? {
        let range = NSRange(text.startIndex..., in: text)
        guard let match = self.expression.firstMatch(in: text, range: range) else { return nil }
        var captures: [String: String] = [:]
        for name in self.groups {
            if let range = Range(match.range(withName: name), in: text) { captures[name] = String(text[range]) }
        }
        return captures
    }
}
