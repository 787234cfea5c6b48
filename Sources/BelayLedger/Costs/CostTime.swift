import BelayCore

/// Points in time as people write them to choose lines of the ledger.
package enum CostTime {
    package static let words = "a duration before now such as 7d, or a day such as 2026-11-01 (UTC)"
    private static let units: [Substring: Int64] = [
        "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]
    /// Nobody's ledger is older.
    private static let longest = Int64(36_525) * 86_400_000

    /// - Returns: Nil for what is neither ``words``.
    package static func parse(_ text: String, now: Timestamp) -> Timestamp? {
        if let day = CivilDay.number(text) { return Timestamp(milliseconds: day * 86_400_000) }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard digits.utf8.count <= 9, let count = Int64(digits), let unit = Self.units[text.dropFirst(digits.count)]
        else { return nil }
        let (length, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, length <= Self.longest else { return nil }
        return Timestamp(milliseconds: now.milliseconds - length)
    }
}

extension CostProjection {
    package static let rateWords = "a number from 0.001 to 1000, with at most three decimals"

    /// Sessions of a user on a day, in thousandths; nil for a text that isn't ``rateWords``.
    package static func rate(_ text: String) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard let whole = parts.first, !whole.isEmpty, (1...3).contains(fraction.utf8.count), whole.utf8.count <= 4,
            (whole + fraction).utf8.allSatisfy({ (48...57).contains($0) }),
            let thousandths = Int(whole + fraction + String(repeating: "0", count: 3 - fraction.utf8.count)),
            (1...1_000_000).contains(thousandths)
        else { return nil }
        return thousandths
    }
}
