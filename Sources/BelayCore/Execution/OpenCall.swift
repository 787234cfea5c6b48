/// A tool call of the current step, on its way to a result.
public struct OpenCall: Sendable, Hashable {
    public enum Phase: Sendable, Hashable {
        /// The model asked for it; no station was passed yet.
        case requested
        /// A person or the user is asked.
        case awaiting(WaitID)
        /// A person consented; nothing was dispatched since.
        case consented(by: String, editedArguments: String?)
        /// A person refused, or nobody answered in time.
        case refused(reason: String)
        /// Approved for good; a dispatch is due. Attempts made so far.
        case ready(attempts: Int)
        /// Written ahead and sent; the result is out.
        case dispatched(attempt: Int)
        /// Sent, and nobody knows what came of it.
        case inDoubt(InDoubtPolicy, attempts: Int)
        case done(ToolResult)
    }

    public var call: ToolCall
    public var phase: Phase

    public var result: ToolResult? {
        if case .done(let result) = self.phase { result } else { nil }
    }
}
