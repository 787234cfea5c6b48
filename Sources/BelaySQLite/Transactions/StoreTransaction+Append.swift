import BelayCore
import GRDB

extension StoreTransaction {
    /// - Parameter place: Where the journal ends, if that is known: then there is nothing to read.
    func append(_ step: EncodedTransition, at place: JournalPlace?) throws -> StoredStep {
        // Who ends has to know its place in the session.
        if let place, step.transition.after != .end, try self.updateHead(of: place.number, step.transition) {
            return try self.store(step, place)
        }
        let lease = step.transition.lease
        let target = try self.target(lease.execution)
        guard target.leaseEpoch == lease.epoch, target.leaseNode == lease.node.rawValue else {
            throw StoreError.leaseLost(target.id)
        }
        guard target.sequence == step.transition.expectedSequence else {
            throw StoreError.sequenceConflict(expected: step.transition.expectedSequence, actual: target.sequence)
        }
        guard try self.updateHead(of: target.number, step.transition) else {
            throw StoreError.corrupt("the head of \(target.id) can be read and not found: restore a backup")
        }
        let stored = try self.store(step, target.place)
        if step.transition.after == .end { try self.end(target) }
        return stored
    }

    /// Writes what belongs to a head that was updated.
    private func store(_ step: EncodedTransition, _ place: JournalPlace) throws -> StoredStep {
        var time = place.time
        for index in step.events.indices {
            time = step.transition.time(of: index, after: time, now: self.now)
            try self.insert(step.events[index], at: time, sequence: place.sequence + index + 1, of: place)
        }
        try self.close(step.transition.closedWaits, of: place)
        let end = JournalPlace(
            number: place.number, tenant: place.tenant, sequence: place.sequence + step.events.count, time: self.now)
        return StoredStep(earliest: place.time, place: end)
    }

    /// - Returns: False if the lease or the number of events is another one; nothing was written.
    private func updateHead(of number: Int64, _ transition: Transition) throws -> Bool {
        let statement =
            switch transition.after {
            case .keep: try self.batch.statement(.keep)
            case .release: try self.batch.statement(.release)
            case .end: try self.batch.statement(.end)
            }
        try self.bind(transition.head, to: statement)
        try statement.bind(self.now.milliseconds)
        try statement.bind(transition.expectedSequence + transition.events.count)
        switch transition.after {
        case .keep: break
        case .release(let wakeAt): try statement.bind(wakeAt?.milliseconds)
        case .end: try statement.bind(self.now.milliseconds)
        }
        try statement.bind(number)
        try statement.bind(transition.lease.epoch)
        try statement.bind(transition.lease.node.rawValue)
        try statement.bind(transition.expectedSequence)
        try statement.run()
        return self.db.changesCount == 1
    }

    private func bind(_ head: ExecutionHead, to statement: DirectStatement) throws {
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
    }

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
        try self.insert(event, at: self.now, sequence: target.sequence + 1, of: target.place)
        try self.run(
            "UPDATE execution SET sequence = ?, updated = ? WHERE number = ?",
            [target.sequence + 1, self.now.milliseconds, target.number])
        // An execution that queues behind another one has nothing to do yet, except to end.
        if !target.isEnded, target.predecessor == nil || event.event.name == .cancelRequested {
            try self.run(
                "UPDATE execution SET wake_at = min(coalesce(wake_at, ?1), ?1) WHERE number = ?2",
                [self.now.milliseconds, target.number])
        }
        return JournalEvent(sequence: target.sequence + 1, time: self.now, event: event.event)
    }
}
