/// What happens to a message of a session whose last execution still runs.
public enum SessionPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// It waits for its turn.
    case enqueue
    /// It is refused.
    case reject
    /// The running execution is cancelled first.
    case interrupt
}
