import BelayCore
import Testing

@testable import BelayModels

/// What attempts cost that bring no answer.
struct BillingTests {
    /// A request of 2 tokens.
    private func cost(_ reading: UsageMeter.Reading, at price: Price? = Price(input: 1, output: 100)) -> Cost? {
        Billing(price: price).bill(forUnanswered: reading, input: 2)?.cost
    }

    private func nanoDollars(_ amount: Int64) -> Money { Money(nanoDollars: amount) }

    @Test func whatWasNotSentOrGotAnErrorCostsNothing() {
        #expect(self.cost(.init()) == nil)
        #expect(self.cost(.init(stage: .refused)) == nil)
        #expect(self.cost(.init(stage: .refused), at: nil) == nil)
    }

    @Test func whatWasReportedForAWholeAnswerIsBilled() {
        let usage = Usage(freshInput: 50, output: 3)
        #expect(
            self.cost(.init(stage: .sent, usage: usage, isFinal: true, writtenTokens: 1_000))
                == .known(self.nanoDollars(350)))
        #expect(self.cost(.init(stage: .refused, usage: usage)) == .known(self.nanoDollars(350)))
        #expect(
            self.cost(
                .init(stage: .sent, usage: usage, isFinal: true), at: Price(input: 1, output: 100, isEstimate: true))
                == .estimated(self.nanoDollars(350)))
    }

    @Test func whatBrokeOffIsEstimatedAndNoLessThanWhatWasReported() {
        // Nothing came back: the input alone.
        #expect(self.cost(.init(stage: .sent)) == .estimated(self.nanoDollars(2)))
        #expect(self.cost(.init(stage: .sent, writtenTokens: 10)) == .estimated(self.nanoDollars(1_002)))
        let reported = Usage(freshInput: 50, output: 1)
        #expect(self.cost(.init(stage: .sent, usage: reported)) == .estimated(self.nanoDollars(150)))
        #expect(
            self.cost(.init(stage: .sent, usage: reported, writtenTokens: 10)) == .estimated(self.nanoDollars(1_050)))
        #expect(
            self.cost(.init(stage: .sent, usage: Usage(freshInput: 50, output: 30), writtenTokens: 10))
                == .estimated(self.nanoDollars(3_050)))
    }

    @Test func withoutAPriceItIsUnknown() {
        #expect(self.cost(.init(stage: .sent), at: nil) == .unknown)
        #expect(self.cost(.init(stage: .sent, usage: Usage(output: 5), isFinal: true), at: nil) == .unknown)
    }

    @Test func whatBrokeOffCountsInBudgetsOfTokensToo() throws {
        let reported = Usage(freshInput: 50, output: 1)
        let billing = Billing(price: Price(input: 1, output: 100))
        for (usage, tokens) in [(nil as Usage?, 12), (reported, 60)] {
            let reading = UsageMeter.Reading(stage: .sent, usage: usage, writtenTokens: 10)
            let bill = try #require(billing.bill(forUnanswered: reading, input: 2))
            #expect(bill.amount.tokens == Int64(tokens) && bill.usage.total == tokens)
            // Without a price, too, all that was written counts and not just what was reported.
            let unpriced = try #require(Billing(price: nil).bill(forUnanswered: reading, input: 2))
            #expect(unpriced.cost == .unknown && unpriced.amount.money == Price.ceiling.cost(of: bill.usage))
        }
        #expect(Billing.Bill.nothing.amount == .zero)
    }

    @Test func theMeterForgetsNothing() {
        let meter = UsageMeter()
        meter.reached(.sent)
        meter.record(Usage(freshInput: 50, output: 1), events: [.textDelta("It is")])
        meter.record(.zero, isFinal: true, events: [.textDelta(" raining")])
        meter.record(nil, isFinal: true)
        let written = TokenEstimate(of: "It is raining", by: .typical).expected
        #expect(meter.reading == .init(stage: .sent, usage: Usage(freshInput: 50, output: 1), writtenTokens: written))
        meter.record(Usage(freshInput: 50, output: 9), isFinal: true)
        #expect(meter.reading.isFinal && meter.usage?.output == 9)
    }
}
