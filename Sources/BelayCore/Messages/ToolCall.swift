/// A model's wish to use a tool.
public struct ToolCall: Sendable, Hashable, Codable {
    /// Unique within an execution.
    public var id: String
    public var name: String
    /// The arguments exactly as the model wrote them: JSON text, if the model did its part.
    public var arguments: String

    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
