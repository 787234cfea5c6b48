import BelayIngress
import BelayJSON
import BelayModels
import BelayResilience
import Testing

/// How JSON of a schema is asked for, by what the model of the path can do, and that no client sees the difference: in every
/// pair of protocols, equal ones among them.
@Suite(.timeLimit(.minutes(2)))
struct StructuredModesHTTPTests {
    enum Mode: String, Sendable, CaseIterable {
        case openAI, openAIResponses, anthropic, forcedByAnthropic, forcedByOpenAI, forcedByResponses, prompt

        var kind: ProviderSettings.Kind {
            switch self {
            case .openAI, .forcedByOpenAI, .prompt: .openAI
            case .openAIResponses, .forcedByResponses: .openAIResponses
            case .anthropic, .forcedByAnthropic: .anthropic
            }
        }

        var model: String { self == .anthropic ? "claude-sonnet-4-5" : "m" }

        /// What a configuration would say of the model.
        var traits: ModelTraits {
            switch self {
            case .openAI, .openAIResponses, .anthropic, .forcedByAnthropic: ModelTraits()
            case .forcedByOpenAI, .forcedByResponses: ModelTraits(outputSchema: false)
            case .prompt: ModelTraits(forcedTools: false, outputSchema: false)
            }
        }

        var isForced: Bool { self.rawValue.hasPrefix("forced") }
    }

    private static let schema: JSON = [
        "type": "object", "properties": ["table": ["type": "integer"], "dish": ["type": "string"]],
        "required": ["table", "dish"], "additionalProperties": false,
    ]
    private static let good = #"{"table":4,"dish":"tea"}"#
    private static let cases = Mode.allCases.flatMap { mode in Ask.all.map { (mode, $0) } }

    private func ask(_ mode: Mode, _ ask: Ask, scenario: String) async throws -> (GatewayWorld.Reply, JSON) {
        let received = Locked<[JSON]>([])
        let setting = GatewayWorld.Setting(
            kinds: [mode.kind], scenario: scenario,
            received: { request in
                // What is no JSON is no body of a gateway, and the test fails for want of one.
                if let body = try? JSON.parse(request.body) { received.withLock { $0.append(body) } }
            },
            adjust: { providers, route in
                providers[0].models = [mode.model: mode.traits]
                route.paths = [.init("first", mode.model)]
            })
        let reply = Locked<GatewayWorld.Reply?>(nil)
        try await GatewayWorld.run(setting) { world in
            let got = try await world.post(ask.path, StructuredHTTPTests.body(ask, schema: Self.schema))
            reply.withLock { $0 = got }
        }
        return (try #require(reply.withLock { $0 }), try #require(received.withLock { $0.first }))
    }

    @Test(arguments: Self.cases)
    func eachModelIsAskedInTheSurestWayItHas(mode: Mode, ask: Ask) async throws {
        // Without a scenario the simulated provider fills in the schema, or calls the tool that it has to.
        let scenario = mode == .prompt ? "reply: {json: \(Self.good)}" : "seed: 1"
        let (reply, sent) = try await self.ask(mode, ask, scenario: scenario)
        #expect(reply.status == 200, "\(reply.text)")
        let value = try JSON.parse(try ask.text(of: reply))
        #expect(try JSONSchema(Self.schema).validate(value).isEmpty, "\(value)")
        #expect(!reply.text.contains("give_answer") && !reply.text.contains("tool_use"), "\(reply.text)")
        #expect(!reply.text.contains(#""finish_reason":"tool_calls""#) && !reply.text.contains("function_call_arg"))
        if ask.streams {
            #expect(try ask.isWhole(reply), "\(reply.text)")
        } else {
            #expect(reply.headers["x-belay-structured"] == "valid")
        }
        let native: JSON? =
            switch mode.kind {
            case .openAIResponses: sent["text"]?["format"]
            case .anthropic: sent["output_config"]?["format"]
            default: sent["response_format"]
            }
        #expect((native != nil) == (mode == .openAI || mode == .openAIResponses || mode == .anthropic))
        #expect((sent["tools"]?.arrayValue?.count == 1) == mode.isForced)
        #expect((sent["tool_choice"] != nil) == mode.isForced)
        #expect(sent.serialized().contains("JSON Schema") == (mode == .prompt))
    }

    /// What a model says before it calls is not part of its answer.
    @Test(arguments: Ask.all)
    func wordsBeforeTheCallAreLeftOut(ask: Ask) async throws {
        let scenario = """
            reply:
              text: "Let me think about that."
              tool_calls: [{name: give_answer, arguments: \(Self.good)}]
            """
        let (reply, _) = try await self.ask(.forcedByAnthropic, ask, scenario: scenario)
        #expect(try JSON.parse(try ask.text(of: reply)) == ["table": 4, "dish": "tea"], "\(reply.text)")
    }

    /// Servers that take no notice of the choice of tools have models that write.
    @Test(arguments: Ask.all)
    func anAnswerThatIsWrittenInsteadIsTaken(ask: Ask) async throws {
        let scenario = "reply: {json: \(Self.good)}"
        let (reply, sent) = try await self.ask(.forcedByAnthropic, ask, scenario: scenario)
        #expect(sent["tool_choice"]?["name"] == "give_answer")
        #expect(try JSON.parse(try ask.text(of: reply)) == ["table": 4, "dish": "tea"], "\(reply.text)")
    }

    /// A schema beyond what Anthropic's own mode takes would be refused there.
    @Test func aSchemaThatTheNativeModeRefusesIsForced() async throws {
        var schema = Self.schema
        schema["properties"] = ["table": ["type": "integer", "minimum": 1], "dish": ["type": "string"]]
        let received = Locked<[JSON]>([])
        let setting = GatewayWorld.Setting(
            kinds: [.anthropic], scenario: "seed: 1",
            received: { request in
                if let body = try? JSON.parse(request.body) { received.withLock { $0.append(body) } }
            }, adjust: { _, route in route.paths = [.init("first", "claude-sonnet-4-5")] })
        try await GatewayWorld.run(setting) { [schema] world in
            let ask = Ask(wire: .chatCompletions, streams: false)
            let reply = try await world.post(ask.path, StructuredHTTPTests.body(ask, schema: schema))
            #expect(reply.status == 200 && reply.headers["x-belay-structured"] == "valid", "\(reply.text)")
            #expect(try reply.json["choices"]?[0]?["finish_reason"] == "stop")
        }
        let sent = try #require(received.withLock { $0.first })
        #expect(sent["output_config"] == nil && sent["tool_choice"]?["name"] == "give_answer")
        #expect(sent["tools"]?[0]?["input_schema"] == schema)
    }
}
