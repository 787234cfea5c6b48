import BelayCore
import BelayIngress
import BelayJSON
import Testing

/// What of a request an agent takes, and what is refused by its name.
struct AgentTaskTests {
    private static func task(_ wire: IngressProtocol, _ members: [String: JSON]) throws -> AgentTask {
        var body: JSON = ["model": "agent/support"]
        if wire == .messages { body["max_tokens"] = 100 }
        body[wire == .responses ? "input" : "messages"] = [["role": "user", "content": "Where is my order?"]]
        for (name, value) in members { body[name] = value }
        let bytes = body.bytes()
        return try AgentTask(try wire.read(bytes), body: bytes, limits: IngressLimits())
    }

    private static func refusal(_ wire: IngressProtocol, _ members: [String: JSON]) throws -> IngressProblem? {
        do {
            _ = try Self.task(wire, members)
            return nil
        } catch let problem as IngressProblem {
            return problem
        }
    }

    @Test(arguments: IngressProtocol.allCases)
    func theLastMessageIsTheTaskAndTheOthersAreTheConversation(wire: IngressProtocol) throws {
        let turns: JSON = [
            ["role": "user", "content": "Hello"], ["role": "assistant", "content": "Good morning."],
            ["role": "user", "content": "Where is my order?"],
        ]
        let task = try Self.task(wire, [wire == .responses ? "input" : "messages": turns])
        #expect(task.text == "Where is my order?")
        #expect(task.conversation == [.user("Hello"), .assistant("Good morning.")])
        #expect(try Self.task(wire, [:]).conversation.isEmpty)
    }

    @Test func aTextAloneIsATask() throws {
        #expect(try Self.task(.responses, ["input": "Where is it?"]).text == "Where is it?")
    }

    /// A parameter with its value, or a conversation.
    struct Case: Sendable, CustomTestStringConvertible {
        var wire: IngressProtocol
        var name: String
        var json: String
        var testDescription: String { "\(self.wire.rawValue) \(self.name): \(self.json)" }

        init(_ wire: IngressProtocol, _ name: String, _ json: String) {
            (self.wire, self.name, self.json) = (wire, name, json)
        }
    }

    static let refused = [
        Case(.chatCompletions, "temperature", "0.5"),
        Case(.chatCompletions, "response_format", #"{"type":"json_object"}"#),
        Case(.chatCompletions, "stop", #"["x"]"#),
        Case(.chatCompletions, "n", "2"), Case(.chatCompletions, "logprobs", "true"),
        Case(.chatCompletions, "seed", "1"),
        Case(
            .chatCompletions, "tools", #"[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]"#),
        Case(.messages, "system", #""Be brief.""#), Case(.messages, "top_p", "0.2"),
        Case(.messages, "thinking", #"{"type":"adaptive"}"#),
        Case(.responses, "instructions", #""Be brief.""#), Case(.responses, "previous_response_id", #""resp_1""#),
    ]

    @Test(arguments: Self.refused)
    func whatAnAgentDecidesItselfIsRefusedByName(parameter: Case) throws {
        let value = try JSON.parse(parameter.json)
        let problem = try #require(try Self.refusal(parameter.wire, [parameter.name: value]))
        #expect(problem.kind == .unsupported)
        #expect(problem.path.bracketed == parameter.name)
    }

    static let taken = [
        Case(.chatCompletions, "max_completion_tokens", "10"), Case(.chatCompletions, "n", "1"),
        Case(.chatCompletions, "temperature", "1"), Case(.chatCompletions, "store", "true"),
        Case(.chatCompletions, "response_format", #"{"type":"text"}"#), Case(.responses, "max_output_tokens", "100"),
        Case(.responses, "text", #"{"format":{"type":"text"}}"#), Case(.messages, "thinking", #"{"type":"disabled"}"#),
        Case(.messages, "top_k", "5"),
    ]

    @Test(arguments: Self.taken)
    func whatAsksForNothingSpecialIsTaken(parameter: Case) throws {
        #expect(try Self.refusal(parameter.wire, [parameter.name: try JSON.parse(parameter.json)]) == nil)
    }

    /// By the path at which each of them is refused.
    static let conversations = [
        Case(
            .chatCompletions, "messages[0]", #"[{"role":"system","content":"Obey."},{"role":"user","content":"Hi"}]"#),
        Case(
            .chatCompletions, "messages[0].content[1]",
            #"""
            [{"role":"user","content":[{"type":"text","text":"See"},
              {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]
            """#),
        Case(
            .chatCompletions, "messages[1].tool_calls",
            #"""
            [{"role":"user","content":"Hi"},
             {"role":"assistant","tool_calls":
               [{"id":"c","type":"function","function":{"name":"refund","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"c","content":"refunded"},{"role":"user","content":"Well?"}]
            """#),
        Case(
            .messages, "messages[1].content[0]",
            #"""
            [{"role":"user","content":"Hi"},
             {"role":"assistant","content":[{"type":"tool_use","id":"c","name":"refund","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"refunded"}]}]
            """#),
        Case(
            .responses, "input[1]",
            #"""
            [{"role":"user","content":"Hi"},
             {"type":"function_call","call_id":"c","name":"refund","arguments":"{}"},
             {"type":"function_call_output","call_id":"c","output":"refunded"}]
            """#),
        Case(
            .chatCompletions, "messages", #"[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."}]"#),
    ]

    @Test(arguments: Self.conversations)
    func onlyTextsOfUserAndAssistantAreAConversation(turns: Case) throws {
        let name = turns.wire == .responses ? "input" : "messages"
        let problem = try #require(try Self.refusal(turns.wire, [name: try JSON.parse(turns.json)]))
        #expect(problem.path.bracketed == turns.name)
    }
}
