import BelayCore
import BelayResilience

/// What became of the calls of one tool since this process started.
public struct ToolStatistics: Sendable, Hashable {
    public var tool: String
    /// Whose tool it is; nil, as is the version, for a shared one.
    public var agent: String?
    public var version: String?
    /// Whether it is called (`closed`), left alone (`open`) or tried again (`halfOpen`).
    public var circuit: CircuitState
    public var circuitOpenings = 0
    /// Calls that passed the stations before the handler's; those that the open circuit held back are among them.
    public var calls = 0
    public var successes = 0
    public var failures: [ToolFailure.Kind: Int] = [:]
    /// Handlers that nobody waited for any more.
    public var abandoned = 0
}
