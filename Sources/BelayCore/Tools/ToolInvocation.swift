import BelayJSON

/// One call of a tool as its handler gets it: validated, permitted, approved, written ahead.
public struct ToolInvocation: Sendable {
    public var execution: ExecutionID
    public var callID: String
    /// Valid by the tool's schema.
    public var arguments: JSON
    /// The same over all attempts at this call: what an idempotent service recognises.
    public var idempotencyKey: String
    public var user: User

    public init(execution: ExecutionID, callID: String, arguments: JSON, idempotencyKey: String, user: User) {
        self.execution = execution
        self.callID = callID
        self.arguments = arguments
        self.idempotencyKey = idempotencyKey
        self.user = user
    }
}
