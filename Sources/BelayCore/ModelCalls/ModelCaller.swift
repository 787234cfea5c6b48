/// For whom a model call is made, as the application names them: 1 to 128 bytes each, nil where it doesn't say.
public struct ModelCaller: Sendable, Hashable, Codable {
    public var user: String?
    public var customer: String?
    /// The conversation, or the run of an agent, that the call is part of. Calls of one session keep to one path while
    /// it works, for the provider's prompt cache.
    public var session: String?
    /// The agent that makes it, and its version; nil for calls of clients.
    public var agent: String?
    public var version: String?
    public var execution: String?

    public init(
        user: String? = nil, customer: String? = nil, session: String? = nil, agent: String? = nil,
        version: String? = nil, execution: String? = nil
    ) {
        self.user = user
        self.customer = customer
        self.session = session
        self.agent = agent
        self.version = version
        self.execution = execution
    }
}
