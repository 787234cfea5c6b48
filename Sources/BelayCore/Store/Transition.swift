/// One step of an execution, written all or nothing.
public struct Transition: Sendable {
    public var lease: Lease
    /// How many events the writer has seen.
    public var expectedSequence: Int
    public var events: [Event]
    /// When each of the events happened, by the writer's clock; empty if all of them happened now.
    ///
    /// A store takes these times as far as they fit: none before the event in front of it, none after the commit. The last
    /// event of a transition always gets the time of the commit, which is the head's as well.
    public var happened: [Timestamp]
    /// The head after the events. Its `sequence` is `expectedSequence + events.count`.
    public var head: ExecutionHead
    /// Identifiers of waits that the events close without an answer of their own (cancelled, expired, ended).
    public var closedWaits: [WaitID]
    public var after: After

    /// What becomes of the lease.
    public enum After: Sendable, Hashable {
        /// The writer goes on.
        case keep
        /// Given back; the execution is due again at this time, or when something answers it.
        case release(wakeAt: Timestamp?)
        /// Given back for good: the execution ended. The next one of its session becomes due.
        case end
    }

    public init(
        lease: Lease, expectedSequence: Int, events: [Event], happened: [Timestamp] = [],
        head: ExecutionHead, closedWaits: [WaitID] = [],
        after: After
    ) {
        self.lease = lease
        self.expectedSequence = expectedSequence
        precondition(happened.isEmpty || happened.count == events.count, "each event has happened at some time")
        self.events = events
        self.happened = happened
        self.head = head
        self.closedWaits = closedWaits
        self.after = after
    }

    /// The events as they stand in the journal.
    ///
    /// - Parameters:
    ///   - earliest: The time of the journal's last event.
    ///   - now: The time of the commit.
    package func journal(after earliest: Timestamp, now: Timestamp) -> [JournalEvent] {
        var last = earliest
        return self.events.indices.map { index in
            last = self.time(of: index, after: last, now: now)
            return JournalEvent(sequence: self.expectedSequence + index + 1, time: last, event: self.events[index])
        }
    }

    /// The time that an event gets.
    ///
    /// - Parameters:
    ///   - index: Among the events of this transition.
    ///   - last: The time of the event in front of it.
    ///   - now: The time of the commit.
    package func time(of index: Int, after last: Timestamp, now: Timestamp) -> Timestamp {
        guard index < self.events.count - 1, !self.happened.isEmpty else { return now }
        return min(max(self.happened[index], last), now)
    }
}
