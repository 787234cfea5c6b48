import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayModels

struct CapabilityTests {
    private func capabilities(
        _ model: String, kind: ProviderSettings.Kind = .openAI, _ models: [String: ModelTraits] = [:]
    ) -> ModelCapabilities {
        ProviderSettings(name: "p", kind: kind, baseURL: "http://p.test", models: models).capabilities(of: model)
    }

    @Test func aModelThatNobodyKnowsIsTakenToDoWhatItsProtocolCan() {
        let unknown = self.capabilities("my-llama")
        #expect(unknown.tools && unknown.images && unknown.files && unknown.outputSchema && unknown.stopSequences)
        #expect(unknown.maxOutputTokens == nil && unknown.contextTokens == nil && unknown.maxTemperature == 2)
        #expect(self.capabilities("x", kind: .anthropic).maxTemperature == 1)
        #expect(!self.capabilities("x", kind: .anthropic).outputSchema)
        #expect(!self.capabilities("x", kind: .openAIResponses).stopSequences)
        #expect(!self.capabilities("x", kind: .gemini).files)
    }

    @Test func familiesAreKnownByHowTheirNamesBegin() {
        #expect(!self.capabilities("gpt-4-0613").images)
        #expect(self.capabilities("gpt-4-turbo-2024-04-09").images)
        #expect(self.capabilities("gpt-4o-mini").outputSchema)
        #expect(self.capabilities("gpt-4.1-nano").contextTokens == 1_047_576)
        #expect(!self.capabilities("gpt-5-mini").temperature)
        #expect(self.capabilities("gpt-5.1").temperature)
        #expect(self.capabilities("claude-opus-4-20250514", kind: .anthropic).maxOutputTokens == 32_000)
        #expect(self.capabilities("claude-3-haiku-20240307", kind: .anthropic).maxOutputTokens == 4_096)
        #expect(!self.capabilities("o3-mini").images && !self.capabilities("o3-mini").temperature)
    }

    @Test func whoHoldsItsModelsToASchemaIsKnown() {
        for model in ["claude-sonnet-4-5-20250929", "claude-opus-4-5", "claude-haiku-4-5", "claude-sonnet-5"] {
            #expect(self.capabilities(model, kind: .anthropic).outputSchema, "\(model)")
        }
        for model in ["claude-opus-4-1-20250805", "claude-sonnet-4-20250514", "claude-3-7-sonnet-latest", "other"] {
            let old = self.capabilities(model, kind: .anthropic)
            #expect(!old.outputSchema && old.forcedTools, "\(model)")
        }
        let chat = self.capabilities("deepseek-chat")
        #expect(!chat.outputSchema && chat.forcedTools)
        #expect(!self.capabilities("deepseek-reasoner").forcedTools)
    }

    @Test func sellersOfManyVendorsPutTheVendorBeforeTheName() {
        #expect(self.capabilities("openai/GPT-3.5-turbo", kind: .openRouter).images == false)
        #expect(self.capabilities("us.anthropic.claude-3-haiku-20240307-v1:0").files == false)
    }

    @Test func encryptedReasoningGoesBackInResponsesOnly() {
        #expect(self.capabilities("gpt-5", kind: .openAIResponses).takesReasoningBack)
        #expect(!self.capabilities("gpt-5").takesReasoningBack)
        #expect(!self.capabilities("gpt-4o", kind: .openAIResponses).takesReasoningBack)
        #expect(!self.capabilities("gpt-5-chat-latest", kind: .openAIResponses).takesReasoningBack)
    }

    @Test func theConfigurationKnowsBetter() {
        let models = [
            "my-*": ModelTraits(images: false), "my-eye*": ModelTraits(images: true, maxOutputTokens: 9),
            "gpt-4o": ModelTraits(tools: false, temperature: false),
        ]
        #expect(!self.capabilities("my-llama", models).images)
        #expect(self.capabilities("my-eyes", models).images)
        #expect(self.capabilities("my-eyes", models).maxOutputTokens == 9)
        #expect(!self.capabilities("gpt-4o", models).tools && !self.capabilities("gpt-4o", models).temperature)
        #expect(self.capabilities("gpt-4o-mini", models).tools)
    }

