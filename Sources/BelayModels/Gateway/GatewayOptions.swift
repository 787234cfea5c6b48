/// What holds for all routes of a gateway.
public struct GatewayOptions: Sendable {
    public var userMessages: UserMessages
    /// Answers that are kept to stand in when no model is available. 0 keeps none; default 1,000.
    public var maxCachedAnswers: Int
    /// Bytes of all kept answers together, about. Default 64 MiB.
    public var maxCachedBytes: Int
    /// How long a kept answer may stand in. Default 1 h.
    public var cachedAnswerLifetime: Duration
    /// Says what a text means, as a direction: vectors of one length whose angle is small for texts that mean the same. For
    /// routes with a semantic cache that names no embedder; asked once for each question that the cache has no answer to.
    public var embedder: (@Sendable (String) async throws -> [Float])?
    /// How long a key that a provider refused is not used again. Default 15 min.
    public var keyQuarantine: Duration
    /// How long a key whose quota is used up is not used at first. Doubles each time that it still is, up to
    /// ``keyQuarantine``. Default 1 min.
    public var quotaQuarantine: Duration
    /// By task: what tells whether an answer did what it was for. Of other tasks nobody knows it until somebody says so.
    public var tasks: [String: SuccessFunction]
    public var outcomes: OutcomeOptions
    /// Tokens of output that are reserved for a request that sets no bound, as far as its model may write as many. What is
    /// written beyond is paid all the same, so budgets are sure to hold only for requests with a bound. Default 16,384.
    public var unboundedOutput = 16_384

    public init(
        userMessages: UserMessages = UserMessages(), maxCachedAnswers: Int = 1_000, maxCachedBytes: Int = 64 << 20,
        cachedAnswerLifetime: Duration = .seconds(3_600), keyQuarantine: Duration = .seconds(900),
        quotaQuarantine: Duration = .seconds(60), tasks: [String: SuccessFunction] = [:],
        outcomes: OutcomeOptions = OutcomeOptions()
    ) {
        self.userMessages = userMessages
        self.maxCachedAnswers = maxCachedAnswers
        self.maxCachedBytes = maxCachedBytes
        self.cachedAnswerLifetime = cachedAnswerLifetime
        self.keyQuarantine = keyQuarantine
        self.quotaQuarantine = quotaQuarantine
        self.tasks = tasks
        self.outcomes = outcomes
    }
}
