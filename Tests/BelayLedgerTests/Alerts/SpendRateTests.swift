import BelayCore
import Testing

@testable import BelayLedger

struct SpendRateTests {
    private static func dollars(_ amounts: [Int64]) -> [Money] {
        amounts.map { Money(nanoDollars: $0 * 1_000_000_000) }
    }

    /// By hand: the median of 8, 9, 10, 11, 12 is 10, that of the deviations 2, 1, 0, 1, 2 is 1; 3.5 / 0.6745 is 5.189.
    @Test func theLimitIsMedianAndSpread() throws {
        let rate = SpendRate(factor: 1)
        let found = try #require(rate.limit(by: Self.dollars([12, 8, 10, 9, 11])))
        #expect(found.usual == Money(nanoDollars: 10_000_000_000))
        #expect(found.limit == Money(nanoDollars: 15_189_028_910))
        // One day of great spending changes little.
        let spiked = try #require(rate.limit(by: Self.dollars([12, 8, 10, 9, 1_000])))
        #expect(spiked.limit < Money(nanoDollars: 22_000_000_000))
    }

    @Test func daysThatAreAlikeHaveTheMultipleAndSmallOnesTheFloor() throws {
        let alike = try #require(SpendRate().limit(by: Self.dollars([7, 7, 7, 7, 7])))
        #expect(alike.limit == Money(nanoDollars: 14_000_000_000))
        let small = try #require(SpendRate().limit(by: Array(repeating: Money(nanoDollars: 5), count: 6)))
        #expect(small.usual == Money(nanoDollars: 5) && small.limit == Money(nanoDollars: 1_000_000_000))
    }

    @Test func tooFewDaysSayNothing() {
        #expect(SpendRate().limit(by: Self.dollars([1, 1, 1, 1])) == nil)
        #expect(SpendRate(minimumDays: 2).limit(by: []) == nil)
        #expect(SpendRate(days: 3, minimumDays: 9).minimumDays == 3)
    }

    @Test func theMedianOfAnEvenNumberIsInTheMiddle() throws {
        let found = try #require(SpendRate(minimumDays: 2, floor: .zero, factor: 1).limit(by: Self.dollars([1, 2])))
        #expect(found.usual == Money(nanoDollars: 1_500_000_000))
        let most = [Money(nanoDollars: .max), Money(nanoDollars: .max)]
        #expect(SpendRate(minimumDays: 2).limit(by: most)?.limit == Money(nanoDollars: .max))
    }
}

struct AlertBookTests {
    private static func alert(_ subject: String, period: Int64 = 0) -> Alert {
        Alert(
            .unknownPrice, tenant: nil, subject: subject, period: Timestamp(milliseconds: period),
            time: Timestamp(milliseconds: 7))
    }

    @Test func eachSubjectIsToldOnceInItsPeriodAndCounted() {
        var book = AlertBook()
        let alerts = [Self.alert("a"), Self.alert("a"), Self.alert("b"), Self.alert("a", period: 1)]
        let told = alerts.map { book.raise($0) }
        #expect(told == [true, false, true, true])
        #expect(book.latest(10).map(\.subject) == ["a", "b", "a"])
        #expect(book.latest(10).map(\.times) == [1, 1, 2])
        #expect(book.latest(1).map(\.period.milliseconds) == [1])
    }

    @Test func theOldestMakeRoom() {
        var book = AlertBook()
        let told = (0..<(AlertBook.maxAlerts + 5)).map { book.raise(Self.alert("\($0)")) }
        #expect(told.allSatisfy { $0 })
        #expect(book.latest(.max).count == AlertBook.maxAlerts)
        #expect(book.latest(.max).last?.subject == "5")
        let again = book.raise(Self.alert("0"))
        #expect(again)
    }
}
