/// The five clocks of a model call, by the names that metrics use. Other work has only ``total``.
public enum CallPhase: String, Sendable, Hashable, CaseIterable {
    /// From the start until the connection is there.
    case connect
    /// From then until the response's headers.
    case responseHeaders = "response_headers"
    /// From then until the first content.
    case firstToken = "first_token"
    /// From each piece of content to the next, or to the end.
    case betweenTokens = "between_tokens"
    /// From the start to the end.
    case total
}

/// Work did not finish in time and was cancelled. What it had done until then may have taken effect.
public struct DeadlineExceeded: Error, Sendable, Hashable {
    /// Which clock ran out.
    public var phase: CallPhase
    /// How long that clock allowed.
    public var limit: Duration

    public init(phase: CallPhase, limit: Duration) {
        self.phase = phase
        self.limit = limit
    }
}
