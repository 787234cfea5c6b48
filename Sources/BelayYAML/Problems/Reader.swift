import BelayJSON

/// Collects the problems of one file while it is read and checked.
package struct Reader: Sendable {
    package typealias Problem = YAMLFileError.Problem

    package let file: String
    package private(set) var problems: [Problem] = []
    package private(set) var unlisted = 0

    package init(file: String) { self.file = file }

    /// Whether further problems are only counted, so that looking for suggestions is work for nothing.
    package var isFull: Bool { self.problems.count >= YAMLFileError.maximumProblems }

    package mutating func report(
        _ message: String, at position: Position, key: Trail, suggestion: String? = nil, allowed: [String] = []
    ) {
        guard !self.isFull else {
            self.unlisted += 1
            return
        }
        self.problems.append(
            Problem(
                file: self.file, line: position.line, column: position.column, key: key.description, message: message,
                suggestion: suggestion, allowed: allowed))
    }

    package mutating func report(_ message: String, at node: Located, suggestion: String? = nil, allowed: [String] = [])
    {
        self.report(message, at: node.position, key: node.trail, suggestion: suggestion, allowed: allowed)
    }

    /// Says that `node` is not what was expected, unless a problem was already reported there.
    package mutating func expected(_ words: String, at node: Located, suggestion: String? = nil, allowed: [String] = [])
    {
        if case .unreadable = node.value { return }
        let found = node.isQuoted ? "the text \(node.words)" : node.words
        self.report("expected \(words), found \(found)", at: node, suggestion: suggestion, allowed: allowed)
    }

    /// Says that a mapping has no such key.
    package mutating func unknown(_ entry: Located.Entry, in node: Located, known names: [String]) {
        let nearest = self.isFull ? nil : Suggestion.nearest(to: entry.key, among: names)
        self.report(
            "unknown key", at: entry.position, key: .key(node.trail, entry.key), suggestion: nearest,
            allowed: names.sorted())
    }

    /// Says that a word is none of those that could stand here.
    package mutating func unknownWord(_ scalar: Located.Scalar, at node: Located, known words: [String]) {
        let nearest = scalar.isReferenced || self.isFull ? nil : Suggestion.nearest(to: scalar.text, among: words)
        self.report("unknown value \(node.words)", at: node, suggestion: nearest, allowed: words)
    }

    /// Takes over what was found elsewhere in the same file.
    package mutating func add(_ error: YAMLFileError) {
        for problem in error.problems {
            if self.isFull { self.unlisted += 1 } else { self.problems.append(problem) }
        }
        self.unlisted += error.unlisted
    }

    /// - Throws: All problems so far, by line, if there are any.
    package func finish() throws(YAMLFileError) {
        guard !self.problems.isEmpty else { return }
        let sorted = self.problems.enumerated().sorted { left, right in
            (left.element.line, left.element.column, left.offset) < (
                right.element.line, right.element.column, right.offset
            )
        }
        throw YAMLFileError(problems: sorted.map(\.element), unlisted: self.unlisted)
    }
}
