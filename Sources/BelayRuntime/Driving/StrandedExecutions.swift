import BelayCore
import BelayResilience
import Logging

/// What becomes of executions that this node can't drive: another node gets a turn, and what nobody will ever drive ends.
final class StrandedExecutions: Sendable {
    private struct Record {
        /// When this process first could not drive it: patience counts from there, since nobody may have tried before.
        var met: Timestamp?
        /// Drivers of this process that failed with it in a row.
        var failures = 0
    }

    private let context: NodeContext
    /// Of what could not be driven since it was driven last.
    private let records = Locked<[ExecutionID: Record]>([:])

    /// With more, all are met anew.
    private static let mostRecords = 10_000
    /// Drivers that may fail with one execution before it is given up, and the pause after the first; the next are twice as
    /// long each.
    private static let mostDrives = 5
    private static let firstPause = Duration.seconds(30)
    /// Attempts at ending a journal that signals keep growing.
    private static let maxAttempts = 5

    init(context: NodeContext) { self.context = context }

    private var patience: Patience { Patience(limit: self.context.options.patience) }

    /// A driver did with it what there was to do: what went wrong before has nothing to do with what goes wrong next.
    func wasDriven(_ execution: ExecutionID) { self.records.withLock { $0[execution] = nil } }

    /// No agent of this name is registered here.
    func agentIsUnknown(_ journal: JournalWriter) async throws {
        let accepted = journal.execution.accepted
        let since = self.meet(
            journal.lease, at: journal.now, "no such agent here; the execution stays for a node that has it",
            detail: "\(accepted.agent) \(accepted.version)")
        let next = self.patience.nextTry(since: since, now: journal.now)
        if let next, !journal.execution.isCancelRequested, !journal.execution.isEnded {
            return try await self.context.store.release(journal.lease, wakeAt: next)
        }
        let failure = ExecutionFailure(
            code: "agent_unknown",
            message: "No node knew the agent \(accepted.agent) (version \(accepted.version)) for "
                + "\(since.duration(to: journal.now).milliseconds / 1_000) s.")
        try await self.end(journal, failure, "the execution failed for want of its agent")
    }

    /// The journal can't be folded, and no repetition will change that: the execution fails without a look at it.
    func journalIsDamaged(_ damage: DamagedJournal, _ lease: Lease) async throws {
        try await self.failByHead(
            lease, ExecutionFailure(code: "journal_damaged", message: "Its journal can't be read: \(damage.reason)."))
    }

    /// The journal, or that of an earlier execution of its session, needs a newer version of Belay, which another node may
    /// have.
    func journalIsNewer(_ reason: String, _ held: HeldLease) async throws {
        let now = held.storeTime(at: self.context.timekeeper.now)
        let since = self.meet(
            held.lease, at: now, "the journal is newer than this node; the execution stays for another one",
            detail: reason)
        if let next = self.patience.nextTry(since: since, now: now) {
            return try await self.context.store.release(held.lease, wakeAt: next)
        }
        try await self.fail(held, ExecutionFailure(code: "journal_newer", message: "No node can read it: \(reason)."))
    }

    /// The driver met a defect: the execution is tried again after growing pauses, and fails when that doesn't help.
    func driverFailed(_ error: any Error, _ held: HeldLease) async throws {
        let lease = held.lease
        let attempt = self.change(lease.execution) { record in
            record.failures += 1
            return record.failures
        }
        guard attempt < Self.mostDrives else {
            let message = "It could not be driven in \(attempt) attempts: \(error)"
            return try await self.fail(
                held, ExecutionFailure(code: "driver_failed", message: String(message.prefix(1_000))))
        }
        self.context.logger.error(
            "a defect stopped the driver; the execution is tried again later",
            metadata: ["execution": "\(lease.execution)", "attempt": "\(attempt)", "error": "\(error)"])
        let pause = Self.firstPause * (1 << (attempt - 1))
        let now = held.storeTime(at: self.context.timekeeper.now)
        try await self.context.store.release(lease, wakeAt: now.advanced(by: pause))
    }

