/// Something that a message established and that later ones may need: an identifier, a name, an amount, a decision, a
/// preference. It is kept word for word when the message itself leaves the context.
public struct PinnedFact: Sendable, Hashable, Codable {
    /// Who said it: known from the message that it stands in, never by word of a model.
    public enum Source: String, Sendable, Hashable, Codable, CaseIterable {
        /// Untrusted: text of a tool may come from anybody.
        case tool
        case assistant
        /// Whoever speaks with the agent. What begins like a word of staff or of the runtime is theirs too: anybody can
        /// write that.
        case user

        /// What has less of it is given up first.
        var trust: Int {
            switch self {
            case .tool: 0
            case .assistant: 1
            case .user: 2
            }
        }
    }

    /// What it is, in the words of the model that found it; at most 100 characters.
    public var name: String
    /// As it stands in its message; at most 300 characters.
    public var value: String
    public var source: Source

    public init(name: String, value: String, source: Source) {
        self.name = name
        self.value = value
        self.source = source
    }

    static let longestName = 100
    static let longestValue = 300
}
