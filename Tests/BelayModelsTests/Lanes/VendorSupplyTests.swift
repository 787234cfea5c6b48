import BelayResilience
import Testing

@testable import BelayModels

struct VendorSupplyTests {
    private var supply = VendorSupply(longest: .seconds(300))

    private static func at(_ seconds: Double) -> Moment { Moment(.seconds(seconds)) }

    private static func requests(limit: Int? = 60, remaining: Int = 0, full: Duration = .seconds(60)) -> VendorAllowance
    {
        VendorAllowance(unit: .requests, limit: limit, remaining: remaining, untilFull: full)
    }

    /// How long a call has to wait for its turn; nil when it gets none.
    private mutating func take(at now: Moment, atMost patience: Duration) -> Duration? {
        self.supply.take(at: now, atMost: patience)?.wait
    }

    @Test mutating func nothingIsHeldBackUnlessSomethingIsShort() {
        #expect(self.take(at: Self.at(0), atMost: .zero) == .zero)
        self.supply.told(short: [], at: Self.at(0))
        #expect(!self.supply.isShort)
        #expect(self.take(at: Self.at(0), atMost: .zero) == .zero)
    }

    @Test mutating func callsGoOneByOneAsRequestsComeBack() {
        self.supply.told(short: [Self.requests()], at: Self.at(0))
        let waits = (0..<4).map { _ in self.take(at: Self.at(0), atMost: .seconds(5)) }
        #expect(waits == [.seconds(1), .seconds(2), .seconds(3), .seconds(4)])
        // Two of them have gone by now.
        #expect(self.supply.wait(at: Self.at(2.5)) == .seconds(2.5))
    }

    @Test mutating func whoIsNotSoPatientTakesNothing() {
        self.supply.told(short: [Self.requests(limit: 6)], at: Self.at(0))
        #expect(self.take(at: Self.at(0), atMost: .seconds(9)) == nil)
        #expect(self.take(at: Self.at(0), atMost: .seconds(10)) == .seconds(10))
        #expect(self.take(at: Self.at(10), atMost: .seconds(9)) == nil, "the next is due at 20")
    }

    @Test mutating func tokensAreWaitedForTogether() {
        let tokens = VendorAllowance(unit: .tokens, limit: 100_000, remaining: 0, untilFull: .seconds(60))
        self.supply.told(short: [tokens], at: Self.at(0))
        for _ in 0..<3 { #expect(self.take(at: Self.at(0), atMost: .seconds(5)) == .milliseconds(600)) }
        #expect(self.take(at: Self.at(1), atMost: .zero) == .zero)
    }

    @Test mutating func theLimitThatTakesLongestCounts() {
        let tokens = VendorAllowance(unit: .tokens, limit: 1_000, remaining: 0, untilFull: .seconds(200))
        self.supply.told(short: [Self.requests(), tokens], at: Self.at(0))
        #expect(self.take(at: Self.at(0), atMost: .seconds(5)) == .seconds(2))
        #expect(self.take(at: Self.at(0), atMost: .seconds(5)) == .seconds(3))
    }

    @Test mutating func newsOfEnoughEndsIt() {
        self.supply.told(short: [Self.requests(limit: 1)], at: Self.at(0))
        #expect(self.supply.wait(at: Self.at(1)) == .seconds(59))
        self.supply.told(short: [], at: Self.at(2))
        #expect(self.take(at: Self.at(2), atMost: .zero) == .zero)
    }

    @Test mutating func newsOfLittleKeepsTheTurnsThatWereGiven() {
        self.supply.told(short: [Self.requests()], at: Self.at(0))
        for _ in 0..<3 { _ = self.supply.take(at: Self.at(0), atMost: .seconds(5)) }
        self.supply.told(short: [Self.requests()], at: Self.at(1))
        #expect(self.take(at: Self.at(1), atMost: .seconds(5)) == .seconds(3), "three go at 1, 2 and 3")
    }

    @Test mutating func itIsOverWhenEverythingIsBack() {
        self.supply.told(short: [Self.requests(limit: 2)], at: Self.at(0))
        #expect(self.take(at: Self.at(60), atMost: .zero) == .zero)
        #expect(self.take(at: Self.at(60), atMost: .zero) == .zero, "and nobody is spaced any more")
    }

    @Test mutating func turnsOfAShortageThatIsOverHoldNobodyBack() {
        self.supply.told(short: [Self.requests(limit: nil)], at: Self.at(0))
        #expect(self.take(at: Self.at(57), atMost: .seconds(5)) == .seconds(3))
        let tokens = VendorAllowance(unit: .tokens, limit: 100_000, remaining: 0, untilFull: .seconds(60))
        self.supply.told(short: [tokens], at: Self.at(62))
        #expect(self.supply.wait(at: Self.at(62)) == .milliseconds(600), "not until 120")
        #expect(self.supply.wait(at: Self.at(63)) == .zero)
    }

    @Test mutating func aTurnThatIsGivenBackIsFreeForWhoComesLater() {
        self.supply.told(short: [Self.requests()], at: Self.at(0))
        let turns = (0..<5).compactMap { _ in self.supply.take(at: Self.at(0), atMost: .seconds(5)) }
        #expect(turns.count == 5)
        for turn in turns { self.supply.giveBack(turn, at: Self.at(0)) }
        #expect(
            self.take(at: Self.at(0), atMost: .seconds(5)) == .seconds(1), "as if nobody had been there")
        #expect(self.take(at: Self.at(0), atMost: .seconds(5)) == .seconds(2))
    }

    @Test mutating func nothingIsGivenBackThatWasNotTaken() throws {
        let before = self.supply.take(at: Self.at(0), atMost: .zero)
        self.supply.told(short: [Self.requests()], at: Self.at(0))
        let taken = self.supply.take(at: Self.at(0), atMost: .seconds(5))
        let (early, turn) = (try #require(before), try #require(taken))
        self.supply.giveBack(early, at: Self.at(0))
        #expect(self.supply.wait(at: Self.at(0)) == .seconds(2), "it came before anything was short")
        // The vendor has said something else since.
        self.supply.told(short: [Self.requests(limit: 6)], at: Self.at(0))
        self.supply.giveBack(turn, at: Self.at(0))
        #expect(self.supply.wait(at: Self.at(0)) == .seconds(10))
        self.supply.told(short: [], at: Self.at(0))
        self.supply.giveBack(turn, at: Self.at(0))
        #expect(self.supply.wait(at: Self.at(0)) == .zero)
    }

    @Test mutating func itIsNeverLongerThanItsBound() {
        self.supply.told(short: [Self.requests(limit: nil, full: .seconds(86_400))], at: Self.at(0))
        #expect(self.supply.wait(at: Self.at(0)) == .seconds(300))
        #expect(self.supply.wait(at: Self.at(300)) == .zero)
    }
}
