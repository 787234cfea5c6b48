import BelayCore
import BelayResilience
import Logging

/// What becomes of executions that this node can't drive: another node gets a turn, and what nobody will ever drive ends.
final class StrandedExecutions: Sendable {
    private let context: NodeContext
    /// When this process first failed to drive each: patience counts from there, since nobody may have tried before.
    private let met = Locked<[ExecutionID: Timestamp]>([:])
    /// How often a driver of this process failed with each.
    private let attempts = Locked<[ExecutionID: Int]>([:])

    /// With more, all are met anew.
    private static let mostMet = 10_000
    /// Drivers that may fail with one execution before it is given up, and the pause after the first; the next are twice as
    /// long each.
    private static let mostDrives = 5
    private static let firstPause = Duration.seconds(30)
    /// Attempts at ending a journal that signals keep growing.
    private static let maxAttempts = 5

    init(context: NodeContext) { self.context = context }

    private var patience: Patience { Patience(limit: self.context.options.patience) }

    /// No agent of this name is registered here.
    func agentIsUnknown(_ journal: JournalWriter) async throws {
        var journal = journal
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
        repeat {
            for event in self.ending(of: journal.execution, failure) { try journal.record(event) }
        } while try await !journal.leave(.end)
        if let failed = journal.execution.failure {
            self.report(failed, journal.lease)
        } else {
            self.forget(journal.lease)
        }
        journal.execution.head.log(to: self.context.logger)
    }

    private func ending(of execution: Execution, _ failure: ExecutionFailure) -> [Event] {
        if execution.isEnded { return [] }
        return execution.isCancelRequested
            ? execution.closing(with: .cancelled(.init()), "the execution was cancelled")
            : execution.closing(with: .failed(.init(failure: failure)), "the execution failed for want of its agent")
    }

    /// The journal can't be folded, and no repetition will change that: the execution fails without a look at it.
    func journalIsDamaged(_ damage: DamagedJournal, _ lease: Lease) async throws {
        try await self.fail(
            lease, ExecutionFailure(code: "journal_damaged", message: "Its journal can't be read: \(damage.reason)."))
    }

    /// The journal needs a newer version of Belay, which another node may have.
    ///
    /// - Parameter now: The store's time.
    func journalIsNewer(_ reason: String, _ lease: Lease, at now: Timestamp) async throws {
        let since = self.meet(
            lease, at: now, "the journal is newer than this node; the execution stays for another one", detail: reason)
        if let next = self.patience.nextTry(since: since, now: now) {
            return try await self.context.store.release(lease, wakeAt: next)
        }
        try await self.fail(lease, ExecutionFailure(code: "journal_newer", message: "No node can read it: \(reason)."))
    }

    /// The driver met a defect: the execution is tried again after growing pauses, and fails when that doesn't help.
    ///
    /// - Parameter now: The store's time.
    func driverFailed(_ error: any Error, _ lease: Lease, at now: Timestamp) async throws {
        let attempt = self.attempts.withLock { attempts in
            if attempts.count >= Self.mostMet { attempts = [:] }
            attempts[lease.execution, default: 0] += 1
            return attempts[lease.execution, default: 1]
        }
        guard attempt < Self.mostDrives else {
            self.attempts.withLock { $0[lease.execution] = nil }
            let message = "It could not be driven in \(attempt) attempts: \(error)"
            return try await self.fail(
                lease, ExecutionFailure(code: "driver_failed", message: String(message.prefix(1_000))))
        }
        self.context.logger.error(
            "a defect stopped the driver; the execution is tried again later",
            metadata: ["execution": "\(lease.execution)", "attempt": "\(attempt)", "error": "\(error)"])
        let pause = Self.firstPause * (1 << (attempt - 1))
        try await self.context.store.release(lease, wakeAt: now.advanced(by: pause))
    }

    /// Ends an execution by its head alone.
    private func fail(_ lease: Lease, _ failure: ExecutionFailure) async throws {
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
        self.met.withLock { $0[lease.execution] = nil }
    }

    /// Notes that this process can't drive an execution, with a warning the first time.
    ///
    /// - Returns: When that was.
    private func meet(_ lease: Lease, at now: Timestamp, _ message: Logger.Message, detail: String) -> Timestamp {
        let since = self.met.withLock { met -> Timestamp? in
            if let since = met[lease.execution] { return since }
            if met.count >= Self.mostMet { met = [:] }
            met[lease.execution] = now
            return nil
        }
        self.context.logger.log(
            level: since == nil ? .warning : .debug, message,
            metadata: ["execution": "\(lease.execution)", "detail": "\(detail)"])
        return since ?? now
    }
}
