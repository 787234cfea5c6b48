import BelayCore

extension PriceList {
    /// In thousandths of a dollar for a million tokens, which are nano-dollars a token.
    ///
    /// Where an introductory price is about to end, the one that follows is listed.
    static let google = PriceList(
        vendor: .google, page: "https://ai.google.dev/gemini-api/docs/pricing", checked: "2026-11-21",
        evidence: Self.twoLists,
        prices: [
            "gemini-4-argon": Price(input: 4_000, output: 20_000, cacheRead: 200, isEstimate: true),
            "gemini-3.8-flash": Price(input: 1_500, output: 7_500, cacheRead: 150, isEstimate: true),
            "gemini-3.7-flash": Price(input: 1_500, output: 7_500, cacheRead: 150, isEstimate: true),
            "gemini-3.6-flash": Price(input: 1_500, output: 7_500, cacheRead: 150, isEstimate: true),
            "gemini-3.5-flash": Price(input: 1_500, output: 9_000, cacheRead: 150),
            "gemini-3.5-flash-lite": Price(input: 300, output: 2_500, cacheRead: 30),
            "gemini-3.1-pro-preview": Price(
                input: 2_000, output: 12_000, cacheRead: 200,
                long: .init(above: 200_000, input: 4_000, output: 18_000, cacheRead: 400)),
            "gemini-3.1-flash-lite": Price(input: 250, output: 1_500, cacheRead: 25),
            "gemini-3-flash-preview": Price(input: 500, output: 3_000, cacheRead: 50),
            "gemini-2.5-pro": Price(
                input: 1_250, output: 10_000, cacheRead: 125,
                long: .init(above: 200_000, input: 2_500, output: 15_000, cacheRead: 250)),
            "gemini-2.5-flash": Price(input: 300, output: 2_500, cacheRead: 30),
            "gemini-2.5-flash-lite": Price(input: 100, output: 400, cacheRead: 10),
            "gemini-embedding-2": Price(input: 200, output: 0),
            "gemini-embedding-001": Price(input: 150, output: 0),
        ],
        notes: [
            "gemini-4-argon": "from 2026-12-01 on; half of it until then",
            "gemini-3.8-flash": "from 2027-01-01 on; half of it until then",
            "gemini-3.7-flash": "from 2027-01-01 on; half of it until then",
            "gemini-3.6-flash": "from 2027-01-01 on; half of it until then",
        ])
}
