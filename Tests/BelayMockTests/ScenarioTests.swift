import BelayJSON
import BelayResilience
import Testing

@testable import BelayMock

/// Which rule answers, and with what.
@Suite struct ScenarioTests {
    /// The answer of a scenario to a conversation, without a server.
    private func answer(_ yaml: String, _ conversation: Conversation) throws -> Answer {
        var random = SeededGenerator(seed: 1)
        let scenario = try MockScenario(yaml: yaml, file: "test.yaml")
        return ReplyWriter(scenario: scenario, conversation: conversation).write(identifiers: &random, created: 1)
            .answer
    }

    private func conversation(
        _ entries: [Conversation.Entry], model: String = "m", system: String = "", tools: [String] = []
    ) -> Conversation {
        var conversation = Conversation(wire: .openAI, model: model, streams: false, system: system, entries: entries)
        conversation.tools = tools.map { .init(name: $0, parameters: [:]) }
        conversation.nameResults()
        return conversation
    }

    private func said(_ text: String) -> Conversation.Entry { .init(role: .user, text: text) }
    private func called(_ name: String, id: String = "1") -> Conversation.Entry {
        .init(role: .assistant, text: "", calls: [.init(id: id, name: name)])
    }
    private func result(_ text: String, id: String = "1") -> Conversation.Entry {
        .init(role: .tool, text: text, callID: id)
    }

    static let support = """
        rules:
          - when: {last_message: {matches: "(?i)order #?(?<order>\\\\d{4})"}, last_role: user}
            reply:
              tool_calls: [{name: check_order_status, arguments: {order_id: "{{capture.order | int}}"}}]
          - when: {tool: check_order_status, tool_result: {contains: not found}}
            reply: "I can't find that order."
          - when: {last_role: tool}
            reply: "It is {{result.status}}, with {{result.parcels[0].carrier}}; {{tool.check_order_status.note | default 'no note'}}."
        reply: "How can I help?"
        """

