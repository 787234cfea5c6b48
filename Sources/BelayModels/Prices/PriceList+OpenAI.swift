import BelayCore

extension PriceList {
    /// In thousandths of a dollar for a million tokens, which are nano-dollars a token.
    static let openAI = PriceList(
        vendor: .openAI, page: "https://developers.openai.com/api/docs/pricing", checked: "2026-11-21",
        evidence: Self.twoLists,
        prices: [
            "gpt-6-astra": Price(
                input: 10_000, output: 50_000, cacheRead: 1_000, cacheWrite: 12_500,
                long: .init(above: 272_000, input: 20_000, output: 75_000, cacheRead: 2_000, cacheWrite: 25_000)),
            "gpt-6.1-sol": Price(
                input: 2_000, output: 10_000, cacheRead: 100, cacheWrite: 2_500,
                long: .init(above: 272_000, input: 4_000, output: 15_000, cacheRead: 200, cacheWrite: 5_000)),
            "gpt-6.1-terra": Price(
                input: 1_000, output: 5_000, cacheRead: 50, cacheWrite: 1_250,
                long: .init(above: 272_000, input: 2_000, output: 7_500, cacheRead: 100, cacheWrite: 2_500)),
            "gpt-6-sol": Price(
                input: 2_000, output: 10_000, cacheRead: 200, cacheWrite: 2_500,
                long: .init(above: 272_000, input: 4_000, output: 15_000, cacheRead: 400, cacheWrite: 5_000)),
            "gpt-6-luna": Price(
                input: 100, output: 500, cacheRead: 10, cacheWrite: 125,
                long: .init(above: 272_000, input: 200, output: 750, cacheRead: 20, cacheWrite: 250)),
            "gpt-5.6": Price(
                input: 4_000, output: 20_000, cacheRead: 400, cacheWrite: 5_000,
                long: .init(above: 272_000, input: 8_000, output: 30_000, cacheRead: 800, cacheWrite: 10_000)),
            "gpt-5.6-sol": Price(
                input: 4_000, output: 20_000, cacheRead: 400, cacheWrite: 5_000,
                long: .init(above: 272_000, input: 8_000, output: 30_000, cacheRead: 800, cacheWrite: 10_000)),
            "gpt-5.6-terra": Price(
                input: 2_000, output: 12_000, cacheRead: 200, cacheWrite: 2_500,
                long: .init(above: 272_000, input: 4_000, output: 18_000, cacheRead: 400, cacheWrite: 5_000)),
            "gpt-5.6-luna": Price(
                input: 200, output: 1_200, cacheRead: 20, cacheWrite: 250,
                long: .init(above: 272_000, input: 400, output: 1_800, cacheRead: 40, cacheWrite: 500)),
            "gpt-5.5": Price(
                input: 5_000, output: 30_000, cacheRead: 500,
                long: .init(above: 272_000, input: 10_000, output: 45_000, cacheRead: 1_000)),
            "gpt-5.5-pro": Price(
                input: 30_000, output: 180_000, long: .init(above: 272_000, input: 60_000, output: 270_000)),
            "gpt-5.4": Price(
                input: 2_500, output: 15_000, cacheRead: 250,
                long: .init(above: 272_000, input: 5_000, output: 22_500, cacheRead: 500)),
            "gpt-5.4-pro": Price(
                input: 30_000, output: 180_000, long: .init(above: 272_000, input: 60_000, output: 270_000)),
            "gpt-5.4-mini": Price(input: 750, output: 4_500, cacheRead: 75),
            "gpt-5.4-nano": Price(input: 200, output: 1_250, cacheRead: 20),
            "gpt-5.3-codex": Price(input: 1_750, output: 14_000, cacheRead: 175),
            "gpt-5.2": Price(input: 1_750, output: 14_000, cacheRead: 175),
            "gpt-5.2-pro": Price(input: 21_000, output: 168_000),
            "gpt-5.1": Price(input: 1_250, output: 10_000, cacheRead: 125),
            "gpt-5": Price(input: 1_250, output: 10_000, cacheRead: 125),
            "gpt-5-pro": Price(input: 15_000, output: 120_000),
            "gpt-5-mini": Price(input: 250, output: 2_000, cacheRead: 25),
            "gpt-5-nano": Price(input: 50, output: 400, cacheRead: 5),
            "gpt-4.1": Price(input: 2_000, output: 8_000, cacheRead: 500),
            "gpt-4.1-mini": Price(input: 400, output: 1_600, cacheRead: 100),
            "gpt-4o": Price(input: 2_500, output: 10_000, cacheRead: 1_250),
            "gpt-4o-mini": Price(input: 150, output: 600, cacheRead: 75),
            "o3": Price(input: 2_000, output: 8_000, cacheRead: 500),
            "o3-pro": Price(input: 20_000, output: 80_000),
            "text-embedding-3-large": Price(input: 130, output: 0),
            "text-embedding-3-small": Price(input: 20, output: 0),
            "text-embedding-ada-002": Price(input: 100, output: 0),
        ])
}
