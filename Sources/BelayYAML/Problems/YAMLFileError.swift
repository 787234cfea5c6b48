/// Everything that is wrong with a file, in the order of its lines.
public struct YAMLFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One thing that is wrong, and where.
    public struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// The file as it was named when it was loaded.
        public var file: String
        /// From 1; 0 when the whole file is meant.
        public var line: Int
        /// From 1, in Unicode scalars; 0 when the whole file is meant.
        public var column: Int
        /// The path of the key, such as `tools.create_refund.effect` or `routes.default.paths[0].model`; may be empty.
        public var key: String
        public var message: String
        /// What was probably meant.
        public var suggestion: String?
        /// What could stand here, when that is a short list.
        public var allowed: [String]

        public init(
            file: String, line: Int, column: Int, key: String, message: String, suggestion: String? = nil,
            allowed: [String] = []
        ) {
            self.file = file
            self.line = line
            self.column = column
            self.key = key
            self.message = message
            self.suggestion = suggestion
            self.allowed = allowed
        }

        /// `belay.yaml:12:5: tools.create_refund.efect: unknown key; did you mean 'effect'? (allowed: ...)`
        public var description: String {
            var text = self.line > 0 ? "\(self.file):\(self.line):\(self.column): " : "\(self.file): "
            if !self.key.isEmpty { text += "\(self.key): " }
            text += self.message
            if let suggestion = self.suggestion { text += "; did you mean '\(suggestion)'?" }
            if !self.allowed.isEmpty { text += " (allowed: \(self.allowed.joined(separator: ", ")))" }
            return text
        }
    }

    /// How many problems are listed at most. What follows is counted in `unlisted`.
    public static let maximumProblems = 50

    /// At least one, at most `maximumProblems`.
    public var problems: [Problem]
    /// How many more there were.
    public var unlisted: Int

    public init(problems: [Problem], unlisted: Int = 0) {
        self.problems = problems
        self.unlisted = unlisted
    }

    /// One line a problem.
    public var description: String {
        var lines = self.problems.map(\.description)
        if self.unlisted > 0 { lines.append("and \(self.unlisted) more") }
        return lines.joined(separator: "\n")
    }
}
