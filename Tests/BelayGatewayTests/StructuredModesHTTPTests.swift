import BelayIngress
import BelayJSON
import BelayModels
import BelayResilience
import Testing

/// How JSON of a schema is asked for, by what the model of the path can do, and that no client sees the difference: in every
/// pair of protocols, equal ones among them.
@Suite(.timeLimit(.minutes(5)))
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

    private func ask(
        _ mode: Mode, _ ask: Ask, schema: JSON = Self.schema, scenario: String
    ) async throws -> (GatewayWorld.Reply, JSON) {
        try await Self.send(
            StructuredHTTPTests.body(ask, schema: schema), ask, to: mode.kind, model: mode.model, mode.traits,
            scenario: scenario)
    }

    /// - Returns: What the client got, and what the provider did.
    private static func send(
        _ body: JSON, _ ask: Ask, to kind: ProviderSettings.Kind, model: String, _ traits: ModelTraits = ModelTraits(),
        scenario: String
    ) async throws -> (GatewayWorld.Reply, JSON) {
        let received = Locked<[JSON]>([])
        let setting = GatewayWorld.Setting(
            kinds: [kind], scenario: scenario,
            received: { request in
                // What is no JSON is no body of a gateway, and the test fails for want of one.
                if let body = try? JSON.parse(request.body) { received.withLock { $0.append(body) } }
            },
            adjust: { providers, route in
                providers[0].models = [model: traits]
                route.paths = [.init("first", model)]
            })
        let reply = Locked<GatewayWorld.Reply?>(nil)
        try await GatewayWorld.run(setting) { world in
            let got = try await world.post(ask.path, body)
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
        let (reply, sent) = try await self.ask(
            .anthropic, Ask(wire: .chatCompletions, streams: false), schema: schema, scenario: "seed: 1")
        #expect(reply.status == 200 && reply.headers["x-belay-structured"] == "valid", "\(reply.text)")
        #expect(try reply.json["choices"]?[0]?["finish_reason"] == "stop")
        #expect(sent["output_config"] == nil && sent["tool_choice"]?["name"] == "give_answer")
        #expect(sent["tools"]?[0]?["input_schema"] == schema)
    }

    /// What a tool's schema may not say at its root, and members by names that no tool's may have, would be refused.
    @Test(
        arguments: [Mode.forcedByAnthropic, .forcedByOpenAI],
        [
            #"{"anyOf": [{"required": ["table"]}, {"required": ["dish"]}]}"#, #"{"allOf": [{"required": ["dish"]}]}"#,
            #"{"oneOf": [{"required": ["table"]}]}"#, #"{"not": {"required": ["seat"]}}"#,
            #"{"enum": [{"table": 4, "dish": "tea"}]}"#,
            ##"{"$ref": "#/$defs/d", "$defs": {"d": {"type": "object"}}}"##,
            #"{"properties": {"table no": {"type": "integer"}}, "additionalProperties": true}"#,
        ])
    func aSchemaThatToolsRefuseGoesIntoTheInstructions(mode: Mode, change: String) async throws {
        var schema = Self.schema
        for (key, value) in try JSON.parse(change).objectValue ?? [:] { schema[key] = value }
        let (reply, sent) = try await self.ask(
            mode, Ask(wire: .responses, streams: false), schema: schema, scenario: "reply: {json: \(Self.good)}")
        #expect(reply.status == 200 && reply.headers["x-belay-structured"] == "valid", "\(reply.text)")
        #expect(sent["tools"] == nil && sent["tool_choice"] == nil && sent.serialized().contains("JSON Schema"))
    }

    /// Some object, whichever it is: models that know no schemas have a mode for that, and the client's words name it.
    @Test(
        arguments: ["deepseek-chat", "gpt-4-turbo", "gpt-4", "gpt-4.1"], Ask.all.filter { $0.wire == .chatCompletions })
    func jsonModeStaysTheModelsOwn(model: String, ask: Ask) async throws {
        let body = ask.body(with: ["response_format": ["type": "json_object"]])
        let (reply, sent) = try await Self.send(
            body, ask, to: .openAI, model: model, scenario: "reply: {json: \(Self.good)}")
        #expect(try JSON.parse(try ask.text(of: reply)) == ["table": 4, "dish": "tea"], "\(reply.text)")
        #expect(sent["response_format"] == ["type": "json_object"] && sent["tools"] == nil)
        #expect(sent["messages"] == body["messages"])
    }

    /// To a tool without members models say `{}`.
    @Test func someObjectIsAskedForInWordsWhereThereIsNoModeForIt() async throws {
        let ask = Ask(wire: .chatCompletions, streams: false)
        let (reply, sent) = try await Self.send(
            ask.body(with: ["response_format": ["type": "json_object"]]), ask, to: .anthropic, model: "claude-3-haiku",
            scenario: "reply: {json: \(Self.good)}")
        #expect(reply.status == 200 && reply.headers["x-belay-structured"] == "valid", "\(reply.text)")
        #expect(sent["tools"] == nil && sent["system"]?.serialized().contains("JSON Schema") == true)
    }
}