    @Test func aRequestIsBroughtIntoRange() {
        var request = ModelRequest(
            messages: [.user("Hi")], maxOutputTokens: 100_000, temperature: 1.5, topP: 0.5, parallelToolCalls: false,
            reasoningEffort: .high)
        func sent(_ model: String, _ kind: ProviderSettings.Kind = .openAI) -> ModelRequest {
            self.capabilities(model, kind: kind).adapted(request, for: "p", wire: kind.wire)
        }
        #expect(sent("gpt-4o").maxOutputTokens == 16_384)
        #expect(sent("gpt-4o").reasoningEffort == nil && sent("gpt-4o").temperature == 1.5)
        #expect(sent("o3").temperature == nil && sent("o3").topP == nil && sent("o3").parallelToolCalls == nil)
        #expect(sent("o3").reasoningEffort == .high && sent("o3").maxOutputTokens == 100_000)
        #expect(sent("claude-sonnet-4-5", .anthropic).temperature == 1)
        #expect(sent("unknown").maxOutputTokens == 100_000)
        request.maxOutputTokens = nil
        #expect(sent("gpt-4o").maxOutputTokens == nil)
        #expect(sent("claude-sonnet-4-5", .anthropic).maxOutputTokens == 4_096)
    }
}

/// A path that can't take a request is passed over before anything is sent.
@Suite(.timeLimit(.minutes(5)))
struct GatewayFitnessTests {
    static let image = Message(
        role: .user, content: [.text("See"), .image(Attachment(mediaType: "image/png", data: "AAAA"))])

    private static func bench(_ paths: [Route.Path], models: [String: ModelTraits] = [:]) throws -> GatewayBench {
        var first = Samples.provider("a")
        first.models = models
        return try GatewayBench(
            [.answer("Hello")], then: .answer("Hello"), providers: [first, Samples.provider("b")],
            route: GatewayBench.route(paths: paths))
    }

    private static func call(_ request: ModelRequest) -> ModelCall { GatewayBench.call { $0.request = request } }

    @Test(arguments: [
        (ModelRequest(messages: [GatewayFitnessTests.image]), ModelTraits(images: false), "takes no images"),
        (ModelRequest(messages: [.user("Hi")], tools: [Samples.weather]), ModelTraits(tools: false), "calls no tools"),
        (
            ModelRequest(messages: [
                Message(role: .user, content: [.file(Attachment(mediaType: "application/pdf", data: "AAAA"))])
            ]), ModelTraits(files: false), "takes no files"
        ),
    ])
    func theNextPathIsTaken(request: ModelRequest, traits: ModelTraits, words: String) async throws {
        let bench = try Self.bench([.init("a", "m"), .init("b", "m")], models: ["m": traits])
        let result = try await bench.result(Self.call(request))
        #expect(bench.sentTo == ["b"] && result.failedAttempts.isEmpty)
        let alone = try Self.bench([.init("a", "m")], models: ["m": traits])
        let failure = try await alone.failure(Self.call(request))
        #expect(failure?.failure.kind == .badRequest && alone.sentTo.isEmpty)
        #expect(failure?.failure.message == "no model can take this request: a/m \(words)")
    }

    @Test func whatIsTooLongForSureIsNotSent() async throws {
        let text = String(repeating: "a ", count: 60_000)
        let request = ModelRequest(messages: [.user(text)])
        let bench = try Self.bench(
            [.init("a", "m"), .init("b", "m")], models: ["m": ModelTraits(contextTokens: 8_000)])
        _ = try await bench.result(Self.call(request))
        #expect(bench.sentTo == ["b"])
        let alone = try Self.bench([.init("a", "m")], models: ["m": ModelTraits(contextTokens: 8_000)])
        #expect(try await alone.failure(Self.call(request))?.failure.kind == .contextTooLong)
        let fits = ModelRequest(messages: [.user(String(text.prefix(60_000)))])
        _ = try await alone.result(Self.call(fits))
        #expect(alone.sentTo == ["a"])
    }

    @Test func aRouteHasTheRoomOfItsSmallestModel() throws {
        let traits = ["m": ModelTraits(contextTokens: 8_000), "n": ModelTraits(contextTokens: 4_000)]
        let bench = try Self.bench([.init("a", "m"), .init("a", "n"), .init("b", "m")], models: traits)
        #expect(bench.gateway.contextTokens(of: "default") == 4_000)
        #expect(bench.gateway.contextTokens(of: "a/m") == 8_000)
        #expect(bench.gateway.contextTokens(of: "b/m") == nil && bench.gateway.contextTokens(of: "nowhere") == nil)
    }

    @Test func aPlainRequestIsForEveryModel() async throws {
        let bench = try Self.bench(
            [.init("a", "m")], models: ["m": ModelTraits(tools: false, images: false, files: false)])
        _ = try await bench.result()
        #expect(bench.sentTo == ["a"])
    }
}
