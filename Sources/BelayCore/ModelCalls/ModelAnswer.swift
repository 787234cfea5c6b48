/// A complete answer of a model.
public struct ModelAnswer: Sendable, Hashable, Codable {
    public var content: [Content]
    public var stopReason: StopReason
    /// Which of the request's stop sequences ended the answer; nil when none did, or the provider doesn't say which.
    public var stopSequence: String?
    public var usage: Usage
    /// The model that the provider says it used.
    public var model: String
    /// The provider's name of this answer, for its support.
    public var responseID: String?

    public init(
        content: [Content], stopReason: StopReason, stopSequence: String? = nil, usage: Usage, model: String,
        responseID: String? = nil
    ) {
        self.content = content
        self.stopReason = stopReason
        self.stopSequence = stopSequence
        self.usage = usage
        self.model = model
        self.responseID = responseID
    }

    public var text: String { self.content.compactMap(\.text).joined() }
    public var toolCalls: [ToolCall] { self.content.compactMap(\.toolCall) }

    /// Neither text nor a tool call: a failure, never passed on.
    public var isEmpty: Bool {
        self.toolCalls.isEmpty && self.text.allSatisfy(\.isWhitespace)
    }
}
