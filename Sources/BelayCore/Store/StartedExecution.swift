/// The answer to a start.
public struct StartedExecution: Sendable, Hashable {
    public var head: ExecutionHead
    /// False when the idempotency key named an execution that existed before.
    public var isNew: Bool

    public init(head: ExecutionHead, isNew: Bool) {
        self.head = head
        self.isNew = isNew
    }
}
