/// A tool call of the current step, on its way to a result.
public struct OpenCall: Sendable, Hashable {
    public enum Phase: Sendable, Hashable {
        /// The model asked for it; no station was passed yet.
        case requested
        /// A person or the user is asked.
        case awaiting(WaitID)
        /// A person consented; nothing was dispatched since.
        case consented(Consent)
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

    /// A person's yes to one call with certain arguments.
    public struct Consent: Sendable, Hashable {
        public var by: String
        /// SHA-256 over the canonical arguments that the person saw, or wrote.
        public var digest: String
        /// The arguments, when the person changed them.
        public var editedArguments: String?
    }

    public var call: ToolCall
    /// SHA-256 over the canonical arguments of the last approval or dispatch: what may be sent again.
    public var digest: String?
    public var phase: Phase

    public var result: ToolResult? {
        if case .done(let result) = self.phase { result } else { nil }
    }
}
