/// Why an execution failed, for programs and for people.
public struct ExecutionFailure: Error, Sendable, Hashable, Codable {
    /// Machine-readable: `model_` and the kind of the failure (`model_rate_limited`), `handoff_expired`,
    /// `agent_unknown` (no node knew the agent for a day), `journal_damaged` or `journal_newer` (no node could read it).
    public var code: String
    public var message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
