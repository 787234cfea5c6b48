import BelayCore

extension Driver {
    /// Has a model sum up what leaves the context. Until that is committed the context is the old one, for whoever takes
    /// the execution over, and its summary is made again.
    mutating func compact(_ plan: CompactionPlan) async throws {
        // What is replaced is told by numbers of events, which signals could still move.
        let sequence = self.journal.execution.sequence
        try await self.journal.commit()
        guard self.journal.execution.sequence == sequence else { return }
        let began = self.journal.now
        let (gateway, interruption) = (self.context.gateway, self.interruption)
        do {
            let result = try await interruption.bounding { try await gateway.call(plan.call, observe: nil) }
            try self.record(result.failedAttempts, since: began)
            try self.journal.record(.contextCompacted(plan.compacted(by: result)))
        } catch let failure as ModelCallFailure {
            try self.record(failure.attempts, since: began)
            try self.compact(plan, without: "no model answered: \(failure.failure.kind.code)", since: began)
        } catch let cancelled as ModelCallCancelled where self.interruption.isFired || Task.isCancelled {
            try self.record(cancelled.attempts, since: began)
        } catch is CancellationError where self.interruption.isFired || Task.isCancelled {
            // Cancelled, or the node stops: the signal, or the next node, decides what happens.
        } catch {
            // No gateway should throw anything else; an execution must not hang on one that does.
            try self.compact(plan, without: "the gateway failed: \(String("\(error)".prefix(500)))", since: began)
        }
        try await self.journal.commit()
    }

    private mutating func compact(_ plan: CompactionPlan, without reason: String, since began: Timestamp) throws {
        let took = began.duration(to: self.journal.now).milliseconds
        self.context.logger.warning(
            "what was said longer ago left the context without a summary",
            metadata: ["execution": "\(self.lease.execution)", "reason": "\(reason)"])
        try self.journal.record(.contextCompacted(plan.compacted(without: reason, milliseconds: took)))
    }
}
