import BelayCore
import BelayModels
import BelayResilience
import Testing

struct GatewayConfigurationTests {
    private func message(_ providers: [ProviderSettings], _ routes: [Route]) -> String? {
        do {
            _ = try Gateway(providers: providers, routes: routes)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func everyMistakeSaysWhereItIs() {
        let provider = Samples.provider("a")
        let route = Route(name: "r", paths: [.init("a", "m")])
        #expect(self.message([provider], [route]) == nil)
        #expect(self.message([], [route]) == "there is no provider; name at least one")
        #expect(self.message([provider], []) == "there is no route; name at least one")
        #expect(self.message([provider, provider], [route])?.contains("two providers are named a") == true)
        #expect(self.message([provider], [route, route])?.contains("two routes are named r") == true)
        let unknown = Route(name: "r", paths: [.init("b", "m")])
        #expect(self.message([provider], [unknown]) == "route r names provider b, which is none of: a")
        let twice = Route(name: "r", paths: [.init("a", "m"), .init("a", "m")])
        #expect(self.message([provider], [twice])?.contains("a/m twice") == true)
        #expect(self.message([provider], [Route(name: "r", paths: [])])?.contains("has no path") == true)
        var wrong = provider
        wrong.baseURL = "localhost:80"
        #expect(self.message([wrong], [route])?.contains("has to begin with https://") == true)
    }

    private func environment(_ variables: [String: String]) throws -> ScriptedTransport {
        let transport = ScriptedTransport([])
        _ = try Gateway.environment(variables, transport: transport)
        return transport
    }

    @Test func nothingSetIsAClearError() {
        let error = #expect(throws: GatewayConfigurationError.self) { try self.environment(["OPENAI_API_KEY": ""]) }
        #expect(
            error?.description.hasPrefix("no model provider is set: set OPENAI_API_KEY or ANTHROPIC_API_KEY") == true)
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            (["OPENAI_API_KEY": "k"], ["https://api.openai.com/v1/chat/completions"]),
            (["ANTHROPIC_API_KEY": "k"], ["https://api.anthropic.com/v1/messages"]),
            (
                ["ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k"],
                ["https://api.openai.com/v1/chat/completions", "https://api.anthropic.com/v1/messages"]
            ),
            (
                ["ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k", "BELAY_MODEL": "anthropic/x, openai/y/z"],
                ["https://api.anthropic.com/v1/messages", "https://api.openai.com/v1/chat/completions"]
            ),
            (["OPENAI_BASE_URL": "http://localhost:11434/v1"], ["http://localhost:11434/v1/chat/completions"]),
        ] as [([String: String], [String])])
    func theEnvironmentMakesARoute(variables: [String: String], urls: [String]) async throws {
        // Each path is tried once: its failure sends the call on without a wait.
        let transport = ScriptedTransport([], then: .status(401))
        let gateway = try Gateway.environment(variables, transport: transport)
        await #expect(throws: ModelCallFailure.self) {
            try await gateway.call(ModelCall(request: Samples.question, route: "default"), observe: nil)
        }
        #expect(transport.requests.map(\.url) == urls)
    }

    @Test func aModelOfAProviderThatIsNotSetIsAClearError() {
        let error = #expect(throws: GatewayConfigurationError.self) {
            try self.environment(["OPENAI_API_KEY": "k", "BELAY_MODEL": "anthropic/x"])
        }
        #expect(error?.description == "BELAY_MODEL names anthropic/x, but no key and no base URL of anthropic is set")
    }
}
