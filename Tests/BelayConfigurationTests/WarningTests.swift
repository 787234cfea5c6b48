import Testing

@testable import BelayConfiguration

/// What a file may say and probably doesn't mean.
struct WarningTests {
    private func warnings(_ text: String) throws -> [String] {
        try Configuration.parse(text).warnings.map(\.description)
    }

    @Test func aCostLimitOnAModelWithoutAPriceIsPointedAt() throws {
        let text = support + "    limits: {cost: \"$0.000001\"}\n"
        #expect(
            try self.warnings(text) == [
                "belay.yaml:5:21: routes.default.paths[0].model: 'main/gpt' has no known price, so its costs are "
                    + "unknown, and the cost limit ($0.000001 of agent 'support') counts $15.00 and $75.00 for a "
                    + "million tokens of its input and output; set a price for 'gpt' in 'providers.main.prices'"
            ])
    }

    @Test func aPriceOfTheFileOrTheListIsOne() throws {
        let priced = support.replacing("api_key: key}", with: "api_key: key, prices: {gpt: {input: 1, output: 2}}}")
        #expect(try self.warnings(priced) == [])
        #expect(try self.warnings(support.replacing("main/gpt", with: "main/gpt-4o-mini")) == [])
        // Another seller has prices of its own.
        let resold = support.replacing("api_key: key}", with: "api_key: key, base_url: \"http://127.0.0.1/v1\"}")
        #expect(try self.warnings(resold.replacing("main/gpt", with: "main/gpt-4o-mini")).count == 1)
    }

    @Test func aRouteThatNoAgentTakesCostsNothing() throws {
        let text = support.replacing("routes:", with: "routes:\n  spare: {paths: [{model: main/other}]}")
            .replacing("main/gpt", with: "main/gpt-4o-mini")
        #expect(try self.warnings(text) == [])
    }

    @Test func whatPrintingPutsInPlaceOfASecretIsNone() throws {
        let text = support.replacing("api_key: key", with: "api_key: \"***\"")
            .replacing("main/gpt", with: "main/gpt-4o-mini")
        let found = try self.warnings(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("belay.yaml:2:33: providers.main.api_key: '***' is what") == true, "\(found)")
    }
}
