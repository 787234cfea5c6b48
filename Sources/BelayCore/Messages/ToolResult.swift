/// What a tool call came to, as the model gets to read it.
public struct ToolResult: Sendable, Hashable, Codable {
    public var callID: String
    public var content: String
    public var isError: Bool

    public init(callID: String, content: String, isError: Bool = false) {
        self.callID = callID
        self.content = content
        self.isError = isError
    }
}
