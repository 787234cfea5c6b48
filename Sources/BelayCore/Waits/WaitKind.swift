/// What kind of thing an execution waits for.
public enum WaitKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A person's consent to a tool call.
    case approval
    /// The user's answer to a question.
    case input
    /// A person who takes over.
    case handoff
    /// A person's word on whether a call in doubt happened.
    case resolution
    /// A person's word on whether a limit that was reached is raised.
    case limit
    /// A point in time.
    case timer
}
