/// Dates as HTTP writes them: RFC 9110, section 5.6.7, in the one form that senders may still produce (IMF-fixdate).
package enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`; nil when it is none.
    package static func unixSeconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
            let day = Int64(parts[1]), let month = self.months.firstIndex(of: String(parts[2])),
            let year = Int64(parts[3]), (1...31).contains(day), (1970...9999).contains(year),
            let seconds = self.secondsOfDay(parts[4])
        else { return nil }
        return self.daysSince1970(year: year, month: Int64(month) + 1, day: day) * 86_400 + seconds
    }

    private static func secondsOfDay(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    /// The proleptic Gregorian calendar, with years that begin in March so that the leap day is the last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// - Parameter seconds: Unix time, not before 1970.
    package static func text(unixSeconds seconds: Int64) -> String {
        let days = seconds / 86_400
        let (year, month, day) = Self.civil(days: days)
        let second = seconds % 86_400
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let time = [second / 3_600, second / 60 % 60, second % 60].map { Self.twoDigits($0) }.joined(separator: ":")
        return "\(weekdays[Int(days % 7)]), \(Self.twoDigits(day)) \(Self.months[Int(month) - 1]) \(year) \(time) GMT"
    }

    private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// Days since 1970 to year, month and day of the Gregorian calendar, in years that begin in March so that the leap day is last.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
