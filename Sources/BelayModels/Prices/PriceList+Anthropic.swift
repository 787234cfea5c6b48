import BelayCore

extension PriceList {
    /// In thousandths of a dollar for a million tokens, which are nano-dollars a token.
    static let anthropic = PriceList(
        vendor: .anthropic, page: "https://platform.claude.com/docs/en/about-claude/pricing", checked: "2026-11-21",
        evidence: Self.twoLists + ", and the pages of the models as they were in October 2026",
        prices: [
            "claude-fable-5-1": Price(
                input: 10_000, output: 50_000, cacheRead: 250, cacheWrite: 12_500, longCacheWrite: 20_000),
            "claude-fable-5": Price(
                input: 10_000, output: 50_000, cacheRead: 1_000, cacheWrite: 12_500, longCacheWrite: 20_000),
            "claude-opus-5-5": Price(
                input: 4_000, output: 20_000, cacheRead: 200, cacheWrite: 5_000, longCacheWrite: 8_000),
            "claude-opus-5": Price(
                input: 5_000, output: 25_000, cacheRead: 500, cacheWrite: 6_250, longCacheWrite: 10_000),
            "claude-opus-4-8": Price(
                input: 5_000, output: 25_000, cacheRead: 500, cacheWrite: 6_250, longCacheWrite: 10_000),
            "claude-opus-4-7": Price(
                input: 5_000, output: 25_000, cacheRead: 500, cacheWrite: 6_250, longCacheWrite: 10_000),
            "claude-opus-4-6": Price(
                input: 5_000, output: 25_000, cacheRead: 500, cacheWrite: 6_250, longCacheWrite: 10_000),
            "claude-opus-4-5": Price(
                input: 5_000, output: 25_000, cacheRead: 500, cacheWrite: 6_250, longCacheWrite: 10_000),
            "claude-sonnet-5-5": Price(
                input: 2_000, output: 10_000, cacheRead: 100, cacheWrite: 2_500, longCacheWrite: 4_000),
            "claude-sonnet-5": Price(
                input: 2_000, output: 10_000, cacheRead: 200, cacheWrite: 2_500, longCacheWrite: 4_000),
            "claude-sonnet-4-6": Price(
                input: 3_000, output: 15_000, cacheRead: 300, cacheWrite: 3_750, longCacheWrite: 6_000),
            "claude-sonnet-4-5": Price(
                input: 3_000, output: 15_000, cacheRead: 300, cacheWrite: 3_750, longCacheWrite: 6_000),
            "claude-haiku-5-5": Price(
                input: 100, output: 500, cacheRead: 10, cacheWrite: 125, longCacheWrite: 200,
                long: .init(
                    above: 100_000, input: 500, output: 2_500, cacheRead: 50, cacheWrite: 625, longCacheWrite: 1_000)),
            "claude-haiku-4-5": Price(
                input: 1_000, output: 5_000, cacheRead: 100, cacheWrite: 1_250, longCacheWrite: 2_000),
        ])
}
