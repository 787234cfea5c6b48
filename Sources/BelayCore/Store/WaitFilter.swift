/// Which waits to list; nil means any.
public struct WaitFilter: Sendable, Hashable {
    public var tenant: String?
    public var kinds: Set<WaitKind>?
    public var status: WaitRecord.Status?
    public var execution: ExecutionID?

    public init(
        tenant: String? = nil, kinds: Set<WaitKind>? = nil, status: WaitRecord.Status? = .open,
        execution: ExecutionID? = nil
    ) {
        self.tenant = tenant
        self.kinds = kinds
        self.status = status
        self.execution = execution
    }
}
