/// What a model charges for each bucket of tokens.
public struct Price: Sendable, Hashable, Codable {
    /// Nano-dollars a token; $1 a million tokens is 1,000.
    public var freshInput: Int64
    public var cacheRead: Int64
    /// Written to be kept for the vendor's usual time, five minutes where there is a choice.
    public var cacheWrite: Int64
    /// Written to be kept for an hour.
    public var longCacheWrite: Int64
    public var output: Int64
    public var reasoning: Int64
    /// What holds for all tokens of a call with a long input; nil where length makes no difference.
    public var long: Long?
    /// The vendor's real price varies, with the hour for instance, and this is the dearest one: what is reckoned with it is
    /// an estimate.
    public var isEstimate = false

    /// The prices of calls with a long input.
    public struct Long: Sendable, Hashable, Codable {
        /// Input tokens, with those of the cache, above which these prices hold.
        public var above: Int
        public var freshInput: Int64
        public var cacheRead: Int64
        public var cacheWrite: Int64
        public var longCacheWrite: Int64
        public var output: Int64
        public var reasoning: Int64

        /// - Parameters: as of ``Price``.
        public init(
            above: Int, input: Int64, output: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil,
            longCacheWrite: Int64? = nil, reasoning: Int64? = nil
        ) {
            self.above = above
            self.freshInput = input
            self.cacheRead = cacheRead ?? input
            self.cacheWrite = cacheWrite ?? input
            self.longCacheWrite = longCacheWrite ?? self.cacheWrite
            self.output = output
            self.reasoning = reasoning ?? output
        }
    }

    /// - Parameters: nano-dollars a token; a bucket that is not given costs what its plain kind costs, and an hour in the
    ///   cache what five minutes cost.
    public init(
        input: Int64, output: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil, longCacheWrite: Int64? = nil,
        reasoning: Int64? = nil, long: Long? = nil, isEstimate: Bool = false
    ) {
        self.freshInput = input
        self.cacheRead = cacheRead ?? input
        self.cacheWrite = cacheWrite ?? input
        self.longCacheWrite = longCacheWrite ?? self.cacheWrite
        self.output = output
        self.reasoning = reasoning ?? output
        self.long = long
        self.isEstimate = isEstimate
    }

    /// What tokens of a model without a price count for where money is limited: $15 a million of input, $75 a million of
    /// output. An unknown price is never zero.
    public static let ceiling = Price(input: 15_000, output: 75_000)

    /// What the tokens of one call cost, at most the largest amount that there is.
    public func cost(of usage: Usage) -> Money {
        if let long = self.long, usage.totalInput > long.above { return long.asPrice.cost(of: usage) }
        let hour = min(max(0, usage.longCacheWrite), usage.cacheWrite)
        let buckets = [
            (usage.freshInput, self.freshInput), (usage.cacheRead, self.cacheRead),
            (usage.cacheWrite - hour, self.cacheWrite), (hour, self.longCacheWrite), (usage.output, self.output),
            (usage.reasoning, self.reasoning),
        ]
        return buckets.reduce(.zero) { sum, bucket in
            sum + Money(nanoDollars: Int64(bucket.0).saturatingProduct(bucket.1))
        }
    }
}

extension Price.Long {
    fileprivate var asPrice: Price {
        Price(
            input: self.freshInput, output: self.output, cacheRead: self.cacheRead, cacheWrite: self.cacheWrite,
            longCacheWrite: self.longCacheWrite, reasoning: self.reasoning)
    }
}
