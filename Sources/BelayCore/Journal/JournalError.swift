/// A journal that can't be: an event that its execution's state does not allow.
public struct JournalError: Error, Sendable, Hashable {
    public var sequence: Int
    public var event: Event.Name
    public var reason: String

    public init(sequence: Int, event: Event.Name, reason: String) {
        self.sequence = sequence
        self.event = event
        self.reason = reason
    }
}
