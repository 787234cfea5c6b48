/// One line of an execution's journal.
public struct JournalEvent: Sendable, Hashable {
    /// Dense from 1.
    public var sequence: Int
    public var time: Timestamp
    public var event: Event

    public init(sequence: Int, time: Timestamp, event: Event) {
        self.sequence = sequence
        self.time = time
        self.event = event
    }
}
