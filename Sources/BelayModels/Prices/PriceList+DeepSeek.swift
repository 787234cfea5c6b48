import BelayCore

extension PriceList {
    /// In thousandths of a dollar for a million tokens, which are nano-dollars a token.
    ///
    /// They differ by the hour, and a price here is the dearer one.
    static let deepSeek = PriceList(
        vendor: .deepSeek, page: "https://api-docs.deepseek.com/quick_start/pricing", checked: "2026-11-21",
        evidence: "the page as it was in October 2026; " + Self.twoLists,
        prices: [
            "deepseek-flash": Price(input: 300, output: 1_200, cacheRead: 6, isEstimate: true),
            "deepseek-v4-flash": Price(input: 300, output: 1_200, cacheRead: 6, isEstimate: true),
            "deepseek-v4-pro": Price(input: 1_320, output: 3_960, cacheRead: 44, isEstimate: true),
        ],
        notes: [
            "deepseek-flash":
                "of the peak hours (01:00-04:00 and 06:00-10:00 UTC on workdays); half of it at other times",
            "deepseek-v4-flash":
                "of the peak hours (01:00-04:00 and 06:00-10:00 UTC on workdays); half of it at other times",
            "deepseek-v4-pro":
                "of the peak hours (01:00-04:00 and 06:00-10:00 UTC on workdays); half of it at other times",
        ])
}
