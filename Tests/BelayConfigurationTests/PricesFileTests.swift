import BelayCore
import BelayModels
import Testing

@testable import BelayConfiguration

struct PricesFileTests {
    private static let file = """
        main:
          gpt: {input: 1.5, output: 6, cached_input: 0.15, cache_write: 2, cache_write_1h: 3}
          gpt-5: {input: 9, output: 90, long: {above: 1000, input: 18, output: 180}}
        """

    private func path(_ model: String) -> ModelPath { ModelPath(provider: "main", model: model) }

    @Test func goesBetweenTheProvidersOwnPricesAndTheLists() throws {
        let folder = try TemporaryFolder()
        try folder.write("prices.yaml", Self.file)
        let text = """
            prices_file: prices.yaml
            providers: {main: {kind: openai, api_key: k, prices: {gpt: {input: 2, output: 7}}}}
            """
        let configuration = try Configuration.parse(text, folder: folder.path)
        #expect(configuration.price(of: self.path("gpt"))?.output == 7_000)
        let long = Price.Long(above: 1_000, input: 18_000, output: 180_000)
        #expect(configuration.price(of: self.path("gpt-5")) == Price(input: 9_000, output: 90_000, long: long))
        #expect(configuration.price(of: self.path("gpt-5-mini"))?.output == 2_000)
        #expect(configuration.price(of: self.path("no-such-model")) == nil)
    }

    @Test func everyBucketIsRead() throws {
        let folder = try TemporaryFolder()
        try folder.write("prices.yaml", Self.file)
        let configuration = try Configuration.parse("prices_file: prices.yaml\n" + support, folder: folder.path)
        let price = Price(input: 1_500, output: 6_000, cacheRead: 150, cacheWrite: 2_000, longCacheWrite: 3_000)
        #expect(configuration.price(of: self.path("gpt")) == price)
        #expect(configuration.warnings.isEmpty)
    }

    @Test func whatIsWrongInItIsToldWithItsLine() throws {
        let folder = try TemporaryFolder()
        try folder.write("prices.yaml", "main:\n  gpt: {input: 1, output: -2}\nmian: {}\n")
        let found = problems("prices_file: prices.yaml\n" + support, folder: folder.path)
        #expect(found.contains { $0.hasPrefix("prices.yaml:2:27: main.gpt.output: ") }, "\(found)")
        #expect(found.contains { $0.contains("prices.yaml:3:1: mian: unknown key; did you mean 'main'?") }, "\(found)")
        let missing = problems("prices_file: none.yaml\n" + support, folder: folder.path)
        #expect(missing == ["belay.yaml:1:14: prices_file: the file 'none.yaml' does not exist"])
    }
}
