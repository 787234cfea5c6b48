import BelayCore
import Foundation
import Testing

@testable import BelayLedger

struct BudgetPeriodTests {
    private static func time(_ text: String) throws -> Timestamp {
        let date = try Date(text, strategy: .iso8601)
        return Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1_000))
    }

    @Test(arguments: [
        (BudgetPeriod.hour, "2026-11-22T23:59:59Z", "2026-11-22T23:00:00Z", "2026-11-23T00:00:00Z"),
        (.day, "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"),
        (.day, "2026-11-22T23:59:59Z", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"),
        (.month, "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        (.month, "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        (.month, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        (.month, "2026-01-31T12:00:00Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        (.day, "1969-12-31T12:00:00Z", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"),
    ])
    func periodsBeginAndEndInUTC(_ period: BudgetPeriod, at time: String, from start: String, to end: String) throws {
        let begin = period.start(at: try Self.time(time))
        #expect(begin == (try Self.time(start)))
        #expect(period.end(from: begin) == (try Self.time(end)))
    }

    /// Every day of 800 years, against the calendar of the system.
    @Test func monthsAreThoseOfTheCalendar() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for day in stride(from: -36_500, to: 255_000, by: 13) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 3_600)
            let first = calendar.dateInterval(of: .month, for: date)
            let start = BudgetPeriod.month.start(at: Timestamp(milliseconds: Int64(day) * 86_400_000 + 3_600_000))
            #expect(first.map { Int64($0.start.timeIntervalSince1970 * 1_000) } == start.milliseconds)
        }
    }

    @Test func aTotalNeverBeginsAnew() throws {
        let start = BudgetPeriod.total.start(at: try Self.time("2026-11-22T12:00:00Z"))
        #expect(start == Timestamp(milliseconds: 0))
        #expect(BudgetPeriod.total.end(from: start) == nil)
    }
}
