import BelayCore
import BelayHTTP
import BelayJSON
import BelayModels
import BelayRuntime
import BelayServer
import BelayTools
import Testing

/// Agents behind the chat protocols: what a client gets, and what becomes of the execution.
@Suite(.timeLimit(.minutes(5)))
struct AgentChatTests {
    private struct Order: Codable, Sendable { var number: String }

    private static let scenario = """
        rules:
          - when: {last_role: tool}
            reply: "It is {{result.state}}."
          - when: {last_message: where}
            reply: {text: "Let me look.", tool_calls: [{name: find_order, arguments: {number: A-1}}]}
          - when: {last_message: refund}
            reply: {tool_calls: [{name: refund, arguments: {number: A-1}}]}
          - when: {last_message: unclear}
            reply: {tool_calls: [{name: ask_user, arguments: {question: "Which order?"}}]}
          - when: {last_message: again, any_message: "A-77"}
            reply: You named A-77.
          - when: {last_message: slow}
            reply: {text: At last., latency: {first_token: 200ms}}
        reply: Good morning.
        """

    private static let find = Tool("find_order", "Looks an order up", effect: .readOnly) { (_: Order) in
        ["state": "shipped"]
    }
    private static let refund = Tool("refund", "Refunds an order", approval: .always) { (_: Order) in
        ["state": "refunded"]
    }

    private static func setting(_ tools: [Tool] = [Self.find]) -> GatewayWorld.Setting {
        GatewayWorld.Setting(
            scenario: Self.scenario,
            agents: [Agent("support", version: "1", instructions: "Help.", tools: tools)])
    }

    private static func post(
        _ world: GatewayWorld, _ ask: Ask, _ text: String, headers: [String: String] = [:],
        with changes: [String: JSON?] = [:]
    ) async throws -> GatewayWorld.Reply {
        try await world.post(ask.path, ask.body(text, model: "agent/support", with: changes), headers: headers)
    }

    /// What a stream says behind its end, or the header of a whole answer.
    private static func note(_ name: String, _ reply: GatewayWorld.Reply, _ ask: Ask) -> String? {
        guard ask.streams else { return reply.headers[name.lowercased()] }
        let line = reply.text.split(separator: "\n").last { $0.hasPrefix(": \(name): ") }
        return line.map { String($0.dropFirst(name.count + 4)) }
    }

    private static func outcome(_ world: GatewayWorld, _ reply: GatewayWorld.Reply) async throws -> Outcome {
        let id = try #require(reply.headers["x-belay-execution"])
        return try await world.runtime.outcome(of: ExecutionID(rawValue: id))
    }

