/// One step of an execution, written all or nothing.
public struct Transition: Sendable {
    public var lease: Lease
    /// How many events the writer has seen.
    public var expectedSequence: Int
    public var events: [Event]
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
        lease: Lease, expectedSequence: Int, events: [Event], head: ExecutionHead, closedWaits: [WaitID] = [],
        after: After
    ) {
        self.lease = lease
        self.expectedSequence = expectedSequence
        self.events = events
        self.head = head
        self.closedWaits = closedWaits
        self.after = after
    }
}
