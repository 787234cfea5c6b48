/// What an execution takes over from those of its session before it.
public struct SessionContext: Sendable, Hashable {
    /// What stands for messages that were replaced; nil when all of them are there.
    public var summary: ContextSummary?
    /// What was said after that.
    public var messages: [Message]
    /// Tokens that the session has used, input and output.
    public var tokens: Int
    /// How many executions the messages come from.
    public var executions: Int

    public init(summary: ContextSummary? = nil, messages: [Message] = [], tokens: Int = 0, executions: Int = 0) {
        self.summary = summary
        self.messages = messages
        self.tokens = tokens
        self.executions = executions
    }
}
