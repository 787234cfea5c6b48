import BelayJSON

/// An execution as its journal tells it: a value that events move and that says what to do next.
///
/// It owns no clock, does no I/O and runs no user code, so any node can fold the journal of a running execution and go
/// on with it, whatever was deployed in between.
public struct Execution: Sendable {
    public let accepted: Event.Accepted
    /// What it took over from its session when it began to be driven.
    public let session: SessionContext
    /// What was said before and stands in the context as it was: in the session, or by word of whoever gave the task.
    public internal(set) var prior: [Message]
    /// What stands in the context for what was said still earlier.
    public internal(set) var summary: ContextSummary?
    public let started: Timestamp
    public internal(set) var updated: Timestamp
    public internal(set) var ended: Timestamp?
    /// The number of the last event.
    public internal(set) var sequence: Int

    /// What was said since the task was accepted. A step's tool results join when all of them are there.
    public internal(set) var messages: [Message]
    /// The event that each of the messages came with.
    var origins: [Int] = [1]
    /// Tokens that the session had used before, input and output.
    var earlierTokens: Int
    /// Whether the journal says so.
    var isSessionTold = false
    /// Compactions since the model answered last.
    var compactions = 0
    /// Tokens of the last request, unless its context was compacted since.
    var lastInput = 0
    /// The tool calls of the current step, in the model's order; empty between steps.
    public internal(set) var calls: [OpenCall] = []
    public internal(set) var waits: [Wait] = []
    public internal(set) var plan: Plan?

    public internal(set) var steps = 0
    public internal(set) var toolCalls = 0
    public internal(set) var usage = Usage.zero
    public internal(set) var cost = Money.zero
    public internal(set) var hasUnknownCost = false
    /// Whether an earlier answer stood in for a model's, because none could be reached.
    public internal(set) var isDegraded = false
    /// `cost`, and a ceiling for what has no price: what the money limit is held against.
    var charged = Money.zero
    /// The limits whose approach was told, since they were raised last.
    var approachedLimits: Set<LimitKind> = []
    /// What people added to limits, in the unit of `LimitUse`.
    var raises: [LimitKind: Int64] = [:]
    /// The limits that nobody wanted to raise.
    var declinedRaises: Set<LimitKind> = []
    /// The path of the last answer: kept for the next call.
    public internal(set) var path: ModelPath?

    public internal(set) var limit: Event.LimitReached?
    /// The limit that was reached is one of whoever pays, and not the execution's own.
    var isOutOfBudget = false
    public internal(set) var completed: Event.Completed?
    public internal(set) var failure: ExecutionFailure?
    public internal(set) var isCancelled = false
    public internal(set) var isCancelRequested = false

    /// What stands in the way of the next model call.
    var obstacle = Obstacle.none
    /// Durable pauses taken since the last answer because no model could be reached.
    var modelPauses = 0
    /// Answers sent back because they were cut, since the last one that was whole.
    var truncations = 0
    /// Answers held back because they claimed what was not done, since tools were called or a person handed back.
    var dishonesties = 0
    var lastStop: StopReason?
    /// The step whose answer sums up after a limit was reached.
    var summaryStep: Int?
    var loops = LoopDetector()
    /// When the last tool call was written ahead.
    var lastDispatch: Timestamp?
    /// Every tool call id that was used; a model may not use one twice.
    package var callIDs: Set<String> = []
    /// The tool calls that have a result.
    var deeds: [Deed] = []
    var time = WorkTime()

    /// Something that has to be dealt with before a model is asked again.
    enum Obstacle: Sendable, Hashable {
        case none
        case modelFailed(ModelFailure, userMessage: String)
        /// A person took over and gave the answer.
        case answeredByPerson(String)
        /// A person was asked and nobody came.
        case handoffExpired
    }

    /// - Throws: `JournalError` unless `first` is an `accepted` event with number 1.
    public init(_ first: JournalEvent, session: SessionContext = SessionContext()) throws(JournalError) {
        guard case .accepted(let accepted) = first.event, first.sequence == 1 else {
            throw JournalError(
                sequence: first.sequence, event: first.event.name, reason: "a journal begins with accepted, number 1")
        }
        self.accepted = accepted
        self.session = session
        self.summary = session.summary
        self.earlierTokens = session.tokens
        self.prior = session.messages + (accepted.conversation ?? [])
        self.started = first.time
        self.updated = first.time
        self.sequence = 1
        self.messages = [.user(accepted.task)]
    }

    public var id: ExecutionID { self.accepted.execution }
    public var isEnded: Bool { self.ended != nil }

    public var state: ExecutionState {
        if self.completed != nil { return .completed }
        if self.failure != nil { return .failed }
        if self.isCancelled { return .cancelled }
        if self.calls.contains(where: self.isActionable) { return .executing }
        if !self.waits.isEmpty { return .waiting }
        return self.sequence == 1 ? .idle : .thinking
    }

    public var reason: TerminationReason? {
        if let completed { return completed.reason }
        if self.failure != nil { return .error }
        return self.isCancelled ? .cancelled : nil
    }

    mutating func say(_ message: Message, _ entry: JournalEvent) {
        self.messages.append(message)
        self.origins.append(entry.sequence)
    }

    /// The conversation that a later execution of the session goes on with, behind the summary of what was before it.
    public var conversation: [Message] {
        // An answer of which only refused calls were left says nothing, and providers take no empty messages.
        var all = self.prior + self.messages.filter { !$0.content.isEmpty }
        if let completed, all.last?.role != .assistant || all.last?.text != completed.output {
            all.append(.assistant(completed.output))
        }
        return all
    }

    public var head: ExecutionHead {
        ExecutionHead(
            id: self.id, agent: self.accepted.agent, version: self.accepted.version, user: self.accepted.user,
            session: self.accepted.session, state: self.state, reason: self.reason,
            task: String(self.accepted.task.prefix(200)), steps: self.steps, toolCalls: self.toolCalls,
            usage: self.usage, cost: self.cost, hasUnknownCost: self.hasUnknownCost,
            isDegraded: self.isDegraded, started: self.started,
            updated: self.updated, ended: self.ended, sequence: self.sequence)
    }

    /// Tells the machine that a node drives it from now on: the time until then was nobody's work and counts for no
    /// limit.
    public mutating func resume(at now: Timestamp) { self.time.resume(at: now) }
}

extension Execution {
    /// Whether the runtime can do something about it now. What isn't sent yet waits for whoever is asked to raise a limit.
    func isActionable(_ open: OpenCall) -> Bool {
        switch open.phase {
        case .requested, .consented, .ready: !self.awaitsRaise
        case .refused, .dispatched: true
        case .inDoubt(let policy, _): policy != .person
        case .awaiting, .pausing, .done: false
        }
    }
}
