extension Configuration {
    /// How much a provider may be sent.
    public struct RateLimits: Sendable, Hashable {
        /// 1 to 10^9; nil for no limit.
        public var requestsPerMinute: Int?
        /// 1 to 10^12; nil for no limit.
        public var tokensPerMinute: Int?

        public init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil) {
            self.requestsPerMinute = requestsPerMinute
            self.tokensPerMinute = tokensPerMinute
        }

        static let section = Section<RateLimits>(
            "How much may be sent, as the vendor grants it. Calls beyond it wait, their tenants in turn, for as long as "
                + "their route is patient, and then take the next path.",
            make: { RateLimits() },
            keys: [
                Key(
                    "requests_per_minute", optional: \.requestsPerMinute, .integer(1...1_000_000_000),
                    default: "no limit", "Requests in a minute, of which a tenth may be sent at once."),
                Key(
                    "tokens_per_minute", optional: \.tokensPerMinute, .integer(1...1_000_000_000_000),
                    default: "no limit",
                    "Tokens of input and output in a minute: estimated before each call, corrected after it."),
            ])
    }
}