    @Test(arguments: Ask.all)
    func whatABrokenAttemptCostIsToldJournalledAndCountedAlike(ask: Ask) async throws {
        var setting = Self.setting()
        setting.kinds = [.openAI]
        setting.prices.set(Price(input: 100, output: 1_000), for: ModelPath(provider: "first", model: "m"))
        try await GatewayWorld.run(setting) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "reset_before_headers", "times": 1]]])
            let reply = try await Self.post(world, ask, "hello")
            #expect(reply.status == 200 && Self.note("X-Belay-Attempts", reply, ask) == "2", "\(reply.text)")
            guard case .completed(_, let head) = try await Self.outcome(world, reply) else {
                Issue.record("the execution did not complete")
                return
            }
            let counts = try #require(world.gateway.statistics.paths[ModelPath(provider: "first", model: "m")])
            #expect(counts.estimated == 1 && counts.cost > Price(input: 100, output: 1_000).cost(of: counts.usage))
            #expect(head.cost == counts.cost && !head.hasUnknownCost)
            #expect(Self.note("X-Belay-Cost-USD", reply, ask) == counts.cost.plainDollars)
            #expect(Self.note("X-Belay-Cost-Estimated", reply, ask) == "true")
        }
    }

    @Test(arguments: Ask.all)
    func anAgentAnswersInTheClientsProtocol(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let reply = try await Self.post(world, ask, "where is my order?")
            #expect(reply.status == 200, "\(reply.text)")
            // Who watches sees also what is said beside the tool calls.
            let text = ask.streams ? "Let me look.\n\nIt is shipped." : "It is shipped."
            #expect(try ask.text(of: reply) == text, "\(reply.text)")
            if ask.streams { #expect(try ask.isWhole(reply)) }
            guard case .completed(let output, let head) = try await Self.outcome(world, reply) else {
                Issue.record("the execution did not complete")
                return
            }
            #expect(output == "It is shipped." && head.toolCalls == 1)
            #expect(Self.note("X-Belay-Path", reply, ask) == "first/m")
            #expect(Self.note("X-Belay-Attempts", reply, ask) == "2")
            #expect(Self.note("X-Belay-Cost-USD", reply, ask) == "unknown")
            #expect(try Self.outputTokens(reply, ask) == head.usage.totalOutput, "the sum of both steps")
        }
    }

    private static func outputTokens(_ reply: GatewayWorld.Reply, _ ask: Ask) throws -> Int? {
        let answers =
            ask.streams ? try reply.events.filter { $0 != "[DONE]" }.map { try JSON.parse($0) } : [try reply.json]
        let usages = answers.compactMap { $0["usage"] ?? $0["response"]?["usage"] }.filter { !$0.isNull }
        return (usages.last?["completion_tokens"] ?? usages.last?["output_tokens"])?.intValue
    }

    @Test(arguments: Ask.all.filter(\.streams))
    func anAnswerThatHasToBeCheckedIsShownWhenItWas(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting([Self.find, Self.refund])) { world in
            let reply = try await Self.post(world, ask, "where is my order?")
            #expect(try ask.text(of: reply) == "It is shipped.", "the agent could claim a refund")
            #expect(try ask.isWhole(reply))
        }
    }

    @Test(arguments: Ask.all)
    func aQuestionIsAnsweredByTheNextMessageOfTheSession(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let session = ["x-belay-session": "chat-1", "x-belay-user": "ada"]
            let question = try await Self.post(world, ask, "unclear", headers: session)
            #expect(try ask.text(of: question) == "Which order?", "\(question.text)")
            #expect(Self.note("X-Belay-Wait", question, ask)?.hasPrefix("wait_") == true)
            if ask.streams { #expect(try ask.isWhole(question)) }
            let other = try await Self.post(world, ask, "hello", headers: ["x-belay-session": "chat-2"])
            #expect(other.headers["x-belay-execution"] != question.headers["x-belay-execution"])
            let answered = try await Self.post(world, ask, "hello, where it is", headers: session)
            #expect(answered.headers["x-belay-execution"] == question.headers["x-belay-execution"])
            guard case .completed(_, let head) = try await Self.outcome(world, answered) else {
                Issue.record("the execution did not complete")
                return
            }
            #expect(head.user.id == "ada" && head.session?.rawValue == "chat-1")
        }
    }

    @Test(arguments: Ask.all)
    func anApprovalIsWaitedForInPlainWords(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting([Self.find, Self.refund])) { world in
            let session = ["x-belay-session": "chat-1"]
            let reply = try await Self.post(world, ask, "refund it", headers: session)
            #expect(reply.status == 200)
            #expect(try ask.text(of: reply).hasPrefix("Before this goes on, a person has to approve:"), "\(reply.text)")
            let wait = try #require(Self.note("X-Belay-Wait", reply, ask))
            let next = try await Self.post(world, ask, "well?", headers: session)
            #expect(next.status == 409 && next.text.contains("was not taken"), "it would hang: \(next.text)")
            _ = try await world.runtime.answer(WaitID(rawValue: wait), with: ["decision": "approve"], by: "boss")
            guard case .completed(let output, _) = try await Self.outcome(world, reply) else {
                Issue.record("the execution did not complete")
                return
            }
            #expect(output == "It is refunded.")
        }
    }

    @Test(arguments: Ask.all)
    func theConversationIsTheClientsUnlessItNamesASession(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let turns: JSON = [
                ["role": "user", "content": "My order is A-77."], ["role": "assistant", "content": "Noted."],
                ["role": "user", "content": "again, which?"],
            ]
            let name = ask.wire == .responses ? "input" : "messages"
            let reply = try await Self.post(world, ask, "", with: [name: turns])
            #expect(try ask.text(of: reply) == "You named A-77.", "\(reply.text)")
            let apart = try await Self.post(
                world, ask, "", headers: ["x-belay-session": "chat-1"], with: [name: turns])
            #expect(try ask.text(of: apart) == "Good morning.", "only what the session heard counts")
            _ = try await Self.post(world, ask, "My order is A-77.", headers: ["x-belay-session": "chat-1"])
            let known = try await Self.post(world, ask, "again, which?", headers: ["x-belay-session": "chat-1"])
            #expect(try ask.text(of: known) == "You named A-77.")
        }
    }

    @Test(arguments: Ask.all)
    func aKeyStartsOneExecution(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let key = ["idempotency-key": "once"]
            let first = try await Self.post(world, ask, "where is my order?", headers: key)
            let again = try await Self.post(world, ask, "where is my order?", headers: key)
            #expect(again.headers["x-belay-execution"] == first.headers["x-belay-execution"])
            #expect(try ask.text(of: again) == ask.text(of: first))
            #expect(world.count("answered") == 2, "the two steps of one execution")
            let other = try await Self.post(world, ask, "something else", headers: key)
            #expect(other.status == 400 && other.text.contains("used with another request"), "\(other.text)")
        }
    }

    @Test(arguments: Ask.all)
    func aFailureIsAnErrorOfTheVendor(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            for mock in world.mocks { try mock.setFaults(["faults": [["kind": "overloaded"]]]) }
            let reply = try await Self.post(world, ask, "hello", headers: ["x-belay-criticality": "critical"])
            #expect(reply.headers["x-belay-execution"]?.isEmpty == false)
            #expect(reply.text.contains("can't be reached at the moment"), "\(reply.text)")
            if ask.streams {
                #expect(try reply.status == 200 && !ask.isWhole(reply))
            } else {
                #expect(reply.status == (ask.wire == .messages ? 529 : 503))
                #expect(reply.headers["x-should-retry"] == "false")
            }
        }
    }

    /// The execution pauses for five seconds, which is more than this client waits.
    @Test(arguments: Ask.all)
    func whoFindsAllModelsDownIsToldSoAndWhenToComeBack(ask: Ask) async throws {
        var setting = Self.setting()
        setting.outagePatience = .seconds(1)
        try await GatewayWorld.run(setting) { world in
            for mock in world.mocks { try mock.setFaults(["faults": [["kind": "unauthorized"]]]) }
            let key = ["idempotency-key": "once"]
            let reply = try await Self.post(world, ask, "hello", headers: key)
            #expect(reply.text.contains("The execution goes on: ask for it at GET"), "\(reply.text)")
            #expect(Self.note("X-Belay-Attempts", reply, ask) == "2")
            if !ask.streams {
                #expect(reply.status == (ask.wire == .messages ? 529 : 503))
                // On a busy machine the first pause is over by then, and the second one takes twenty seconds.
                let seconds = try #require(reply.headers["retry-after"].flatMap { Int($0) })
                #expect((1...20).contains(seconds))
                // The vendors' clients come again by themselves, and to the same execution.
                #expect(reply.headers["x-should-retry"] == nil)
            }
            let again = try await Self.post(world, ask, "hello", headers: key)
            #expect(again.headers["x-belay-execution"] == reply.headers["x-belay-execution"])
            let other = try await Self.post(world, ask, "hello")
            #expect(ask.streams || other.headers["x-should-retry"] == "false", "it would be another execution")
            #expect(other.headers["x-belay-execution"] != reply.headers["x-belay-execution"])
        }
    }

    /// While the execution tries, too: its second attempt hangs.
    @Test func whoseModelsHangAfterAnOutageWaitsNoLonger() async throws {
        let ask = Ask(wire: .chatCompletions, streams: false)
        var setting = Self.setting()
        setting.outagePatience = .seconds(6)
        try await GatewayWorld.run(setting) { world in
            for mock in world.mocks {
                try mock.setFaults(["faults": [["kind": "overloaded", "times": 3], ["kind": "silence"]]])
            }
            let reply = try await Self.post(world, ask, "hello")
            #expect(reply.status == 503 && reply.headers["retry-after"] == "5", "\(reply.text)")
            #expect(world.count("in_flight") + world.count("in_flight", at: 1) == 1, "it is asked at this moment")
        }
    }

    @Test(arguments: Ask.all)
    func anEmptyTaskIsNamed(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let reply = try await Self.post(world, ask, "  ")
            #expect(reply.status == 400, "\(reply.text)")
            switch ask.wire {
            case .chatCompletions: #expect(try reply.json["error"]?["param"] == "messages[0].content")
            case .responses: #expect(try reply.json["error"]?["param"] == "input")
            case .messages: #expect(reply.text.contains("messages.0.content"), "\(reply.text)")
            }
        }
    }

    @Test(arguments: Ask.all)
    func theExecutionGoesOnWhenItsClientLeaves(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let asking = Task {
                let body = ask.body("slow, please", model: "agent/support").bytes()
                _ = try await AsyncHTTPTransport.shared.send(world.request(ask.path, body)).body.collect(upTo: 1 << 20)
            }
            try await world.until { $0["in_flight"] == 1 }
            asking.cancel()
            _ = await asking.result
            let heads = try await world.runtime.store.heads(ExecutionFilter(), after: nil, limit: 10).items
            let id = try #require(heads.first?.id)
            #expect(try await world.runtime.outcome(of: id).output == "At last.")
            #expect(try await world.get("/v1/executions/\(id)").json["output"] == "At last.")
        }
    }

    @Test(arguments: Ask.all.filter(\.streams))
    func aStreamThatIsSilentIsKeptAlive(ask: Ask) async throws {
        var setting = Self.setting()
        setting.keepAlive = .milliseconds(10)
        try await GatewayWorld.run(setting) { world in
            let reply = try await Self.post(world, ask, "slow, please")
            #expect(reply.text.hasPrefix(": keep-alive\n\n"), "\(reply.text)")
            #expect(try ask.text(of: reply) == "At last." && ask.isWhole(reply))
        }
    }

    @Test(arguments: Ask.all)
    func whoWaitsTooLongIsToldThatTheExecutionGoesOn(ask: Ask) async throws {
        var setting = Self.setting()
        setting.agentPatience = .milliseconds(20)
        try await GatewayWorld.run(setting) { world in
            let reply = try await Self.post(world, ask, "slow, please")
            #expect(reply.text.contains("The execution goes on: ask for it at GET"), "\(reply.text)")
            #expect(ask.streams ? try !ask.isWhole(reply) : reply.status == 504)
            #expect(try await Self.outcome(world, reply).output == "At last.")
        }
    }

    @Test(arguments: Ask.all.filter(\.streams))
    func whatWasShownAndIsVoidIsNoAnswer(ask: Ask) async throws {
        let scenario = """
            rules:
              - when: {protocol: openai}
                reply: \(String(repeating: "All is well. ", count: 50))
            reply: Nothing is known.
            """
        var setting = Self.setting([])
        setting.scenario = scenario
        try await GatewayWorld.run(setting) { world in
            // It breaks off each time, and the other provider says something else.
            try world.mocks[0].setFaults(["faults": [["kind": "cut"]]])
            let reply = try await Self.post(world, ask, "hello", headers: ["idempotency-key": "k"])
            #expect(try !ask.isWhole(reply), "\(reply.text)")
            #expect(reply.text.contains("doesn't stand"), "\(reply.text)")
            #expect(try await Self.outcome(world, reply).output == "Nothing is known.")
            let again = try await Self.post(world, ask, "hello", headers: ["idempotency-key": "k"])
            #expect(try ask.text(of: again) == "Nothing is known." && ask.isWhole(again), "\(again.text)")
        }
    }

    @Test(arguments: Ask.all.filter(\.streams))
    func anAttemptThatSaysTheSameGoesOnFromThere(ask: Ask) async throws {
        var setting = Self.setting([])
        setting.scenario = "reply: \(String(repeating: "All is well. ", count: 50))"
        try await GatewayWorld.run(setting) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "cut"]]])
            let reply = try await Self.post(world, ask, "hello")
            #expect(try ask.isWhole(reply), "\(reply.text)")
            let text = String(repeating: "All is well. ", count: 50).dropLast()
            #expect(try ask.text(of: reply) == text, "each word once")
        }
    }

    @Test(arguments: Ask.all)
    func whatAnAgentDecidesItselfIsRefused(ask: Ask) async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let reply = try await Self.post(world, ask, "hello", with: ["temperature": 0.5])
            #expect(reply.status == 400 && reply.text.contains("temperature"), "\(reply.text)")
            let unknown = try await world.post(ask.path, ask.body(model: "agent/nobody"))
            #expect(unknown.status == 404)
            #expect(try await world.runtime.store.heads(ExecutionFilter(), after: nil, limit: 1).items.isEmpty)
        }
    }

    @Test func agentsAreListedAndHaveAliases() async throws {
        try await GatewayWorld.run(Self.setting()) { world in
            let listed = try await world.get("/v1/models").json["data"]?.arrayValue?.compactMap {
                $0["id"]?.stringValue
            }
            #expect(listed == ["helper", "route/default", "agent/support", "first/m", "second/m"])
            let ask = Ask(wire: .chatCompletions, streams: false)
            let reply = try await world.post(ask.path, ask.body(model: "helper"))
            #expect(try ask.text(of: reply) == "Good morning." && reply.json["model"] == "helper")
            #expect(try await world.get("/v1/models/agent/support").json["id"] == "agent/support")
        }
    }
}
