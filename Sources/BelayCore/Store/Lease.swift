/// The right of one node to drive one execution, for a while.
public struct Lease: Sendable, Hashable {
    public var execution: ExecutionID
    public var node: NodeID
    /// Raised by one at each claim and checked at each write, so that a node that lost its lease can't write any more.
    public var epoch: Int
    public var expires: Timestamp

    public init(execution: ExecutionID, node: NodeID, epoch: Int, expires: Timestamp) {
        self.execution = execution
        self.node = node
        self.epoch = epoch
        self.expires = expires
    }
}
