import BelayCore
import BelayResilience

/// Carries what happens in this process to those who watch: a hint that a journal grew, and text as it is written.
final class LiveFeed: Sendable {
    private struct State {
        var next = 0
        var mailboxes: [ExecutionID: [Int: FeedMailbox]] = [:]
    }

    private let state = Locked(State())

    /// Watches an execution for as long as the subscription lives.
    func subscribe(to execution: ExecutionID) -> FeedSubscription {
        let mailbox = FeedMailbox()
        let id = self.state.withLock { state in
            state.next += 1
            state.mailboxes[execution, default: [:]][state.next] = mailbox
            return state.next
        }
        return FeedSubscription(mailbox: mailbox) { [weak self] in self?.unsubscribe(id, from: execution) }
    }

    private func unsubscribe(_ id: Int, from execution: ExecutionID) {
        self.state.withLock { state in
            state.mailboxes[execution]?[id] = nil
            if state.mailboxes[execution]?.isEmpty == true { state.mailboxes[execution] = nil }
        }
    }

    /// Tells observers that there are new events to read.
    func journalGrew(of execution: ExecutionID) {
        for mailbox in self.mailboxes(of: execution) { mailbox.doorbell.ring() }
    }

    func publish(_ progress: ModelProgress, step: Int, of execution: ExecutionID) {
        for mailbox in self.mailboxes(of: execution) { mailbox.put(.progress(step: step, progress)) }
    }

    /// Whether it is worth streaming at all.
    func hasObservers(of execution: ExecutionID) -> Bool {
        self.state.withLock { $0.mailboxes[execution] != nil }
    }

    /// Observers of this process, over all executions.
    var observerCount: Int { self.state.withLock { $0.mailboxes.values.reduce(0) { $0 + $1.count } } }

    private func mailboxes(of execution: ExecutionID) -> [FeedMailbox] {
        self.state.withLock { $0.mailboxes[execution] ?? [:] }.sorted { $0.key < $1.key }.map(\.value)
    }
}
