import BelayCore
import Testing

@testable import BelayModels

struct PriceTableTests {
    private let mini = ModelPath(provider: "p", model: "gpt-4o-mini")

    @Test func theVendorsListHoldsAtTheVendorOnly() {
        let price = PriceTable.listed.price(of: self.mini, vendor: .openAI)
        #expect(price == Price(input: 150, output: 600, cacheRead: 75))
        #expect(PriceTable.listed.price(of: self.mini, vendor: nil) == nil)
        #expect(PriceTable.listed.price(of: self.mini, vendor: .anthropic) == nil)
        #expect(ProviderSettings(name: "p", kind: .openAI, baseURL: "https://api.openai.com/v1/").isVendor)
        #expect(!ProviderSettings(name: "p", kind: .openAI, baseURL: "https://proxy.test/v1").isVendor)
    }

    @Test(arguments: [
        ("https://api.openai.com/v1", ModelVendor.openAI), ("https://api.anthropic.com", .anthropic),
        ("https://generativelanguage.googleapis.com/v1beta/openai", .google), ("https://api.mistral.ai/v1", .mistral),
        ("https://api.deepseek.com", .deepSeek), ("https://api.x.ai/v1", .xAI), ("http://api.x.ai/v1", nil),
        ("https://eu.api.openai.com/v1", nil), ("https://api.openai.com.example.org/v1", nil),
        ("https://api.openai.com@example.org/v1", nil),
    ])
    func aVendorIsKnownByItsHost(url: String, vendor: ModelVendor?) {
        #expect(ProviderSettings(name: "p", kind: .openAI, baseURL: url).vendor == vendor)
    }

    @Test func everyListedPriceHasASourceAndADate() {
        for list in PriceList.all {
            #expect(list.page.hasPrefix("https://") && !list.evidence.isEmpty && !list.prices.isEmpty)
            #expect(list.checked.wholeMatch(of: #/20\d\d-\d\d-\d\d/#) != nil && list.checked <= PriceList.version)
            for entry in list.entries {
                let price = entry.price
                #expect(price.freshInput > 0 && price.cacheRead > 0, "\(entry.model)")
                #expect(price.cacheRead <= price.freshInput, "\(entry.model)")
                #expect(price.output > 0 || entry.model.contains("embedding"), "\(entry.model)")
                if let long = price.long { #expect(long.freshInput > price.freshInput, "\(entry.model)") }
            }
            for name in list.notes.keys { #expect(list.prices[name] != nil, "\(name)") }
        }
    }

    @Test func aVaryingPriceMakesAnEstimate() throws {
        let price = try #require(
            PriceTable.listed.price(of: ModelPath(provider: "d", model: "deepseek-flash"), vendor: .deepSeek))
        let cost = Billing(price: price).cost(of: self.answer(Usage(freshInput: 1, output: 10)), to: Samples.question)
        #expect(cost == .estimated(Money(nanoDollars: 12_300)))
    }

    @Test(arguments: ["claude-sonnet-4-5-20250929", "claude-sonnet-4-5"])
    func aDatedModelCostsWhatItsFamilyCosts(model: String) {
        let price = PriceTable.listed.price(of: ModelPath(provider: "p", model: model), vendor: .anthropic)
        #expect(price?.output == 15_000)
        #expect(price?.cacheWrite == 3_750)
    }

    @Test func ownPricesGoFirstAndUnknownIsNeverZero() {
        var table = PriceTable.listed
        table.set(Price(input: 1, output: 2), for: self.mini)
        #expect(table.price(of: self.mini, vendor: .openAI)?.output == 2)
        table.set(nil, for: self.mini)
        #expect(table.price(of: self.mini, vendor: .openAI)?.output == 600)
        #expect(Billing(price: nil).cost(of: self.answer(Usage(output: 5)), to: Samples.question) == .unknown)
    }

    @Test func costIsOfTheReportedUsageElseAnEstimate() {
        let billing = Billing(price: Price(input: 100, output: 1_000))
        let usage = Usage(freshInput: 10, output: 2)
        #expect(billing.cost(of: self.answer(usage), to: Samples.question) == .known(Money(nanoDollars: 3_000)))
        let tokens = RequestTokens(model: "")
        let input = Int64(tokens.input(of: Samples.question).expected)
        let output = Int64(TokenEstimate(of: "I'm fine", by: .typical).expected)
        #expect(input > 5 && output >= 2)
        #expect(
            billing.cost(of: self.answer(.zero), to: Samples.question)
                == .estimated(Money(nanoDollars: input * 100 + output * 1_000)))
    }

    private func answer(_ usage: Usage) -> ModelAnswer {
        ModelAnswer(content: [.text("I'm fine")], stopReason: .endTurn, usage: usage, model: "m")
    }
}
