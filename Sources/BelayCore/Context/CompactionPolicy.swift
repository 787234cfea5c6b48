/// When an agent's context is compacted, and by whom: what was said longer ago is summed up by a model, and facts, the
/// task and the last turns stay as they are.
public struct CompactionPolicy: Sendable, Hashable, Codable {
    /// Without it nothing is summed up: of a session the last 20 executions and 100 messages are in the context, and a
    /// context that is too long for the model is a failure.
    public var isOn: Bool
    /// The route that sums up; nil takes the agent's own. A cheap model will do.
    public var route: String?
    /// How long a context may get, in tokens as estimated: four fifths of it are compacted. 1,000 to 10,000,000; default
    /// 100,000. Where models are known to have room for less, that counts.
    public var contextTokens: Int
    /// Answers, with what led to each, that stay as they are. 1 to 50; default 4.
    public var keepTurns: Int
    /// Tokens of output that the summary may have. 100 to 100,000; default 2,000.
    public var summaryTokens: Int

    public init(
        isOn: Bool = true, route: String? = nil, contextTokens: Int = 100_000, keepTurns: Int = 4,
        summaryTokens: Int = 2_000
    ) {
        self.isOn = isOn
        self.route = route
        self.contextTokens = contextTokens
        self.keepTurns = keepTurns
        self.summaryTokens = summaryTokens
    }
}
