import BelayCore

extension Timestamp {
    /// `2023-11-14T22:13:20Z`, in whole seconds.
    ///
    /// Days become dates as in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms": in eras of 400 years that
    /// begin in March.
    var rfc3339: String {
        let seconds = self.milliseconds.dividedDown(by: 1_000)
        let days = seconds.quotient.dividedDown(by: 86_400)
        let era = (days.quotient + 719_468).dividedDown(by: 146_097)
        let day = era.remainder
        let yearOfEra = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isAfterYear = month >= 10
        let date = [
            Self.padded(yearOfEra + era.quotient * 400 + (isAfterYear ? 1 : 0), to: 4),
            Self.padded(isAfterYear ? month - 9 : month + 3, to: 2),
            Self.padded(dayOfYear - (153 * month + 2) / 5 + 1, to: 2),
        ].joined(separator: "-")
        let second = days.remainder
        let time = [second / 3_600, second / 60 % 60, second % 60].map { Self.padded($0, to: 2) }
        return "\(date)T\(time.joined(separator: ":"))Z"
    }

    private static func padded(_ number: Int64, to width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

extension Int64 {
    /// Rounded towards negative infinity, so that the rest is never negative.
    fileprivate func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let parts = self.quotientAndRemainder(dividingBy: divisor)
        return parts.remainder < 0 ? (parts.quotient - 1, parts.remainder + divisor) : parts
    }
}
