import BelayCore

/// One of several keys or addresses by which the same models of a provider are reached.
public struct ProviderEndpoint: Sendable {
    /// What reports call it: 1 to 64 characters, never the key.
    public var name: String
    /// Nil takes the provider's.
    public var baseURL: String?
    /// Nil takes the provider's.
    public var key: Secret?
    /// How much it takes beside the others. 0.01 to 1,000; default 1.
    public var weight: Double
    /// What it may be sent, within the provider's own limits; nil for no limit.
    public var rateLimits: OutgoingRateLimits?

    public init(
        name: String, baseURL: String? = nil, key: Secret? = nil, weight: Double = 1,
        rateLimits: OutgoingRateLimits? = nil
    ) {
        self.name = name
        self.baseURL = baseURL
        self.key = key
        self.weight = weight
        self.rateLimits = rateLimits
    }
}
