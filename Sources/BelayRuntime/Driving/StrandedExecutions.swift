import BelayCore
import BelayResilience
import Logging

/// What becomes of executions that this node can't drive: another node gets a turn, and what nobody will ever drive ends.
final class StrandedExecutions: Sendable {
    private let workplace: Workplace
    /// What was logged, so that a line is written the first time and not at each try.
    private let known = Locked<Set<ExecutionID>>([])

    private static let mostKnown = 10_000
    /// Attempts at ending a journal that signals keep growing.
    private static let maxAttempts = 5

    init(workplace: Workplace) { self.workplace = workplace }

    private var patience: Patience { Patience(limit: self.workplace.options.patience) }

    /// No agent of this name is registered here.
    func agentIsUnknown(_ journal: JournalWriter) async throws {
        var journal = journal
        let accepted = journal.execution.accepted
        let due = try await self.dueSince(journal)
        let next = self.patience.nextTry(dueSince: due, now: journal.now)
        if let next, !journal.execution.isCancelRequested, !journal.execution.isEnded {
            self.log(
                journal.lease, "no such agent here; the execution stays for a node that has it",
                detail: "\(accepted.agent) \(accepted.version)")
            return try await self.workplace.store.release(journal.lease, wakeAt: next)
        }
        let failure = ExecutionFailure(
            code: "agent_unknown",
            message: "No node knew the agent \(accepted.agent) (version \(accepted.version)) for "
                + "\(due.duration(to: journal.now).milliseconds / 1_000) s.")
        repeat {
            for event in self.ending(of: journal.execution, failure) { try journal.record(event) }
        } while try await !journal.leave(.end)
        if let failed = journal.execution.failure { self.report(failed, journal.lease) }
    }

    private func ending(of execution: Execution, _ failure: ExecutionFailure) -> [Event] {
        if execution.isEnded { return [] }
        return execution.isCancelRequested
            ? execution.closing(with: .cancelled(.init()), "the execution was cancelled")
            : execution.closing(with: .failed(.init(failure: failure)), "the execution failed for want of its agent")
    }

    /// The journal can't be folded, and no repetition will change that: the execution fails without a look at it.
    func journalIsDamaged(_ damage: DamagedJournal, _ lease: Lease) async throws {
        let whose =
            damage.execution == lease.execution ? "Its journal" : "The journal of \(damage.execution), before it,"
        try await self.fail(
            lease, ExecutionFailure(code: "journal_damaged", message: "\(whose) can't be read: \(damage.reason)."))
    }

    /// The journal needs a newer version of Belay, which another node may have.
    func journalIsNewer(_ reason: String, _ lease: Lease) async throws {
        guard let head = try await self.workplace.store.head(of: lease.execution) else { return }
        if let next = self.patience.nextTry(dueSince: head.updated, now: self.workplace.wallClock.now) {
            self.log(lease, "the journal is newer than this node; the execution stays for another one", detail: reason)
            return try await self.workplace.store.release(lease, wakeAt: next)
        }
        try await self.fail(lease, ExecutionFailure(code: "journal_newer", message: "No node can read it: \(reason)."))
    }

    /// When somebody could have gone on: since the last event, the expiry of a wait, or the end of the execution before.
    private func dueSince(_ journal: JournalWriter) async throws -> Timestamp {
        let execution = journal.execution
        let expiry = execution.waits.map(\.expires).filter { $0 <= journal.now }.min()
        let due = max(execution.updated, expiry ?? execution.updated)
        guard let earlier = execution.accepted.continues,
            let ended = try await self.workplace.store.head(of: earlier)?.ended
        else { return due }
        return max(due, ended)
    }

    /// Ends an execution by its head alone.
    private func fail(_ lease: Lease, _ failure: ExecutionFailure) async throws {
        for attempt in 1... {
            guard var head = try await self.workplace.store.head(of: lease.execution), head.ended == nil else { return }
            let sequence = head.sequence
            (head.state, head.reason, head.sequence) = (.failed, .error, sequence + 1)
            do {
                _ = try await self.workplace.store.append(
                    Transition(
                        lease: lease, expectedSequence: sequence, events: [.failed(.init(failure: failure))],
                        head: head,
                        after: .end))
                self.workplace.feed.journalGrew(of: lease.execution)
                return self.report(failure, lease)
            } catch StoreError.sequenceConflict where attempt < Self.maxAttempts { continue }  // A signal was first.
        }
    }

    private func report(_ failure: ExecutionFailure, _ lease: Lease) {
        self.workplace.agents.release(lease.execution)
        self.workplace.logger.error(
            "an execution that can't be driven failed",
            metadata: [
                "execution": "\(lease.execution)", "code": "\(failure.code)", "reason": "\(failure.message)",
            ])
    }

    private func log(_ lease: Lease, _ message: Logger.Message, detail: String) {
        let isNews = self.known.withLock { known in
            if known.count >= Self.mostKnown { known = [] }
            return known.insert(lease.execution).inserted
        }
        self.workplace.logger.log(
            level: isNews ? .warning : .debug, message,
            metadata: ["execution": "\(lease.execution)", "detail": "\(detail)"])
    }
}
