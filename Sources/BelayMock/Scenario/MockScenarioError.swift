/// What is wrong with a scenario, where, and what was probably meant.
public struct MockScenarioError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as it was named by whoever loaded it.
    public var file: String
    /// From 1; nil when the place is not known.
    public var line: Int?
    /// From 1.
    public var column: Int?
    /// The key's path, for example `rules[2].reply.text`; empty for the whole document.
    public var path: String
    public var message: String
    public var suggestion: String?

    public var description: String {
        var text = self.file
        if let line { text += ":\(line)" }
        if let column { text += ":\(column)" }
        text += ": "
        if !self.path.isEmpty { text += "\(self.path): " }
        text += self.message
        if let suggestion { text += "; did you mean '\(suggestion)'?" }
        return text
    }
}
