import BelayIngress
import BelayJSON
import BelayModels
import Testing

/// JSON of a schema that a client asks for, over HTTP: what the client gets, and what the providers saw.
@Suite(.timeLimit(.minutes(5)))
struct StructuredHTTPTests {
    private static let schema: JSON = [
        "type": "object", "properties": ["table": ["type": "integer"], "dish": ["type": "string"]],
        "required": ["table", "dish"], "additionalProperties": false,
    ]
    private static let good = #"{"table": 4, "dish": "tea"}"#
    private static let whole = Ask.all.filter { !$0.streams }

    static func body(_ ask: Ask, model: String = "route/default", schema: JSON = Self.schema) -> JSON {
        switch ask.wire {
        case .chatCompletions:
            let format: JSON = ["type": "json_schema", "json_schema": ["name": "order", "schema": schema]]
            return ask.body(model: model, with: ["response_format": format])
        case .messages:
            return ask.body(
                model: model, with: ["output_config": ["format": ["type": "json_schema", "schema": schema]]])
        case .responses:
            let format: JSON = ["type": "json_schema", "name": "order", "schema": schema]
            return ask.body(model: model, with: ["text": ["format": format]])
        }
    }

    /// - Parameter later: What the model says once it was told what is wrong.
    private static func scenario(first: String, later: String = "no") -> String {
        let (first, later) = (JSON.string(first).serialized(), JSON.string(later).serialized())
        return "rules: [{when: {turn: 0}, reply: {text: \(first)}}]\nreply: {text: \(later)}"
    }

    @Test(arguments: Self.whole)
    func aValidAnswerPasses(ask: Ask) async throws {
        try await GatewayWorld.run(.init(scenario: Self.scenario(first: Self.good))) { world in
            let reply = try await world.post(ask.path, Self.body(ask))
            #expect(reply.status == 200, "\(reply.text)")
            // The provider's own text, spaces and all.
            #expect(try ask.text(of: reply) == Self.good)
            #expect(reply.headers["x-belay-structured"] == "valid" && reply.headers["x-belay-attempts"] == "1")
        }
    }

    @Test(arguments: Self.whole)
    func aDamagedOneIsMended(ask: Ask) async throws {
        let scenario = Self.scenario(first: "Here it is:\n```json\n\(Self.good)\n```")
        try await GatewayWorld.run(.init(scenario: scenario)) { world in
            let reply = try await world.post(ask.path, Self.body(ask))
            #expect(try JSON.parse(ask.text(of: reply)) == ["table": 4, "dish": "tea"], "\(reply.text)")
            #expect(reply.headers["x-belay-structured"] == "repaired" && reply.headers["x-belay-attempts"] == "1")
        }
    }

    @Test(arguments: Self.whole)
    func theModelIsToldWhatIsWrong(ask: Ask) async throws {
        let scenario = Self.scenario(first: #"{"table": "four"}"#, later: Self.good)
        try await GatewayWorld.run(.init(scenario: scenario)) { world in
            let reply = try await world.post(ask.path, Self.body(ask))
            #expect(try JSON.parse(ask.text(of: reply)) == ["table": 4, "dish": "tea"], "\(reply.text)")
            #expect(reply.headers["x-belay-structured"] == "reasked" && reply.headers["x-belay-attempts"] == "2")
            #expect(reply.headers["x-belay-path"] == "first/m")
        }
    }

    /// Vendors let patterns of other languages pass. What else the schema says holds.
    @Test(arguments: Self.whole, ["(", "(?i)x"])
    func aPatternOfAnotherLanguageConstrainsNothing(ask: Ask, pattern: String) async throws {
        let schema: JSON = [
            "type": "object",
            "properties": ["dish": ["type": "string", "pattern": .string(pattern)], "table": ["type": "integer"]],
            "patternProperties": [pattern: ["type": "null"]], "required": ["table"], "additionalProperties": false,
        ]
        let scenario = Self.scenario(first: #"{"table": "four"}"#, later: Self.good)
        try await GatewayWorld.run(.init(scenario: scenario)) { world in
            let reply = try await world.post(ask.path, Self.body(ask, schema: schema))
            #expect(reply.status == 200 && reply.headers["x-belay-structured"] == "reasked", "\(reply.text)")
            #expect(try JSON.parse(ask.text(of: reply)) == ["table": 4, "dish": "tea"], "\(reply.text)")
        }
    }

    @Test(arguments: Self.whole)
    func whenNoAnswerIsValidTheClientGetsItsVendorsError(ask: Ask) async throws {
        try await GatewayWorld.run(.init(scenario: Self.scenario(first: "no"))) { world in
            let reply = try await world.post(ask.path, Self.body(ask))
            #expect(reply.status == 502 && reply.headers["x-belay-structured"] == "invalid", "\(reply.text)")
            #expect(try reply.json["error"]?["message"]?.stringValue?.contains("schema") == true)
            #expect(reply.headers["x-should-retry"] == "false")
            // What was paid for nothing is told all the same.
            #expect(reply.headers["x-belay-attempts"] == "3")
            #expect(reply.headers["x-belay-cost-usd"] == "unknown")
            // Twice the first path, once the second.
            #expect(world.gateway.statistics.attempts == 3)
        }
    }

    /// What the model was to say in at most so many tokens is not made whole by closing brackets.
    @Test(arguments: Self.whole)
    func aCutAnswerIsNotMended(ask: Ask) async throws {
        let cut = #"{text: "{\"table\": 4, \"dish\": \"tea\"", stop_reason: max_tokens}"#
        try await GatewayWorld.run(.init(scenario: "reply: \(cut)")) { world in
            let reply = try await world.post(ask.path, Self.body(ask))
            #expect(reply.status == 502, "\(reply.text)")
        }
    }

    @Test(arguments: Self.whole)
    func aModelThatTheClientChoseItselfIsLeftAlone(ask: Ask) async throws {
        try await GatewayWorld.run(.init(scenario: Self.scenario(first: "no"))) { world in
            let reply = try await world.post(ask.path, Self.body(ask, model: "second/m"))
            #expect(reply.status == 200 && reply.headers["x-belay-structured"] == nil, "\(reply.text)")
            #expect(try ask.text(of: reply) == "no")
        }
    }
}
