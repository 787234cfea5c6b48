import BelayCore
import BelayResilience

/// What happens in a pipeline, for counters and alerts.
package enum ToolReport: Sendable, Hashable {
    /// A station before the dispatch refused the call.
    case refused(tool: String, ToolFailure.Kind)
    case called(tool: String)
    case succeeded(tool: String, Duration)
    case failed(tool: String, ToolFailure.Kind, Duration)
    case truncated(tool: String, characters: Int)
    /// A handler went on after it was cancelled, and nobody waits for it any more.
    case abandoned(tool: String)
    /// An abandoned handler ended.
    case ended(tool: String)
    case circuit(tool: String, from: CircuitState, to: CircuitState)
}
