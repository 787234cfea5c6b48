import BelayCore
import BelayJSON

/// Drives the pure machine without a store, a model or a tool: a test says what happens, the machine says what follows.
///
/// ```swift
/// var fold = try Fold(agent: agent, task: "Where is A-1?")
/// try fold.answer(calls: ToolCall(id: "c1", name: "check_order", arguments: "{}"))
/// try fold.dispatch("c1")
/// try fold.succeed("c1", output: "in transit")
/// ```
public struct Fold: Sendable {
    public private(set) var execution: Execution
    public private(set) var entries: [JournalEvent]
    public var agent: AgentDefinition
    /// When the next event happens.
    public var now = Timestamp(milliseconds: 1_767_225_600_000)
    private var random: SeededGenerator

    /// - Parameter seed: Of the names that the machine gives to waits.
    public init(
        agent: AgentDefinition, task: String = "Where is my order?", isCritical: Bool = false, prior: [Message] = [],
        session: SessionContext? = nil, seed: UInt64 = 1
    ) throws {
        self.agent = agent
        self.random = SeededGenerator(seed: seed)
        let accepted = Event.Accepted(
            execution: ExecutionID(rawValue: "exe_fold"), agent: agent.name, version: agent.version, task: task,
            user: User("ada"), session: session == nil ? nil : SessionID(rawValue: "ses_fold"),
            continues: (session?.executions ?? 0) > 0 ? ExecutionID(rawValue: "exe_before") : nil, limits: agent.limits,
            isCritical: isCritical)
        let first = JournalEvent(sequence: 1, time: self.now, event: .accepted(accepted))
        self.entries = [first]
        self.execution = try Execution(first, session: session ?? SessionContext(messages: prior))
        self.execution.resume(at: self.now)
    }

    public var journal: Journal { Journal(self.entries) }

    /// Appends events at `now`. An event that can't follow changes nothing.
    public mutating func apply(_ events: Event...) throws(JournalError) {
        for event in events { try self.apply(event) }
    }

    private mutating func apply(_ event: Event) throws(JournalError) {
        let entry = JournalEvent(sequence: self.execution.sequence + 1, time: self.now, event: event)
        var next = self.execution
        try next.apply(entry)
        self.execution = next
        self.entries.append(entry)
    }

    /// What the machine wants, without doing it.
    public mutating func next() -> Command { self.execution.next(at: self.now, for: self.agent, using: &self.random) }

    /// The pause that a driver takes when a probe found nothing of a call that may still be running.
    package mutating func pause(_ open: OpenCall) -> Event? {
        self.execution.pause(open, at: self.now, using: &self.random)
    }

    /// Appends what follows for a call that may not be made for what it may cost.
    package mutating func fallShort(_ open: OpenCall, _ shortage: ToolShortage) throws {
        let events = self.execution.shortOfMoney(open, shortage, at: self.now, agent: self.agent, using: &self.random)
        for event in events { try self.apply(event) }
    }

    /// Appends what follows from what is known, until the machine needs a model, tools or time, or is at its end.
    public mutating func settle() throws -> Command {
        for _ in 0..<1_000 {
            guard case .append(let events) = self.next() else { return self.next() }
            for event in events { try self.apply(event) }
        }
        throw JournalMismatch(reason: "the machine appends without an end", journal: self.journal)
    }

    public mutating func pass(_ duration: Duration) { self.now = self.now.advanced(by: duration) }

    /// Time goes by while nobody drives the execution: it waits, or its node is gone.
    public mutating func rest(_ duration: Duration) throws {
        self.pass(duration)
        self.execution = try self.folded()
        self.execution.resume(at: self.now)
    }

    /// Another node takes the execution up from its journal, some time later.
    ///
    /// - Parameters:
    ///   - timeout: Of the tools.
    ///   - fate: What it knows of the calls; nil when another process dispatched them.
    ///   - policy: Of a tool for calls in doubt, nil when the tool is not known any more.
    public mutating func takeOver(
        timeout: Duration = .seconds(30), fate: DispatchFate? = nil, policy: (_ tool: String) -> InDoubtPolicy?
    ) throws {
        self.execution = try self.folded()
        self.execution.resume(at: self.now)
        let events = self.execution.takeOver(
            tool: { name in
                policy(name).map {
                    ToolDescriptor(name: name, description: "", parameters: true, inDoubt: $0, timeout: timeout)
                }
            }, fate: { _ in fate })
        for event in events { try self.apply(event) }
    }

    /// The state as the journal alone gives it.
    public func folded() throws -> Execution {
        var execution = try Execution(self.entries[0], session: self.execution.session)
        for entry in self.entries.dropFirst() { try execution.apply(entry) }
        return execution
    }
}
