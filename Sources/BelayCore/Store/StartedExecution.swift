/// The answer to a start.
public struct StartedExecution: Sendable, Hashable {
    public var head: ExecutionHead
    /// False when the idempotency key named an execution that existed before.
    public var isNew: Bool
    /// How many executions each of its limits counts now, this one included; empty when it existed before.
    public var open: [OpenExecutionLimit: Int]

    public init(head: ExecutionHead, isNew: Bool, open: [OpenExecutionLimit: Int] = [:]) {
        self.head = head
        self.isNew = isNew
        self.open = open
    }
}
