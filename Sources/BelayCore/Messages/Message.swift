/// One message of a conversation with a model, in the form that every provider is mapped from and to.
public struct Message: Sendable, Hashable, Codable {
    /// Who speaks. Instructions of the system are not a message: they travel apart, in `ModelRequest.system`.
    public enum Role: String, Sendable, Hashable, Codable {
        case user, assistant, tool
    }

    public var role: Role
    public var content: [Content]

    public init(role: Role, content: [Content]) {
        self.role = role
        self.content = content
    }

    public static func user(_ text: String) -> Message { Message(role: .user, content: [.text(text)]) }
    public static func assistant(_ text: String) -> Message { Message(role: .assistant, content: [.text(text)]) }

    /// The text parts, joined.
    public var text: String { self.content.compactMap(\.text).joined() }

    public var toolCalls: [ToolCall] { self.content.compactMap(\.toolCall) }
}
