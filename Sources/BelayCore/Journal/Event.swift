import BelayJSON

/// Something that happened to an execution. Its state is the fold of these, and nothing else about it is stored that
/// could disagree.
public enum Event: Sendable, Hashable {
    // Life
    case accepted(Accepted)
    case planned(Planned)
    case planRevised(Planned)
    case limitApproached(LimitApproached)
    case limitReached(LimitReached)
    case completed(Completed)
    case failed(Failed)
    case cancelRequested(CancelRequested)
    case cancelled(Cancelled)
    // Model
    case modelCallPlanned(ModelCallPlanned)
    case attemptFailed(AttemptFailed)
    case modelAnswered(ModelAnswered)
    case modelCallFailed(ModelCallFailed)
    // Tools
    case toolCallDenied(ToolCallDenied)
    case toolCallApproved(ToolCallApproved)
    case toolCallDispatched(ToolCallDispatched)
    case toolCallSucceeded(ToolCallSucceeded)
    case toolCallFailed(ToolCallFailed)
    case toolCallInDoubt(ToolCallInDoubt)
    case toolCallResolved(ToolCallResolved)
    case toolCallBilled(ToolCallBilled)
    // Waits
    case waitOpened(Wait)
    case waitAnswered(WaitAnswered)
    case waitExpired(WaitExpired)
    // Context and judgement
    case sessionContinued(SessionContinued)
    case contextCompacted(ContextCompacted)
    case outputTruncated(OutputTruncated)
    case loopDetected(LoopDetected)
    case outputRejected(OutputRejected)
    case escalated(Escalated)
    case feedbackReceived(FeedbackReceived)
}

extension Event {
    public struct Accepted: Sendable, Hashable, Codable {
        public var execution: ExecutionID
        public var agent: String
        public var version: String
        public var task: String
        public var user: User
        public var session: SessionID?
        /// The execution of the same session whose conversation this one goes on with.
        public var continues: ExecutionID?
        /// What was said before by word of whoever gave the task, for one that belongs to no session; nil when nothing was.
        public var conversation: [Message]?
        public var limits: ExecutionLimits
        /// Fails explicitly instead of being downgraded.
        public var isCritical: Bool

        public init(
            execution: ExecutionID, agent: String, version: String, task: String, user: User, session: SessionID? = nil,
            continues: ExecutionID? = nil, conversation: [Message]? = nil, limits: ExecutionLimits = .default,
            isCritical: Bool = false
        ) {
            self.execution = execution
            self.agent = agent
            self.version = version
            self.task = task
            self.user = user
            self.session = session
            self.continues = continues
            self.conversation = conversation
            self.limits = limits
            self.isCritical = isCritical
        }
    }

    public struct Planned: Sendable, Hashable, Codable {
        public var plan: Plan
        /// The tool call by which the agent handed the plan in.
        public var callID: String

        public init(plan: Plan, callID: String) {
            self.plan = plan
            self.callID = callID
        }
    }

    /// Four fifths of a limit are gone: said once, and once more after it was raised.
    public struct LimitApproached: Sendable, Hashable, Codable {
        public var kind: LimitKind
        /// Milliseconds, nano-dollars, or how many.
        public var spent: Int64
        /// In the same unit.
        public var allowed: Int64
        /// In words.
        public var detail: String

        public init(kind: LimitKind, spent: Int64, allowed: Int64, detail: String) {
            self.kind = kind
            self.spent = spent
            self.allowed = allowed
            self.detail = detail
        }
    }

    public struct LimitReached: Sendable, Hashable, Codable {
        public var reason: TerminationReason
        /// In words: which limit, and the figure that met it.
        public var detail: String

        public init(reason: TerminationReason, detail: String) {
            self.reason = reason
            self.detail = detail
        }
    }

    public struct Completed: Sendable, Hashable, Codable {
        public var output: String
        public var reason: TerminationReason

        public init(output: String, reason: TerminationReason) {
            self.output = output
            self.reason = reason
        }
    }

    public struct Failed: Sendable, Hashable, Codable {
        public var failure: ExecutionFailure

        public init(failure: ExecutionFailure) { self.failure = failure }
    }

    public struct CancelRequested: Sendable, Hashable, Codable {
        public var by: String

        public init(by: String) { self.by = by }
    }

    public struct Cancelled: Sendable, Hashable, Codable {
        public init() {}
    }
}
