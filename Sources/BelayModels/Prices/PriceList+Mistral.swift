import BelayCore

extension PriceList {
    /// In thousandths of a dollar for a million tokens, which are nano-dollars a token.
    static let mistral = PriceList(
        vendor: .mistral, page: "https://mistral.ai/pricing/api", checked: "2026-11-21",
        evidence: Self.twoLists,
        prices: [
            "mistral-large-2512": Price(input: 500, output: 1_500, cacheRead: 50),
            "mistral-medium-2604": Price(input: 1_500, output: 7_500, cacheRead: 150),
            "mistral-medium-latest": Price(input: 1_500, output: 7_500, cacheRead: 150),
            "mistral-small-2603": Price(input: 150, output: 600, cacheRead: 15),
            "mistral-small-latest": Price(input: 150, output: 600, cacheRead: 15),
            "ministral-14b-2512": Price(input: 200, output: 200, cacheRead: 20),
            "ministral-8b-2512": Price(input: 150, output: 150, cacheRead: 15),
            "ministral-3b-2512": Price(input: 100, output: 100, cacheRead: 10),
            "codestral-2508": Price(input: 300, output: 900, cacheRead: 30),
        ])
}
