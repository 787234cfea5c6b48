import BelayCore
import Testing

@testable import BelayLedger

struct CostProjectionTests {
    private static let day = Int64(86_400_000)

    private static func report(
        cost: Int64, sessions: Int?, users: (sessions: Int, days: Int)? = nil, days: Int64 = 7
    ) -> CostReport {
        var report = CostReport()
        report.total.cost = Money(nanoDollars: cost)
        report.total.sessions = sessions
        (report.userSessions, report.userDays) = (users?.sessions ?? 0, users?.days ?? 0)
        report.first = Timestamp(milliseconds: 100 * Self.day)
        report.last = Timestamp(milliseconds: (100 + days) * Self.day)
        return report
    }

    @Test func theMeanIsMultipliedBeforeItIsRounded() {
        // $1.00 in 300 sessions, and 4 sessions on 3 days of users: 100 x 30 x 4 / 3 x 1 / 300.
        let projection = CostProjection(Self.report(cost: 1_000_000_000, sessions: 300, users: (4, 3)))
        #expect(projection.months.map(\.users) == [100, 10_000, 100_000])
        #expect(projection.months.map(\.sessions) == [4_000, 400_000, 4_000_000])
        #expect(projection.months.map(\.cost.nanoDollars) == [13_333_333_333, 1_333_333_333_333, 13_333_333_333_333])
        #expect(projection.sessionsPerUser == 1_333 && projection.source == .observed && projection.doubts.isEmpty)
    }

    @Test func theRateMayBeGivenAndIsOneWhereNobodyIsNamed() {
        let report = Self.report(cost: 200, sessions: 100)
        let given = CostProjection(report, sessionsPerUser: 2_500)
        #expect(given.months[0].sessions == 7_500 && given.months[0].cost.nanoDollars == 15_000)
        #expect(given.source == .given)
        let assumed = CostProjection(report)
        #expect(assumed.months[0].sessions == 3_000 && assumed.source == .assumed)
    }

    @Test func nothingIsConcludedFromNothing() {
        #expect(CostProjection(CostReport()).months.isEmpty)
        #expect(CostProjection(CostReport()).doubts == [.noSessions])
        #expect(CostProjection(Self.report(cost: 5, sessions: 0)).doubts == [.noSessions])
        let uncounted = CostProjection(Self.report(cost: 5, sessions: nil))
        #expect(uncounted.months.isEmpty && uncounted.doubts == [.tooManySessions])
        let small = CostProjection(Self.report(cost: 5, sessions: 99, days: 0))
        #expect(small.months.count == 3 && small.doubts == [.fewSessions, .shortTime])
    }

    @Test func whatIsBeyondAllMoneyIsTheLargestAmount() {
        let projection = CostProjection(Self.report(cost: .max, sessions: 1))
        #expect(projection.months.allSatisfy { $0.cost.nanoDollars == .max })
        #expect(projection.doubts.contains(.beyondMoney))
        #expect(Money(nanoDollars: .min).times(.max, over: 1)?.nanoDollars == .min)
        #expect(Money(nanoDollars: -5).times(1, over: 2)?.nanoDollars == -3)
        #expect(Money(nanoDollars: 4).times(1, over: 3)?.nanoDollars == 1)
        #expect(Money(nanoDollars: 5).times(1, over: 0) == nil)
    }

    @Test func theShareOfEstimatesIsInPercent() {
        var figures = CostFigures()
        #expect(figures.estimatedPercent == nil)
        figures.cost = Money(nanoDollars: 8)
        figures.estimated = Money(nanoDollars: 1)
        #expect(figures.estimatedPercent == 13)
        figures.estimated = Money(nanoDollars: -1)
        #expect(figures.estimatedPercent == 0)
    }

    @Test(
        arguments: [
            ("1.5", 1_500), ("1", 1_000), ("0.001", 1), ("1000", 1_000_000), ("0", nil), ("-1", nil), ("1.2345", nil),
            ("1e3", nil), ("nan", nil), ("", nil), (".5", nil), ("1001", nil), ("1.", nil),
        ] as [(String, Int?)])
    func ratesAreDecimals(text: String, thousandths: Int?) {
        #expect(CostProjection.rate(text) == thousandths)
    }

    @Test(
        arguments: [
            (0, "1970-01-01"), (11_016, "2000-02-29"), (20_779, "2026-11-22"), (20_818, "2026-12-31"),
            (-1, "1969-12-31"),
        ] as [(Int64, String)])
    func daysAreThoseOfTheCalendar(number: Int64, text: String) {
        #expect(CivilDay(number).description == text)
        #expect(CivilDay.number(text) == (number < 0 ? nil : number))
    }

    @Test func whoIsntNamedIsNoUser() throws {
        var tally = CostTally(CostQuery(by: []))
        for user in [User.anonymous, nil, "ada"] {
            let presence = CostTally.Presence(
                tenant: "t", user: user, day: 1, session: nil, execution: user ?? "x", alone: 1)
            try tally.add(presence, to: [])
        }
        let report = tally.finished
        #expect(report.userDays == 1 && report.userSessions == 1 && report.total.sessions == 3)
    }

    @Test func everyDayHasItsNumber() {
        for day in stride(from: Int64(0), to: 60_000, by: 1) {
            guard CivilDay.number(CivilDay(day).description) == day else { return #expect(Bool(false), "\(day)") }
        }
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-1-01", "+026-01-01", "7", "d", "-1d", "9999999999d", "7w", ""])
    func whatIsNoTimeIsNone(text: String) {
        #expect(CostTime.parse(text, now: Timestamp(milliseconds: 0)) == nil)
    }

    @Test func timesAreDaysOrDurations() {
        let now = Timestamp(milliseconds: 1_000 * Self.day)
        #expect(CostTime.parse("7d", now: now)?.milliseconds == 993 * Self.day)
        #expect(CostTime.parse("90m", now: now)?.milliseconds == 1_000 * Self.day - 5_400_000)
        #expect(CostTime.parse("2026-11-22", now: now)?.milliseconds == 20_779 * Self.day)
    }
}
