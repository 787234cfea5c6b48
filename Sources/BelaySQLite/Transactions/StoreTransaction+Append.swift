import BelayCore
import GRDB

extension StoreTransaction {
    /// A transition whose events were encoded before the transaction, where nobody waits.
    struct EncodedTransition: Sendable {
        let transition: Transition
        let events: [EncodedEvent]

        init(_ transition: Transition) throws {
            let ends = transition.after == .end
            precondition(
                transition.head.state.isTerminal == ends,
                "a transition gives the lease back for good exactly when it ends the execution")
            self.transition = transition
            self.events = try transition.events.map { try EncodedEvent($0) }
        }
    }

    func append(_ encoded: EncodedTransition) throws -> [JournalEvent] {
        let transition = encoded.transition
        let target = try self.target(transition.lease.execution)
        // An expired lease that nobody else claimed still holds: the epoch fences writers, the expiry invites them.
        guard target.leaseEpoch == transition.lease.epoch, target.leaseNode == transition.lease.node.rawValue else {
            throw StoreError.leaseLost(target.id)
        }
        guard target.sequence == transition.expectedSequence else {
            throw StoreError.sequenceConflict(expected: transition.expectedSequence, actual: target.sequence)
        }
        let times = transition.times(after: target.updated, now: self.now)
        let stored = try self.insert(encoded.events, at: times, into: target, after: target.sequence)
        try self.updateHead(of: target, transition)
        try self.close(transition.closedWaits, of: target)
        if transition.after == .end { try self.end(target) }
        return stored
    }

    /// Writes the columns that change from step to step. Those of the lease are left out of most updates, which spares
    /// their indexes.
    private func updateHead(of target: Target, _ transition: Transition) throws {
        let head = transition.head
        let sql =
            switch transition.after {
            case .keep: Self.keepSQL
            case .release: Self.releaseSQL
            case .end: Self.endSQL
            }
        var statement = try DirectStatement(self.db, sql)
        try statement.bind(head.state.rawValue)
        try statement.bind(head.reason?.rawValue)
        try statement.bind(head.steps)
        try statement.bind(head.toolCalls)
        try statement.bind(head.usage.freshInput)
        try statement.bind(head.usage.cacheRead)
        try statement.bind(head.usage.cacheWrite)
        try statement.bind(head.usage.output)
        try statement.bind(head.usage.reasoning)
        try statement.bind(head.cost.nanoDollars)
        try statement.bind(head.hasUnknownCost)
        try statement.bind(head.isDegraded)
        try statement.bind(self.now.milliseconds)
        try statement.bind(target.sequence + transition.events.count)
        switch transition.after {
        case .keep: break
        case .release(let wakeAt): try statement.bind(wakeAt?.milliseconds)
        case .end: try statement.bind(self.now.milliseconds)
        }
        try statement.bind(target.number)
        try statement.run()
    }

    // Put together once: these run at every step.
    private static let headColumns = """
        state = ?, reason = ?, steps = ?, tool_calls = ?, fresh_input = ?, cache_read = ?, cache_write = ?, \
        output = ?, reasoning = ?, cost_nano_dollars = ?, has_unknown_cost = ?, is_degraded = ?, updated = ?, sequence = ?
        """
    private static let keepSQL = "UPDATE execution SET \(Self.headColumns) WHERE number = ?"
    private static let releaseSQL = """
        UPDATE execution SET \(Self.headColumns), lease_node = NULL, lease_expires = NULL, wake_at = ?
        WHERE number = ?
        """
    private static let endSQL = """
        UPDATE execution SET \(Self.headColumns), lease_node = NULL, lease_expires = NULL, wake_at = NULL,
            after_execution = NULL, ended = ?
        WHERE number = ?
        """

    /// Cancels what the execution still waited for and passes its place in the session on.
    ///
    /// An execution that was cancelled while it queued ends before its predecessor; its successor then queues behind
    /// that predecessor.
    private func end(_ target: Target) throws {
        try self.run(
            "UPDATE wait SET status = 'cancelled' WHERE execution = ? AND status = 'open'", [target.number])
        if let predecessor = target.predecessor {
            try self.run(
                "UPDATE execution SET after_execution = ? WHERE after_execution = ?", [predecessor, target.number])
        } else {
            try self.run(
                "UPDATE execution SET after_execution = NULL, wake_at = ? WHERE after_execution = ?",
                [self.now.milliseconds, target.number])
        }
    }

    /// Appends what somebody else than the holder of the lease has to say, and makes the execution due.
    func signal(_ event: EncodedEvent, to id: ExecutionID) throws -> JournalEvent {
        let target = try self.target(id)
        if target.isEnded, event.event.name != .feedbackReceived { throw StoreError.executionEnded(id) }
        return try self.signal(event, to: target)
    }

    func signal(_ event: EncodedEvent, to target: Target) throws -> JournalEvent {
        let stored = try self.insert([event], into: target, after: target.sequence)
        try self.run(
            "UPDATE execution SET sequence = ?, updated = ? WHERE number = ?",
            [target.sequence + 1, self.now.milliseconds, target.number])
        // An execution that queues behind another one has nothing to do yet, except to end.
        if !target.isEnded, target.predecessor == nil || event.event.name == .cancelRequested {
            try self.run(
                "UPDATE execution SET wake_at = min(coalesce(wake_at, ?1), ?1) WHERE number = ?2",
                [self.now.milliseconds, target.number])
        }
        guard let line = stored.first else { preconditionFailure("one event was inserted and none came back") }
        return line
    }
}
