import BelayResilience

/// How much a provider, or one of its keys, may be sent: what its vendor grants, so that it need not refuse.
///
/// Calls beyond it wait, their tenants in turn, as long as their route is patient, and go to another path then.
public struct OutgoingRateLimits: Sendable, Hashable {
    /// 1 to 10^9; nil for no limit. A tenth of it may be sent at once, at least 1, since vendors count seconds too: so any
    /// one minute has at most a tenth more than this.
    public var requestsPerMinute: Int?
    /// Tokens of input and output together, 1 to 10^12; nil for no limit. Each call is counted by an estimate before it is
    /// sent, and by what the provider reports afterwards.
    public var tokensPerMinute: Int?

    public init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
    }

    /// Nil when nothing is limited.
    func makeLimiter(maxWaiting: Int, clock: Timekeeper) -> RateLimiter? {
        guard self.requestsPerMinute != nil || self.tokensPerMinute != nil else { return nil }
        return RateLimiter(
            requests: self.requestsPerMinute.map { .perMinute($0, burst: max(1, $0 / 10)) },
            tokens: self.tokensPerMinute.map { .perMinute($0) }, maxWaiting: maxWaiting, clock: clock)
    }
}
