import BelayCore
import BelayTools
import Logging

/// Drives one leased execution until it ends, waits, or the node stops.
struct Driver {
    let lease: Lease
    let context: NodeContext
    /// Fires when the execution is cancelled, its lease is lost, or the node's patience is at its end.
    let interruption: Interruption
    var journal: JournalWriter
    let agent: AgentDefinition
    let tools: ToolPipeline
    private var random: any RandomNumberGenerator

    init(journal: JournalWriter, agent: EquippedAgent, context: NodeContext, interruption: Interruption) {
        self.lease = journal.lease
        self.context = context
        self.interruption = interruption
        self.random = context.random
        self.journal = journal
        self.tools = agent.tools
        var described = agent.described
        if let room = context.gateway.contextTokens(of: described.route) {
            described.compaction.contextTokens = min(described.compaction.contextTokens, room)
        }
        self.agent = described
    }

    /// - Throws: `StoreError`, `JournalError`. What was not committed is lost, and done again by whoever comes next.
    mutating func drive() async throws {
        self.journal.resume()
        for event in self.callsTakenOver() { try self.journal.record(event) }
        while try await self.step() {}
    }

    /// - Returns: Whether there is more to do here.
    private mutating func step() async throws -> Bool {
        if self.context.stopping.isFired {
            if self.journal.execution.isEnded { return try await !self.end() }
            // What waits for something else than a node goes on waiting.
            var wakeAt: Timestamp? = self.journal.now
            let next = self.journal.execution.next(at: self.journal.now, for: self.agent, using: &self.random)
            if case .wait(let until) = next { wakeAt = until }
            return try await !self.journal.leave(.release(wakeAt: wakeAt))
        }
        if self.interruption.isFired, !self.journal.execution.isCancelRequested {
            // Somebody saw a reason to stop that isn't known here yet: a cancel request, or the lease is gone.
            try await self.journal.readSignals()
            guard self.journal.execution.isCancelRequested else { throw StoreError.leaseLost(self.lease.execution) }
        }
        switch self.journal.execution.next(at: self.journal.now, for: self.agent, using: &self.random) {
        case .append(let events):
            for event in events { try self.journal.record(event) }
            // An answer that came just before the expiry counts. Only the store knows, and nothing may be built on the
            // expiry before it agreed.
            if events.contains(where: \.isExpiry) { try await self.journal.commit() }
            return true
        case .callModel(let plan):
            try await self.callModel(plan)
            return true
        case .compact(let plan):
            try await self.compact(plan)
            return true
        case .runTools(let calls):
            try await self.runTools(calls)
            return true
        case .wait(let until): return try await !self.journal.leave(.release(wakeAt: until))
        case .end: return try await !self.end()
        }
    }

    /// - Returns: False when signals came in, so that the end has to be decided anew.
    private mutating func end() async throws -> Bool {
        guard try await self.journal.leave(.end) else { return false }
        self.context.agents.release(self.lease.execution)
        self.journal.execution.head.log(to: self.context.logger)
        return true
    }
}

extension Event {
    fileprivate var isExpiry: Bool { if case .waitExpired = self { true } else { false } }
}