    @Test func aSupportAgentsScenarioRunsFromQuestionToAnswer() throws {
        let question = self.said("Where is Order #1234?")
        let first = try self.answer(Self.support, self.conversation([question]))
        #expect(first.calls.map(\.name) == ["check_order_status"])
        #expect(first.calls.map(\.arguments) == [#"{"order_id":1234}"#])
        #expect(first.stop == .toolCalls)
        let found = self.result(#"{"status": "shipped", "parcels": [{"carrier": "DHL"}]}"#)
        let last = try self.answer(
            Self.support, self.conversation([question, self.called("check_order_status"), found]))
        #expect(last.text == "It is shipped, with DHL; no note.")
        let lost = [question, self.called("check_order_status"), self.result("Order NOT FOUND")]
        #expect(try self.answer(Self.support, self.conversation(lost)).text == "I can't find that order.")
        #expect(try self.answer(Self.support, self.conversation([self.said("hello")])).text == "How can I help?")
    }

    @Test(arguments: [
        ("{model: gpt-*}", true), ("{model: [a, b]}", false), ("{system: KIND}", true),
        ("{system: {lacks: kind}}", false),
        ("{system: {contains: [rude, kind]}}", true), ("{task: first}", true), ("{last_message: first}", false),
        ("{any_message: second}", true), ("{turn: 1}", true), ("{turn: {min: 2}}", false), ("{step: 0}", true),
        ("{last_role: user}", true), ("{last_role: tool}", false), ("{tools_offered: look}", true),
        ("{tools_offered: [look, jump]}", false), ("{protocol: openai}", true), ("{protocol: anthropic}", false),
        ("{stream: false}", true), ("{tool: look}", false), ("{last_message: {matches: '^third'}}", true),
        ("{last_message: {contains: third, lacks: words, matches: '^T'}}", false),
    ])
    func conditionsHoldOrNot(when: String, holds: Bool) throws {
        let entries = [self.said("first words"), .init(role: .assistant, text: "second"), self.said("third words")]
        let conversation = self.conversation(entries, model: "gpt-x", system: "Be kind.", tools: ["look"])
        let answer = try self.answer("rules: [{when: \(when), reply: yes it does}]\nreply: it does not", conversation)
        #expect((answer.text == "yes it does") == holds)
    }

    @Test func repliesGoByTurnOrByStepAndTheLastOneRepeats() throws {
        let turns = "rules: [{replies: [zero, one, two]}]"
        let steps = "rules: [{by: step, replies: [zero, one, two]}]"
        let spoken = Conversation.Entry(role: .assistant, text: "")
        let entries = [self.said("a"), spoken, spoken, self.said("b")]
        #expect(try self.answer(turns, self.conversation([self.said("a")])).text == "zero")
        #expect(try self.answer(turns, self.conversation(entries)).text == "two")
        #expect(try self.answer(steps, self.conversation(entries)).text == "zero")
        #expect(try self.answer(steps, self.conversation(entries + [spoken])).text == "one")
        #expect(try self.answer(steps, self.conversation(entries + Array(repeating: spoken, count: 9))).text == "two")
    }

    @Test func parallelCallsAndTheirResultsByPosition() throws {
        let yaml = """
            rules:
              - when: {last_role: tool}
                reply: "{{results.0.n}} and {{results.1.n}}, last {{result.n}}"
            reply: {tool_calls: [{name: a, arguments: {x: 1}}, {name: b}]}
            """
        let first = try self.answer(yaml, self.conversation([self.said("go")]))
        #expect(first.calls.map(\.name) == ["a", "b"])
        #expect(first.calls.map(\.arguments) == [#"{"x":1}"#, "{}"])
        #expect(first.calls[0].id != first.calls[1].id)
        let called = Conversation.Entry(
            role: .assistant, text: "", calls: [.init(id: "1", name: "a"), .init(id: "2", name: "b")])
        let entries = [self.said("go"), called, self.result(#"{"n":1}"#, id: "1"), self.result(#"{"n":2}"#, id: "2")]
        #expect(try self.answer(yaml, self.conversation(entries)).text == "1 and 2, last 2")
    }

    @Test func argumentsKeepTheTypesOfYAMLAndOfResults() throws {
        let yaml = """
            reply:
              tool_calls:
                - name: refund
                  arguments: {amount: "{{result.total}}", list: [1, 2.50, true, null, "1"], note: "of {{result.total}}"}
            """
        let entries = [self.said("x"), self.called("t"), self.result(#"{"total": 12.50}"#)]
        let answer = try self.answer(yaml, self.conversation(entries))
        #expect(
            answer.calls[0].arguments == #"{"amount":12.50,"list":[1,2.50,true,null,"1"],"note":"of 12.50"}"#)
    }

    @Test func rawArgumentsAreSentAsTheyAre() throws {
        let yaml = "reply: {tool_calls: [{name: t, arguments: '{\"broken\": '}]}"
        #expect(try self.answer(yaml, self.conversation([self.said("x")])).calls[0].arguments == #"{"broken": "#)
    }

    @Test func aMissingValueIsSeenInTheTextAndCounted() throws {
        var scope = TemplateScope(conversation: self.conversation([self.said("x")]), captures: [:])
        #expect(try Template("a {{result.status}} b").text(in: &scope) == "a (no value for result.status) b")
        #expect(scope.missing == ["result.status"])
    }

    @Test func structuredOutputWithoutARuleFitsItsSchema() throws {
        var conversation = self.conversation([self.said("x")])
        conversation.answerSchema = [
            "type": "object", "required": ["name", "size", "tags", "next"],
            "properties": [
                "name": ["type": "string", "minLength": 6], "size": ["enum": ["S", "M"]],
                "tags": ["type": "array", "items": ["type": "integer", "minimum": 5], "minItems": 2],
                "next": ["$ref": "#/$defs/leaf"], "optional": ["type": "string"],
            ],
            "$defs": ["leaf": ["anyOf": [["type": "boolean"], ["type": "null"]]]],
        ]
        #expect(
            try self.answer("", conversation).text == #"{"name":"text t","size":"S","tags":[5,5],"next":true}"#)
    }

    @Test func aDemandedToolIsCalledWithoutARule() throws {
        var conversation = self.conversation([self.said("x")], tools: ["one", "two"])
        conversation.toolChoice = .named("two")
        #expect(try self.answer("", conversation).calls.map(\.name) == ["two"])
        conversation.toolChoice = .required
        #expect(try self.answer("", conversation).calls.map(\.name) == ["one"])
        conversation.toolChoice = .automatic
        #expect(try self.answer("", conversation).text == "You said: x")
    }

    @Test func usageIsEstimatedUnlessStated() throws {
        var conversation = self.conversation([self.said("x")])
        conversation.inputTokens = 90
        let estimated = try self.answer("reply: twelve chars", conversation).usage
        #expect(estimated == MockUsage(input: 90, cached: 0, output: 3, reasoning: 0))
        let stated = try self.answer(
            "reply: {text: x, usage: {cached: 50, output: 9, reasoning: 4}}", conversation
        ).usage
        #expect(stated == MockUsage(input: 40, cached: 50, output: 9, reasoning: 4))
    }

    @Test func theRequestsLimitCutsTheTextBetweenCharacters() throws {
        var conversation = self.conversation([self.said("x")])
        conversation.maximumOutputTokens = 1
        let answer = try self.answer("reply: 'ab\u{e9}\u{1F600}cd'", conversation)
        #expect(answer.text == "ab\u{e9}")
        #expect(answer.stop == .maximumTokens)
    }
}
