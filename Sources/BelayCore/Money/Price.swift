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

    public func cost(of usage: Usage) -> Money {
        Money(
            nanoDollars: Int64(usage.freshInput) * self.freshInput + Int64(usage.cacheRead) * self.cacheRead
                + Int64(usage.cacheWrite) * self.cacheWrite + Int64(usage.output) * self.output
                + Int64(usage.reasoning) * self.reasoning)
    }
}
