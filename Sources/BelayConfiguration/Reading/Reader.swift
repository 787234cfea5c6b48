/// Collects the problems of one file while it is read and checked.
struct Reader: Sendable {
    typealias Problem = ConfigurationError.Problem

    let file: String
    private(set) var problems: [Problem] = []
    private(set) var unlisted = 0

    init(file: String) { self.file = file }

    /// Whether further problems are only counted, so that looking for suggestions is work for nothing.
    var isFull: Bool { self.problems.count >= ConfigurationError.maximumProblems }

    mutating func report(
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

    mutating func report(_ message: String, at node: Located, suggestion: String? = nil, allowed: [String] = []) {
        self.report(message, at: node.position, key: node.trail, suggestion: suggestion, allowed: allowed)
    }

    /// Says that `node` is not what was expected, unless a problem was already reported there.
    mutating func expected(_ words: String, at node: Located, suggestion: String? = nil, allowed: [String] = []) {
        if case .unreadable = node.value { return }
        self.report("expected \(words), found \(node.words)", at: node, suggestion: suggestion, allowed: allowed)
    }

    /// - Throws: All problems so far, by line, if there are any.
    func finish() throws(ConfigurationError) {
        guard !self.problems.isEmpty else { return }
        let sorted = self.problems.enumerated().sorted { left, right in
            (left.element.line, left.element.column, left.offset) < (
                right.element.line, right.element.column, right.offset
            )
        }
        throw ConfigurationError(problems: sorted.map(\.element), unlisted: self.unlisted)
    }
}
