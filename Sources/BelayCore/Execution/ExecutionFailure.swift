/// Why an execution failed, for programs and for people.
public struct ExecutionFailure: Error, Sendable, Hashable, Codable {
    /// Machine-readable: `model_unavailable`, `handoff_expired`, `agent_unknown`, ...
    public var code: String
    public var message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
