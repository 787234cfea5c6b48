/// Why a tool call has no result.
public struct ToolFailure: Error, Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The model named a tool that it doesn't have.
        case unknownTool
        /// The arguments are not JSON or break the schema.
        case invalidArguments
        case denied
        /// A budget of whoever pays is used up, as far as this call goes.
        case budgetExceeded
        /// Calls under way may still need what is left of a budget.
        case budgetReserved
        case rateLimited
        case circuitOpen
        case timeout
        /// The other side answered with an error: it says that nothing happened, or what did.
        case rejected
        /// The other side could not be reached.
        case unavailable
        /// The answer can't be used: not JSON, too large, against the output schema.
        case invalidOutput
        case cancelled
        /// A defect of the handler.
        case `internal`
    }

    public var kind: Kind
    /// What the model and people may read.
    public var message: String
    /// Whether the effect may have happened all the same. A call of effect `once` that says so is in doubt.
    public var mayHaveHappened: Bool

    public init(_ kind: Kind, _ message: String, mayHaveHappened: Bool = false) {
        self.kind = kind
        self.message = message
        self.mayHaveHappened = mayHaveHappened
    }
}
