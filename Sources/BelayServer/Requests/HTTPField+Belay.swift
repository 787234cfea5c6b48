import HTTPTypes

extension HTTPField.Name {
    static let idempotencyKey = Self.known("Idempotency-Key")
    static let lastEventID = Self.known("Last-Event-ID")
    static let xAPIKey = Self.known("x-api-key")
    static let anthropicVersion = Self.known("anthropic-version")
    static let requestID = Self.known("request-id")
    static let xRequestID = Self.known("x-request-id")
    static let belayCriticality = Self.known("X-Belay-Criticality")
    /// The path that answered.
    static let belayPath = Self.known("X-Belay-Path")
    /// How many attempts it took.
    static let belayAttempts = Self.known("X-Belay-Attempts")
    /// What all attempts cost, or `unknown`.
    static let belayCost = Self.known("X-Belay-Cost-USD")
    /// Why the answer is a lesser one.
    static let belayDegraded = Self.known("X-Belay-Degraded")
    /// Tells nginx and its kin to pass each event on at once.
    static let xAccelBuffering = Self.known("X-Accel-Buffering")

    private static func known(_ name: String) -> Self {
        guard let field = Self(name) else { preconditionFailure("\(name) is not a token by RFC 9110, section 5.6.2") }
        return field
    }
}
