/// What a node may take of everything that is due.
public enum ClaimScope: Sendable, Hashable {
    /// Whatever there is: how a server works.
    case everything
    /// One execution.
    case execution(ExecutionID)
    /// The executions of one session of a tenant.
    case session(SessionID, tenant: String)
}
