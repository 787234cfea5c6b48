import HTTPTypes

extension HTTPField.Name {
    static let idempotencyKey = Self.known("Idempotency-Key")
    static let lastEventID = Self.known("Last-Event-ID")
    static let xAPIKey = Self.known("x-api-key")
    static let anthropicVersion = Self.known("anthropic-version")
    static let requestID = Self.known("request-id")
    static let xRequestID = Self.known("x-request-id")
    static let rateLimit = Self.known("RateLimit")
    static let rateLimitPolicy = Self.known("RateLimit-Policy")
    static let belayTask = Self.known("X-Belay-Task")
    static let belayUser = Self.known("X-Belay-User")
    static let belayCustomer = Self.known("X-Belay-Customer")
    static let belaySession = Self.known("X-Belay-Session")
    static let belayCriticality = Self.known("X-Belay-Criticality")
    /// The path that answered.
    static let belayPath = Self.known("X-Belay-Path")
    /// How many attempts it took.
    static let belayAttempts = Self.known("X-Belay-Attempts")
    /// What all attempts cost, or `unknown`.
    static let belayCost = Self.known("X-Belay-Cost-USD")
    /// That the cost is an estimate.
    static let belayCostEstimated = Self.known("X-Belay-Cost-Estimated")
    /// The name by which the answer may be judged later.
    static let belayOutcome = Self.known("X-Belay-Outcome")
    /// Why the answer is a lesser one.
    static let belayCache = Self.known("X-Belay-Cache")
    static let belayDegraded = Self.known("X-Belay-Degraded")
    static let belayStructured = Self.known("X-Belay-Structured")
    /// The execution that an agent's answer comes from.
    static let belayExecution = Self.known("X-Belay-Execution")
    /// What an agent's execution waits for.
    static let belayWait = Self.known("X-Belay-Wait")
    /// How sure a count is.
    static let belayCount = Self.known("X-Belay-Count")
    /// Tells nginx and its kin to pass each event on at once.
    static let xAccelBuffering = Self.known("X-Accel-Buffering")

    /// What a request to a model may say.
    static let belayOfRequests = [
        Self.belayTask, .belayUser, .belayCustomer, .belaySession, .belayCriticality,
    ]
    /// What only answers say.
    static let belayOfAnswers = [
        Self.belayPath, .belayAttempts, .belayCost, .belayCostEstimated, .belayOutcome, .belayCache, .belayDegraded,
        .belayStructured, .belayExecution, .belayWait, .belayCount,
    ]

    private static func known(_ name: String) -> Self {
        guard let field = Self(name) else { preconditionFailure("\(name) is not a token by RFC 9110, section 5.6.2") }
        return field
    }
}
