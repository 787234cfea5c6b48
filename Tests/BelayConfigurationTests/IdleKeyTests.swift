import Testing

@testable import BelayConfiguration

/// What was written and has no effect, or another one than it seems, is told with its place.
struct IdleKeyTests {
    private func provider(_ keys: String) -> [String] {
        problems("providers: {p: {\(keys)}}").map { String($0.trimmingPrefix("belay.yaml:1:")) }
    }

    private func route(_ keys: String) -> [String] {
        problems("providers: {p: {kind: openai}}\nroutes: {r: {paths: [{model: p/m}], \(keys)}}").map {
            String($0.trimmingPrefix("belay.yaml:2:"))
        }
    }

    private func models(_ names: String) -> [String] {
        problems("models: {\(names)}\n" + support).map { String($0.trimmingPrefix("belay.yaml:1:")) }
    }

    @Test func endpointsAreSomeWithKeys() {
        #expect(
            self.provider("kind: openai, endpoints: []") == [
                "42: providers.p.endpoints: is empty; name one endpoint at least, or leave the key out"
            ])
        #expect(
            self.provider("kind: openai, endpoints: [{api_key: \"\"}]") == [
                "53: providers.p.endpoints[0].api_key: is empty; leave it out where the provider's is meant"
            ])
        #expect(self.provider("kind: openai, endpoints: [{api_key: key}]") == [])
    }

    @Test func aStarEndsANameOfModels() {
        for name in ["*a*", "*a", "a*b"] {
            #expect(
                self.provider("kind: openai, models: {\"\(name)\": {tools: false}}") == [
                    "40: providers.p.models.\(name): a name of models has a `*` at its end only"
                ])
        }
        #expect(self.provider("kind: openai, models: {\"*\": {tools: false}, \"a*\": {tools: false}}") == [])
    }

    @Test func keysOfOtherKindsAreRefused() {
        #expect(
            self.provider("kind: openai, drain_limit: 5s") == [
                "44: providers.p.drain_limit: has no meaning without 'on_client_gone: drain'"
            ])
        #expect(self.provider("kind: openai, on_client_gone: drain, drain_limit: 5s") == [])
        #expect(
            self.provider("kind: openai, api_version: 2025-01-01") == [
                "44: providers.p.api_version: has no meaning without 'kind: azure'"
            ])
    }

    @Test func aNameOfModelsHidesNoRouteAndNoAgent() {
        #expect(
            self.models("route/default: main/gpt") == [
                "10: models.route/default: hides 'route/default', which has this name already; choose another one"
            ])
        #expect(
            self.models("default: main/gpt") == [
                "10: models.default: hides 'route/default', which has this name already; choose another one"
            ])
        #expect(
            self.models("agent/support: main/gpt") == [
                "10: models.agent/support: hides 'agent/support', which has this name already; choose another one"
            ])
        #expect(self.models("default: route/default, main/gpt: route/default, agent/other: main/gpt") == [])
    }

    @Test func aHedgeIsOfOneKind() {
        let place = "routes.r.hedge"
        #expect(self.route("hedge: {after: 2s}") == [] && self.route("hedge: {percentile: 95}") == [])
        #expect(
            self.route("hedge: {after: 2s, percentile: 95}") == [
                "68: \(place).percentile: both 'after' and 'percentile' are given; keep one"
            ])
        #expect(self.route("hedge: {share: 0.5}") == ["44: \(place): missing key 'after' or 'percentile'"])
        for wrong in ["{after: 0s}", "{percentile: 20}", "true"] {
            let told = self.route("hedge: \(wrong)")
            #expect(told.count == 1 && !told[0].contains("'percentile'") && told[0].contains(place), "\(told)")
        }
    }

    /// What is printed has nothing in it that would be refused.
    @Test func whatIsPrintedIsReadAgain() throws {
        let text = """
            providers:
              a: {kind: openai, on_client_gone: drain, drain_limit: 7s, endpoints: [{name: x}]}
              b: {kind: azure, base_url: "https://r.openai.azure.com", api_version: 2025-01-01}
              c: {kind: anthropic}
            """
        let configuration = try Configuration.parse(text)
        #expect(try Configuration.parse(configuration.redactedYAML()) == configuration)
    }
}
