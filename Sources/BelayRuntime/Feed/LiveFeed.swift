import BelayCore
import BelayResilience

/// Carries what happens in this process to those who watch: a hint that a journal grew, and text as it is written.
final class LiveFeed: Sendable {
    private struct State {
        var next = 0
        var mailboxes: [ExecutionID: [Int: FeedMailbox]] = [:]
        /// Of the model calls that are streamed at the moment: one an execution, while it runs.
        var drafts: [ExecutionID: LiveDraft] = [:]
        /// What is called when an execution has ended.
        var atEnds: [Int: @Sendable (ExecutionHead) -> Void] = [:]
    }

    private let state = Locked(State())

    /// Watches an execution for as long as the subscription lives.
    func subscribe(to execution: ExecutionID) -> FeedSubscription {
        let mailbox = FeedMailbox()
        let id = self.state.withLock { state in
            state.next += 1
            // Under the lock, so that no delta comes twice or is left out between the draft and what follows.
            for item in state.drafts[execution]?.items ?? [] { mailbox.put(item) }
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

    /// Has `action` called whenever an execution has ended in this process, until it is forgotten. Keep it short.
    func atEnds(_ action: @escaping @Sendable (ExecutionHead) -> Void) -> Int {
        self.state.withLock { state in
            state.next += 1
            state.atEnds[state.next] = action
            return state.next
        }
    }

    func forgetEnds(_ id: Int) { self.state.withLock { state in state.atEnds[id] = nil } }

    func executionEnded(_ head: ExecutionHead) {
        for (_, action) in self.state.withLock({ $0.atEnds }).sorted(by: { $0.key < $1.key }) { action(head) }
    }

    /// A model call begins whose progress will be published.
    func beginCall(step: Int, of execution: ExecutionID) {
        self.state.withLock { $0.drafts[execution] = LiveDraft(step: step) }
    }

    /// The model call is over: whoever comes now finds its answer in the journal.
    func endCall(of execution: ExecutionID) { self.state.withLock { $0.drafts[execution] = nil } }

    func publish(_ progress: ModelProgress, step: Int, of execution: ExecutionID) {
        let mailboxes = self.state.withLock { state in
            state.drafts[execution]?.take(progress)
            return Self.inOrder(state.mailboxes[execution])
        }
        for mailbox in mailboxes { mailbox.put(.progress(step: step, progress)) }
    }

    /// Whether it is worth streaming at all.
    func hasObservers(of execution: ExecutionID) -> Bool {
        self.state.withLock { $0.mailboxes[execution] != nil }
    }

    /// Observers of this process, over all executions.
    var observerCount: Int { self.state.withLock { $0.mailboxes.values.reduce(0) { $0 + $1.count } } }

    private func mailboxes(of execution: ExecutionID) -> [FeedMailbox] {
        self.state.withLock { Self.inOrder($0.mailboxes[execution]) }
    }

    private static func inOrder(_ mailboxes: [Int: FeedMailbox]?) -> [FeedMailbox] {
        (mailboxes ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }
}
