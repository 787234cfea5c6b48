/// What holds for all routes of a gateway.
public struct GatewayOptions: Sendable {
    public var userMessages: UserMessages
    /// Answers that are kept to stand in when no model is available. 0 keeps none; default 1,000.
    public var maxCachedAnswers: Int
    /// How long a kept answer may stand in. Default 1 h.
    public var cachedAnswerLifetime: Duration
    /// How long a key that a provider refused is not used again. Default 15 min.
    public var keyQuarantine: Duration

    public init(
        userMessages: UserMessages = UserMessages(), maxCachedAnswers: Int = 1_000,
        cachedAnswerLifetime: Duration = .seconds(3_600), keyQuarantine: Duration = .seconds(900)
    ) {
        self.userMessages = userMessages
        self.maxCachedAnswers = maxCachedAnswers
        self.cachedAnswerLifetime = cachedAnswerLifetime
        self.keyQuarantine = keyQuarantine
    }
}
