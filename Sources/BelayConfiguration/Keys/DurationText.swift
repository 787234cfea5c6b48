/// Durations as people write them: a whole number and one unit.
package enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// `250ms`, `10s`, `5m`, `24h`, `7d`; nil for anything else and for what overflows.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let count = Int64(digits) else { return nil }
        guard let unit = Self.units.first(where: { $0.suffix == text.dropFirst(digits.count) }) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(product)
    }

    /// In the largest unit that needs no fraction, days only from three on; fractions of a millisecond are cut.
    static func render(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "0s" }
        for unit in Self.units.reversed() where milliseconds % unit.milliseconds == 0 {
            if unit.suffix == "d", milliseconds <= 2 * unit.milliseconds { continue }
            // Five minutes are `300s` in every document about them; from an hour on hours read better.
            if unit.suffix == "m", milliseconds < 3_600_000 { continue }
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }
}