    /// Ends an execution as its journal allows, without what was said before it, which its end doesn't need.
    private func fail(_ held: HeldLease, _ failure: ExecutionFailure) async throws {
        let journal: JournalWriter
        do {
            journal = try await JournalWriter(held, context: self.context, session: SessionContext())
        } catch is DamagedJournal {
            return try await self.failByHead(held.lease, failure)
        } catch StoreError.newerSchema {
            return try await self.failByHead(held.lease, failure)
        }
        try await self.end(journal, failure, "the execution failed, since it could not be driven")
    }

    /// Ends an execution with a result for each call that has none, so that the journal says what may have happened, what
    /// that has cost, and can be folded.
    private func end(_ journal: JournalWriter, _ failure: ExecutionFailure, _ reason: String) async throws {
        var journal = journal
        let (lease, sentCalls) = (journal.lease, self.context.sentCalls)
        for _ in 1...Self.maxAttempts {
            let reckoning = journal.execution.reckoning { sentCalls.fate(of: $0, under: lease) }
            for event in reckoning { try journal.record(event) }
            for event in Self.ending(of: journal.execution, failure, reason) { try journal.record(event) }
            guard try await journal.leave(.end) else { continue }  // A signal was first.
            if let failed = journal.execution.failure {
                self.report(failed, journal.lease)
            } else {
                self.forget(journal.lease)
            }
            return journal.execution.head.log(to: self.context.logger)
        }
        throw StoreError.busy("signals came in at each attempt to end \(journal.lease.execution)")
    }

    private static func ending(of execution: Execution, _ failure: ExecutionFailure, _ reason: String) -> [Event] {
        if execution.isEnded { return [] }
        return execution.isCancelRequested
            ? execution.closing(with: .cancelled(.init()), "the execution was cancelled")
            : execution.closing(with: .failed(.init(failure: failure)), reason)
    }

    /// Ends an execution by its head alone.
    private func failByHead(_ lease: Lease, _ failure: ExecutionFailure) async throws {
        for attempt in 1... {
            guard var head = try await self.context.store.head(of: lease.execution), head.ended == nil else { return }
            let sequence = head.sequence
            (head.state, head.reason, head.sequence) = (.failed, .error, sequence + 1)
            do {
                _ = try await self.context.store.append(
                    Transition(
                        lease: lease, expectedSequence: sequence, events: [.failed(.init(failure: failure))],
                        head: head,
                        after: .end))
                self.context.feed.journalGrew(of: lease.execution)
                self.context.feed.executionEnded(head)
                self.report(failure, lease)
                head.ended = self.context.wallClock.now
                return head.log(to: self.context.logger)
            } catch StoreError.sequenceConflict where attempt < Self.maxAttempts { continue }  // A signal was first.
        }
    }

    private func report(_ failure: ExecutionFailure, _ lease: Lease) {
        self.forget(lease)
        self.context.logger.error(
            "an execution that can't be driven failed",
            metadata: [
                "execution": "\(lease.execution)", "code": "\(failure.code)", "reason": "\(failure.message)",
            ])
    }

    private func forget(_ lease: Lease) {
        self.context.agents.release(lease.execution)
        self.records.withLock { $0[lease.execution] = nil }
    }

    private func change<Value>(_ execution: ExecutionID, _ body: (inout Record) -> Value) -> Value {
        self.records.withLock { records in
            if records[execution] == nil, records.count >= Self.mostRecords { records = [:] }
            return body(&records[execution, default: Record()])
        }
    }

    /// Notes that this process can't drive an execution, with a warning the first time.
    ///
    /// - Returns: When that was.
    private func meet(_ lease: Lease, at now: Timestamp, _ message: Logger.Message, detail: String) -> Timestamp {
        let (since, isNews) = self.change(lease.execution) { record in
            defer { record.met = record.met ?? now }
            return (record.met ?? now, record.met == nil)
        }
        self.context.logger.log(
            level: isNews ? .warning : .debug, message,
            metadata: ["execution": "\(lease.execution)", "detail": "\(detail)"])
        return since
    }
}
