/// How far an execution may go. Each limit ends it with a termination reason of its own.
public struct ExecutionLimits: Sendable, Hashable, Codable {
    /// Model calls that may lead to tool calls. 1 to 1,000; default 20.
    public var maxSteps: Int
    /// Output tokens of one step. Default 4,000.
    public var maxTokensPerStep: Int
    private var timeoutMilliseconds: Int64
    /// Tool calls over all steps. Default 50.
    public var maxToolCalls: Int
    /// Tokens over all steps, input and output. Default 500,000.
    public var maxTokens: Int
    /// Default $0.50.
    public var maxCost: Money
    /// How often one call, or one cycle of calls, may repeat before it counts as a loop. 2 to 100; default 3.
    public var maxRepeats: Int
    /// How often a model call that failed for want of an available model is tried again after a durable pause before
    /// the execution is handed to a person. The pauses last 5 s, 20 s, 80 s, 300 s: with the default of 3 longer than a
    /// breaker stays open.
    public var maxModelPauses: Int
    /// Tokens over all executions of a session, input and output. Default 2,000,000.
    public var maxSessionTokens: Int
    /// What becomes of an execution that reached its steps, tool calls, tokens, time or cost. Default `stop`.
    public var atLimit: LimitPolicy

    public static let `default` = ExecutionLimits()

    public init(
        maxSteps: Int = 20, maxTokensPerStep: Int = 4_000, timeout: Duration = .seconds(300), maxToolCalls: Int = 50,
        maxTokens: Int = 500_000, maxCost: Money = Money(nanoDollars: 500_000_000), maxRepeats: Int = 3,
        maxModelPauses: Int = 3, maxSessionTokens: Int = 2_000_000, atLimit: LimitPolicy = .stop
    ) {
        self.maxSteps = maxSteps
        self.maxTokensPerStep = maxTokensPerStep
        self.timeoutMilliseconds = timeout.milliseconds
        self.maxToolCalls = maxToolCalls
        self.maxTokens = maxTokens
        self.maxCost = maxCost
        self.maxRepeats = maxRepeats
        self.maxModelPauses = maxModelPauses
        self.maxSessionTokens = maxSessionTokens
        self.atLimit = atLimit
    }

    /// Journals that are older than a limit don't have it: there it stays without effect.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.maxSteps = try container.decode(Int.self, forKey: .maxSteps)
        self.maxTokensPerStep = try container.decode(Int.self, forKey: .maxTokensPerStep)
        self.timeoutMilliseconds = try container.decode(Int64.self, forKey: .timeoutMilliseconds)
        self.maxToolCalls = try container.decode(Int.self, forKey: .maxToolCalls)
        self.maxTokens = try container.decode(Int.self, forKey: .maxTokens)
        self.maxCost = try container.decode(Money.self, forKey: .maxCost)
        self.maxRepeats = try container.decode(Int.self, forKey: .maxRepeats)
        self.maxModelPauses = try container.decode(Int.self, forKey: .maxModelPauses)
        self.maxSessionTokens = try container.decodeIfPresent(Int.self, forKey: .maxSessionTokens) ?? .max
        self.atLimit = try container.decodeIfPresent(LimitPolicy.self, forKey: .atLimit) ?? .stop
    }

    /// Time that nodes worked on it; waiting for people, pauses and the time that a crashed node was away don't count.
    /// Default 300 s.
    public var timeout: Duration {
        get { .milliseconds(self.timeoutMilliseconds) }
        set { self.timeoutMilliseconds = newValue.milliseconds }
    }
}
