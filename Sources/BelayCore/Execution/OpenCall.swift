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
        /// In doubt, and perhaps still running: it is settled after this wait.
        case pausing(WaitID, InDoubtPolicy, attempts: Int)
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
    /// A person changed the arguments; the model's own message still has the ones it wrote.
    public var isEdited = false
    /// How often the call was sent.
    public var attempts = 0
    /// From when on a call in doubt can't be running any more; nil when that is no question.
    public var settlesAt: Timestamp?
    /// What the last dispatch may cost at most; nil for nothing.
    var mostCost: Money?
    /// A person consented to it.
    var isApproved = false

    public var result: ToolResult? {
        if case .done(let result) = self.phase { result } else { nil }
    }
}

extension OpenCall {
    /// Nothing that leaves a trace was sent: the call may be refused, and is known not to have happened.
    var isUnsent: Bool { self.attempts == 0 && self.result == nil }

    /// A call in doubt that may have its effect only now or later, whatever is found out about it.
    package func mayStillRun(at now: Timestamp) -> Bool { self.settlesAt.map { now < $0 } ?? false }
}

extension OpenCall.Phase {
    /// A handler may be at work: reads are not written ahead, so they run as requested or ready.
    var mayBeRunning: Bool {
        switch self {
        case .requested, .ready, .dispatched: true
        case .awaiting, .consented, .refused, .inDoubt, .pausing, .done: false
        }
    }

    var isAwaiting: Bool { if case .awaiting = self { true } else { false } }

    var isInDoubt: Bool { if case .inDoubt = self { true } else { false } }
}
