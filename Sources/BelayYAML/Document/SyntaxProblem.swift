import Yams

/// What the YAML library says about a file that it cannot read, as one problem with a place.
struct SyntaxProblem {
    private let message: String
    private let position: Position
    private let key: Trail

    init(_ error: YamlError, text: String) {
        var key = Trail.root
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            self.position = Position(line: mark.line, column: mark.column)
            let whileDoing = context.map { " \($0.text) at line \($0.mark.line)" } ?? ""
            self.message = "not valid YAML: \(problem)\(whileDoing)" + Self.hint(at: mark.line, in: text)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let name = duplicates.first.map(AliasMask.restore) ?? "?"
            let first = Position(line: context.mark.line, column: context.mark.column)
            let second = Self.line(of: name, after: first, in: text)
            self.position = second.map { Position(line: $0, column: first.column) } ?? first
            self.message = "the key stands here twice" + (second == nil ? "" : "; the first is in line \(first.line)")
            key = .key(second.map { Self.trail(above: $0, in: text) } ?? .root, name)
        case .reader(let problem, _, let value, _):
            self.position = .file
            self.message =
                "not valid YAML: \(problem)" + (value >= 0 ? " (U+\(String(value, radix: 16).uppercased()))" : "")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            self.position = .file
            self.message = "not valid YAML: \(error)"
        }
        self.key = key
    }

    func report(into reader: inout Reader) { reader.report(self.message, at: self.position, key: self.key) }

    /// What libyaml doesn't say: a tab can't be seen, and is the usual reason.
    private static func hint(at line: Int, in text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return "" }
        return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
            ? "; indent with spaces, not with tabs" : ""
    }

    /// The keys that a line of block mappings stands below; as far as they can be told without the library.
    private static func trail(above line: Int, in text: String) -> Trail {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var indent = lines[line - 1].prefix { $0 == " " }.count
        var names: [String] = []
        for line in lines[..<(line - 1)].reversed() where indent > 0 {
            let spaces = line.prefix { $0 == " " }.count
            let content = line.dropFirst(spaces)
            if content.isEmpty || content.hasPrefix("#") || spaces >= indent { continue }
            guard !content.hasPrefix("-"), let colon = content.firstIndex(of: ":") else { return .root }
            names.append(String(content[..<colon]))
            indent = spaces
        }
        return names.reversed().reduce(.root) { .key($0, $1) }
    }

    /// The next line that begins, in the same column, with the same key: the library tells only where the first is.
    /// Nil in a flow mapping.
    private static func line(of key: String, after first: Position, in text: String) -> Int? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let indent = first.column - 1
        guard first.line < lines.count else { return nil }
        for (offset, line) in lines[first.line...].enumerated() {
            let spaces = line.prefix { $0 == " " }.count
            let content = line.dropFirst(spaces)
            if content.isEmpty || content.hasPrefix("#") { continue }
            if spaces < indent { return nil }
            guard spaces == indent else { continue }
            let name = content.prefix { $0 != ":" }.trimmingPrefix("\"").trimmingPrefix("'")
            if name.prefix(key.count) == key, name.count <= key.count + 1 { return first.line + offset + 1 }
        }
        return nil
    }
}
