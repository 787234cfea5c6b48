/// Where an execution stands.
public enum ExecutionState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Accepted; nobody works on it yet.
    case idle
    /// A model is asked.
    case thinking
    /// Tools are run.
    case executing
    /// For a person, the user or a point in time. Holds no process and no lease.
    case waiting
    case completed
    case failed
    case cancelled

    public var isTerminal: Bool {
        switch self {
        case .completed, .failed, .cancelled: true
        case .idle, .thinking, .executing, .waiting: false
        }
    }
}
