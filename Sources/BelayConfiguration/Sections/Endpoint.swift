import BelayCore

extension Configuration {
    /// One of several keys or addresses of a provider.
    public struct Endpoint: Sendable, Hashable {
        /// 1 to 64 characters; nil is its place in the list, from 1.
        public var name: String?
        /// nil is the provider's.
        public var baseURL: String?
        /// nil is the provider's.
        public var apiKey: Secret?
        /// How much it takes beside the others. 0.01 to 1,000; default 1.
        public var weight: Double
        public var rateLimits: RateLimits

        public init(
            name: String? = nil, baseURL: String? = nil, apiKey: Secret? = nil, weight: Double = 1,
            rateLimits: RateLimits = RateLimits()
        ) {
            self.name = name
            self.baseURL = baseURL
            self.apiKey = apiKey
            self.weight = weight
            self.rateLimits = rateLimits
        }

        static let section = Section<Endpoint>(
            "One of several keys or addresses by which a provider's models are reached. Each has circuits and limits of "
                + "its own, and a key that is refused takes only itself out.",
            make: { Endpoint() },
            keys: [
                Key(
                    "name", optional: \.name, .endpointName, default: "its place in the list, from `1`",
                    "What attempts and statistics call it."),
                Key("base_url", optional: \.baseURL, .url, default: "the provider's", "Its URL."),
                Key(
                    "api_key", optional: \.apiKey,
                    .secret.checked {
                        $0.reveal().isEmpty ? "is empty; leave it out where the provider's is meant" : nil
                    }, default: "the provider's", "Its key."),
                Key("weight", \.weight, .number(in: 0.01...1_000), "How much it takes beside the others."),
                Key(
                    "rate_limits", \.rateLimits, .section(RateLimits.section),
                    "How much it may be sent, within the provider's own limits."),
            ])
    }
}

extension Kind where Value == String {
    fileprivate static let endpointName = Kind.nonEmptyText.checked {
        $0.count > 64 ? "a name has at most 64 characters" : nil
    }
}
