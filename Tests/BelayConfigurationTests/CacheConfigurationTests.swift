import BelayCore
import BelayModels
import Testing

@testable import BelayConfiguration

struct CacheConfigurationTests {
    /// The file of the tests with this cache in its route, on line 5.
    private func text(_ cache: String) -> String {
        support.replacing("    paths: [{model: main/gpt}]", with: "    cache: \(cache)\n    paths: [{model: main/gpt}]")
    }

    private func policy(_ cache: String) throws -> CachePolicy {
        try #require(try Configuration.parse(self.text(cache)).routes.first).route.cache
    }

    @Test func aSemanticCacheIsSaidInTheFile() throws {
        let embedder = ModelPath(provider: "main", model: "text-embedding-3-small")
        #expect(
            try self.policy("{mode: semantic, embedder: main/text-embedding-3-small, similarity: 0.95, ttl: 1h}")
                == CachePolicy(.semantic, lifetime: .seconds(3_600), similarity: 0.95, embedder: embedder))
        #expect(
            try self.policy("{mode: semantic, embedder: main/text-embedding-3-small}")
                == CachePolicy(.semantic, embedder: embedder))
        #expect(try self.policy("{mode: exact}") == CachePolicy(.exact))
    }

    @Test func theGatewayTakesIt() throws {
        let configuration = try Configuration.parse(self.text("{mode: semantic, embedder: main/e}"))
        #expect(throws: Never.self) { try configuration.makeGateway() }
    }

    @Test func whatIsPrintedIsReadAgain() throws {
        for cache in ["{mode: semantic, embedder: main/e, similarity: 0.8}", "{mode: exact, ttl: 1m}", "true", "false"]
        {
            let configuration = try Configuration.parse(self.text(cache))
            // Whole files are compared in `PrintingTests`; this one has a key that isn't printed.
            #expect(try Configuration.parse(configuration.redactedYAML()).routes == configuration.routes)
        }
    }

    @Test(arguments: [
        (
            "{mode: semantic}",
            "5:12: routes.default.cache: missing key 'embedder': a semantic cache needs a model that says what questions "
                + "mean, such as openai/text-embedding-3-small"
        ),
        (
            "{mode: semantic, embedder: mian/e}",
            "5:39: routes.default.cache.embedder: no provider is named 'mian'; did you mean 'main'? (allowed: main)"
        ),
        (
            "{mode: exact, embedder: main/e}",
            "5:36: routes.default.cache.embedder: has no meaning without 'mode: semantic'"
        ),
        ("{ttl: 5m}", "5:18: routes.default.cache.ttl: has no meaning without 'mode: exact' or 'mode: semantic'"),
        (
            "{mode: off, shared: true}",
            "5:32: routes.default.cache.shared: has no meaning without 'mode: exact' or 'mode: semantic'"
        ),
        ("{similarity: 0.9}", "5:25: routes.default.cache.similarity: has no meaning without 'mode: semantic'"),
    ])
    func whatDoesntFitIsTold(cache: String, problem: String) {
        #expect(problems(self.text(cache)) == ["belay.yaml:" + problem])
    }

    @Test(arguments: ["embedder: e", "embedder: main/e, similarity: 0.4", "embedder: main/e, similarity: high"])
    func valuesOutOfRangeAreRefused(keys: String) {
        let found = problems(self.text("{mode: semantic, \(keys)}"))
        #expect(found.count == 1 && found[0].hasPrefix("belay.yaml:5:"), "\(found)")
    }

    @Test func aProviderWithoutEmbeddingsIsRefused() {
        let text = self.text("{mode: semantic, embedder: main/e}").replacing("kind: openai", with: "kind: anthropic")
        #expect(
            problems(text) == [
                "belay.yaml:5:39: routes.default.cache.embedder: 'main' is of kind anthropic, which makes no embeddings"
            ])
    }
}
