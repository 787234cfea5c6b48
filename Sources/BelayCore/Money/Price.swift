/// What a model charges for each bucket of tokens.
public struct Price: Sendable, Hashable, Codable {
    /// Nano-dollars a token; $1 a million tokens is 1,000.
    public var freshInput: Int64
    public var cacheRead: Int64
    public var cacheWrite: Int64
    public var output: Int64
    public var reasoning: Int64

    /// - Parameters: nano-dollars a token; a bucket that is not given costs what its plain kind costs.
    public init(
        input: Int64, output: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil, reasoning: Int64? = nil
    ) {
        self.freshInput = input
        self.cacheRead = cacheRead ?? input
        self.cacheWrite = cacheWrite ?? input
        self.output = output
        self.reasoning = reasoning ?? output
    }

    /// What tokens of a model without a price count for where money is limited: $15 a million of input, $75 a million of
    /// output, as dear as the dearest model of the shipped list. An unknown price is never zero.
    public static let ceiling = Price(input: 15_000, output: 75_000)

    /// What the tokens cost, at most the largest amount that there is.
    public func cost(of usage: Usage) -> Money {
        let buckets = [
            (usage.freshInput, self.freshInput), (usage.cacheRead, self.cacheRead),
            (usage.cacheWrite, self.cacheWrite), (usage.output, self.output), (usage.reasoning, self.reasoning),
        ]
        return buckets.reduce(.zero) { sum, bucket in
            sum + Money(nanoDollars: Int64(bucket.0).saturatingProduct(bucket.1))
        }
    }
}
