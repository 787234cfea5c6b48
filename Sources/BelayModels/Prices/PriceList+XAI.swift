import BelayCore

extension PriceList {
    /// In thousandths of a dollar for a million tokens, which are nano-dollars a token.
    ///
    /// The long prices hold from 200,000 tokens of input on.
    static let xAI = PriceList(
        vendor: .xAI, page: "https://docs.x.ai/docs/models", checked: "2026-11-21",
        evidence: Self.twoLists,
        prices: [
            "grok-4.7": Price(
                input: 2_000, output: 6_000, cacheRead: 500,
                long: .init(above: 199_999, input: 4_000, output: 12_000, cacheRead: 1_000)),
            "grok-4.6": Price(
                input: 2_000, output: 6_000, cacheRead: 500,
                long: .init(above: 199_999, input: 4_000, output: 12_000, cacheRead: 1_000)),
            "grok-4.5": Price(
                input: 2_000, output: 6_000, cacheRead: 300,
                long: .init(above: 199_999, input: 4_000, output: 12_000, cacheRead: 600)),
            "grok-4.3": Price(
                input: 1_250, output: 2_500, cacheRead: 200,
                long: .init(above: 199_999, input: 2_500, output: 5_000, cacheRead: 400)),
            "grok-4.20": Price(
                input: 1_250, output: 2_500, cacheRead: 200,
                long: .init(above: 199_999, input: 2_500, output: 5_000, cacheRead: 400)),
            "grok-build-0.1": Price(
                input: 1_000, output: 2_000, cacheRead: 200,
                long: .init(above: 199_999, input: 2_000, output: 4_000, cacheRead: 400)),
        ])
}
