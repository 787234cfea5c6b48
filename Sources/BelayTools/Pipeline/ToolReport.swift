import BelayCore
import BelayResilience

/// What happens to tool calls, for logs, metrics and alerts. Holds no argument and no output.
public enum ToolReport: Sendable, Hashable {
    /// A station before the dispatch refused the call.
    case refused(tool: String, ToolFailure.Kind)
    case called(tool: String)
    case succeeded(tool: String, Duration)
    case failed(tool: String, ToolFailure.Kind, Duration)
    case truncated(tool: String, characters: Int)
    /// A result told its cost in a way that can't be, or didn't; once a minute at most for each tool and kind.
    case costAnomaly(tool: String, ToolCostAnomaly)
    /// A handler went on after it was cancelled, and nobody waits for it any more.
    case abandoned(tool: String)
    /// An abandoned handler ended.
    case ended(tool: String)
    /// A circuit that opened deserves an alert. The agent's name is nil for a shared tool.
    case circuitChanged(tool: String, agent: String?, from: CircuitState, to: CircuitState)
}
