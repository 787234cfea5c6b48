#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Dates as RFC 3339 writes them, in the proleptic Gregorian calendar.
package enum RFC3339 {
    /// In UTC with no, three or six digits of a second; nil outside the years 0 to 9999.
    static func string(from date: Date) -> String? {
        let seconds = date.timeIntervalSince1970
        guard seconds.isFinite, abs(seconds) < 1e12 else { return nil }
        let microseconds = Int64((seconds * 1e6).rounded())
        let (wholeSeconds, fraction) = Self.divided(microseconds, by: 1_000_000)
        let (days, secondOfDay) = Self.divided(wholeSeconds, by: 86_400)
        let (year, month, day) = Self.civil(days: days)
        guard (0...9999).contains(year) else { return nil }
        var text = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))T"
        text += "\(Self.padded(secondOfDay / 3600, 2)):\(Self.padded(secondOfDay / 60 % 60, 2))"
        text += ":\(Self.padded(secondOfDay % 60, 2))"
        if fraction % 1000 != 0 {
            text += ".\(Self.padded(fraction, 6))"
        } else if fraction != 0 {
            text += ".\(Self.padded(fraction / 1000, 3))"
        }
        return text + "Z"
    }

    /// Any RFC 3339 date-time; a leap second counts as the second after it.
    static func date(from text: String) -> Date? {
        self.secondsSince1970(text).map { Date(timeIntervalSince1970: $0) }
    }

    /// The same as a number; nil when the text is no such date-time.
    package static func secondsSince1970(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] | 0x20 == UInt8(ascii: "t"),
            let (year, month, day) = Self.fullDate(bytes[..<10]), let time = Self.fullTime(bytes[11...])
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        let seconds = days * 86_400 + time.secondOfDay - time.offset * 60
        return Double(seconds) + time.fraction
    }

    /// `YYYY-MM-DD`, only days that exist.
    static func fullDate(_ bytes: ArraySlice<UInt8>) -> (year: Int64, month: Int64, day: Int64)? {
        var rest = bytes
        guard let year = Self.digits(&rest, 4), Self.consume("-", &rest), let month = Self.digits(&rest, 2),
            Self.consume("-", &rest), let day = Self.digits(&rest, 2), rest.isEmpty,
            (1...12).contains(month), day >= 1, day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        return (year, month, day)
    }

    struct Time {
        var secondOfDay: Int64
        var fraction: Double
        /// In minutes east of UTC.
        var offset: Int64
    }

    /// `HH:MM:SS[.fraction](Z|±HH:MM)`; second 60 only where the last second of a UTC day is.
    static func fullTime(_ bytes: ArraySlice<UInt8>) -> Time? {
        var rest = bytes
        guard let hour = Self.digits(&rest, 2), Self.consume(":", &rest), let minute = Self.digits(&rest, 2),
            Self.consume(":", &rest), let second = Self.digits(&rest, 2), hour < 24, minute < 60, second <= 60,
            let fraction = Self.fraction(&rest), let offset = Self.offset(&rest), rest.isEmpty
        else { return nil }
        let minuteOfDay = hour * 60 + minute
        if second == 60, Self.divided(minuteOfDay - offset, by: 1440).remainder != 1439 { return nil }
        return Time(secondOfDay: minuteOfDay * 60 + second, fraction: fraction, offset: offset)
    }

    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Double? {
        guard Self.consume(".", &rest) else { return 0 }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest[digits.endIndex...]
        guard !digits.isEmpty else { return nil }
        return Double("0." + String(decoding: digits.prefix(18), as: UTF8.self))
    }

    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard let sign = rest.popFirst() else { return nil }
        if sign | 0x20 == UInt8(ascii: "z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = Self.digits(&rest, 2),
            Self.consume(":", &rest), let minutes = Self.digits(&rest, 2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int64? {
        guard rest.count >= count else { return nil }
        var value: Int64 = 0
        for _ in 0..<count {
            guard let byte = rest.popFirst(), (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }

    private static func consume(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Division that rounds down, so that the remainder is never negative.
    private static func divided(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = (value % divisor + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }

    private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01, counting years from March so that the leap day is the last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let (era, yearOfEra) = Self.divided(shifted, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = Self.divided(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
