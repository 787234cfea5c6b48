import BelayCore
import Testing

struct MoneyTests {
    @Test(
        arguments: [
            (0, "$0.00"), (500_000_000, "$0.50"), (132_000, "$0.000132"), (1, "$0.000000001"),
            (-1_500_000_000, "-$1.50"),
            (Int64.min, "-$9223372036.854775808"),
        ] as [(Int64, String)])
    func isWrittenWithTheDecimalsThatMatter(nano: Int64, text: String) {
        #expect(Money(nanoDollars: nano).description == text)
    }

    @Test(
        arguments: [
            ("0.50", 500_000_000), ("$5", 5_000_000_000), ("0.000000001", 1), ("9223372036.854775807", .max),
        ] as [(String, Int64)])
    func isReadExactly(text: String, nano: Int64) { #expect(Money(dollars: text)?.nanoDollars == nano) }

    @Test(arguments: [
        "", "$", ".5", "1.", "-1", "1.0000000001", "1e3", "9223372036.854775808", "99999999999", "١", "1,5",
    ])
    func refusesAnythingElse(text: String) { #expect(Money(dollars: text) == nil) }

    @Test func sumsStopAtTheLargestAmount() {
        let most = Money(nanoDollars: .max)
        #expect(most + most == most && most + Money(nanoDollars: -1) == Money(nanoDollars: .max - 1))
        #expect(Money(nanoDollars: .min) - most == Money(nanoDollars: .min))
        #expect(Money(microDollars: .max) == most && Money(microDollars: .min) == Money(nanoDollars: .min))
    }

    @Test func absurdUsageCostsTheLargestAmount() {
        let most = Usage(freshInput: .max, cacheRead: .max, cacheWrite: .max, output: .max, reasoning: .max)
        #expect(most + most == most && most.total == .max && (Usage.zero - most).total == .min)
        #expect(Price(input: .max, output: 1).cost(of: most) == Money(nanoDollars: .max))
    }

    @Test func aPriceWithoutCachePricesChargesThePlainOnes() {
        let usage = Usage(freshInput: 1, cacheRead: 10, cacheWrite: 100, output: 1_000, reasoning: 10_000)
        #expect(Price(input: 2, output: 3).cost(of: usage).nanoDollars == 111 * 2 + 11_000 * 3)
        #expect(
            Price(input: 2, output: 3, cacheRead: 0, cacheWrite: 5, reasoning: 1).cost(of: usage).nanoDollars
                == 2 + 500 + 3_000 + 10_000)
        #expect(usage.total == 11_111 && usage.totalInput == 111)
    }

    @Test func anHourInTheCacheCostsItsOwn() {
        let price = Price(input: 10, output: 0, cacheWrite: 12, longCacheWrite: 20)
        #expect(price.cost(of: Usage(cacheWrite: 5, longCacheWrite: 2)).nanoDollars == 3 * 12 + 2 * 20)
        #expect(price.cost(of: Usage(cacheWrite: 5, longCacheWrite: 9)).nanoDollars == 5 * 20)
        #expect(
            Price(input: 10, output: 0, cacheWrite: 12).cost(of: Usage(cacheWrite: 1, longCacheWrite: 1)).nanoDollars
                == 12)
        #expect(Usage(cacheWrite: 5, longCacheWrite: 2).total == 5)
    }

    @Test func aLongInputMakesAllTokensDearer() {
        let price = Price(
            input: 1, output: 2, cacheRead: 1, long: .init(above: 100, input: 10, output: 20, cacheRead: 5))
        #expect(price.cost(of: Usage(freshInput: 60, cacheRead: 40, output: 1)).nanoDollars == 102)
        #expect(price.cost(of: Usage(freshInput: 60, cacheRead: 41, output: 1)).nanoDollars == 600 + 205 + 20)
    }
}
