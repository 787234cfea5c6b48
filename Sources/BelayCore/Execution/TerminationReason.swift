/// Why an execution ended.
public enum TerminationReason: String, Sendable, Hashable, Codable, CaseIterable {
    case completed
    case maxSteps = "max_steps"
    case maxToolCalls = "max_tool_calls"
    case maxTokens = "max_tokens"
    case timeout
    case budget
    case loop
    /// The session has used up its tokens: neither this execution nor a later one of it asks a model again.
    case sessionTokens = "session_tokens"
    case cancelled
    /// A person gave the answer.
    case escalated
    case error

    /// Whether the execution was stopped by one of its limits.
    public var isLimit: Bool {
        switch self {
        case .maxSteps, .maxToolCalls, .maxTokens, .timeout, .budget, .loop, .sessionTokens: true
        case .completed, .cancelled, .escalated, .error: false
        }
    }
}
