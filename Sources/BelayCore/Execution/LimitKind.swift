/// The limits of an execution that are figures: what was spent is held against what is allowed.
public enum LimitKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Time that nodes worked on it, in milliseconds.
    case time
    /// In nano-dollars, with a ceiling for what has no known price.
    case cost
    /// Of input and output, over all steps.
    case tokens
    case steps
    case toolCalls = "tool_calls"
    /// Of input and output, over all executions of the session.
    case sessionTokens = "session_tokens"

    /// How an execution ends that reached it.
    public var reason: TerminationReason {
        switch self {
        case .time: .timeout
        case .cost: .budget
        case .tokens: .maxTokens
        case .steps: .maxSteps
        case .toolCalls: .maxToolCalls
        case .sessionTokens: .sessionTokens
        }
    }

    /// What it is counted in, for people: a raise is given in it too.
    public var unit: String {
        switch self {
        case .time: "seconds"
        case .cost: "dollars"
        case .tokens, .sessionTokens: "tokens"
        case .steps: "steps"
        case .toolCalls: "tool calls"
        }
    }

    /// How many of the figures of ``LimitUse`` are one unit.
    var scale: Int64 {
        switch self {
        case .time: 1_000
        case .cost: 1_000_000_000
        case .tokens, .steps, .toolCalls, .sessionTokens: 1
        }
    }
}

/// How far one limit is used up.
public struct LimitUse: Sendable, Hashable {
    public var kind: LimitKind
    /// Milliseconds, nano-dollars, or how many.
    public var spent: Int64
    /// In the same unit.
    public var allowed: Int64
    /// Both figures in words.
    public var detail: String

    var isReached: Bool { self.spent >= self.allowed }
    /// Whether four fifths are gone.
    var isNear: Bool { self.isNear(with: self.spent) }

    func isNear(with spent: Int64) -> Bool { spent >= self.allowed - self.allowed / 5 }
}
