import BelayCore
import BelayResilience

// What the API calls the values of the runtime. Said here and not taken from the names that the journal is stored with,
// so that neither can change the other.

extension Event.ModelCallPlanned.Purpose {
    var word: String {
        switch self {
        case .step: "step"
        case .summary: "summary"
        }
    }
}

extension LimitKind {
    /// What the figures of `limit_approached` count.
    var figures: String {
        switch self {
        case .time: "ms"
        case .cost: "nano_usd"
        case .tokens, .sessionTokens: "tokens"
        case .steps, .toolCalls: self.rawValue
        }
    }
}

extension Event.ContextCompacted.Cause {
    package var word: String {
        switch self {
        case .window: "window"
        case .sessionBudget: "session_budget"
        case .history: "history"
        case .tooLong: "too_long"
        }
    }
}

extension StopReason {
    var word: String {
        switch self {
        case .endTurn: "end_turn"
        case .toolUse: "tool_use"
        case .maxTokens: "max_tokens"
        case .stopSequence: "stop_sequence"
        case .refused: "refused"
        case .other: "other"
        }
    }
}

extension ToolFailure.Kind {
    var word: String {
        switch self {
        case .unknownTool: "unknown_tool"
        case .invalidArguments: "invalid_arguments"
        case .denied: "denied"
        case .budgetExceeded: "budget_exceeded"
        case .budgetReserved: "budget_reserved"
        case .rateLimited: "rate_limited"
        case .circuitOpen: "circuit_open"
        case .timeout: "timeout"
        case .rejected: "rejected"
        case .unavailable: "unavailable"
        case .invalidOutput: "invalid_output"
        case .cancelled: "cancelled"
        case .internal: "internal"
        }
    }
}

extension InDoubtPolicy {
    package var word: String {
        switch self {
        case .repeatWithSameKey: "repeat_with_same_key"
        case .probe: "probe"
        case .compensate: "compensate"
        case .person: "person"
        }
    }
}

extension Event.ToolCallResolved.Resolution {
    package var word: String {
        switch self {
        case .happened: "happened"
        case .didNotHappen: "did_not_happen"
        case .compensated: "compensated"
        case .repeatable: "repeatable"
        case .notSent: "not_sent"
        }
    }
}

extension CircuitState {
    var word: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half_open"
        }
    }
}
