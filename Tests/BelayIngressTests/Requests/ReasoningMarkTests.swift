import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayIngress
@testable import BelayModels

/// Whose reasoning it is that a client sends back.
struct ReasoningMarkTests {
    static let kinds: [Reasoning] = [
        Reasoning(text: "hm", signature: "sig/with:signs", origin: "north"),
        Reasoning(text: "", signature: "opaque", origin: "north"),
        Reasoning(text: "", signature: Reasoning.signature(ofRedacted: "data"), origin: "north"),
    ]

    /// An answer with reasoning, and the assistant's turn as its client sends it back.
    private static func sentBack(_ reasoning: Reasoning, _ wire: IngressProtocol, marked: Bool) throws -> Reasoning? {
        var answer = ModelAnswer(
            content: [.reasoning(reasoning), .text("Yes.")], stopReason: .endTurn, usage: .zero, model: "m")
        if marked { answer = answer.withMarkedReasoning }
        var asked = Samples.request(wire)
        asked.includesSignatures = true
        let json = try JSON.parse(wire.body(of: answer, to: asked, stamp: Samples.stamp))
        let user: JSON = ["role": "user", "content": "And?"]
        let body: JSON =
            wire == .messages
            ? [
                "model": "m", "max_tokens": 9,
                "messages": [
                    ["role": "user", "content": "Hi"], ["role": "assistant", "content": json["content"] ?? []], user,
                ],
            ]
            : ["model": "m", "input": .array([user] + (json["output"]?.arrayValue ?? []) + [user])]
        let read = try wire.read(body.bytes())
        return read.request.messages.flatMap(\.content).compactMap {
            if case .reasoning(let reasoning) = $0 { reasoning } else { nil }
        }.first
    }

    @Test(arguments: [IngressProtocol.messages, .responses], Self.kinds)
    func aMarkComesBackAsTheOrigin(wire: IngressProtocol, reasoning: Reasoning) throws {
        #expect(try Self.sentBack(reasoning, wire, marked: true) == reasoning)
    }

    @Test(arguments: [IngressProtocol.messages, .responses], Self.kinds)
    func withoutAMarkItBelongsToTheProtocol(wire: IngressProtocol, reasoning: Reasoning) throws {
        var expected = reasoning
        expected.origin = Reasoning.origin(ofClientsIn: wire.original)
        #expect(try Self.sentBack(reasoning, wire, marked: false) == expected)
    }

    @Test(arguments: Self.kinds)
    func aStreamCarriesTheSameMark(reasoning: Reasoning) {
        let signature = reasoning.signature ?? ""
        let event = ModelStreamEvent.reasoningSignature(signature).markingReasoning(of: "north")
        #expect(event == .reasoningSignature(Reasoning.marked(signature, origin: "north")))
        #expect(ModelStreamEvent.textDelta("a").markingReasoning(of: "north") == .textDelta("a"))
    }

    @Test func aMarkMakesAProviderOfTheSameProtocolGetTheReading() throws {
        let marked = Reasoning.marked("sig", origin: "north")
        func original(_ signature: String) throws -> OriginalBody? {
            let thinking: JSON = ["type": "thinking", "thinking": "hm", "signature": .string(signature)]
            let text: JSON = ["type": "text", "text": "Yes."]
            let body: JSON = [
                "model": "m", "max_tokens": 9,
                "messages": [
                    ["role": "user", "content": "Hi"], ["role": "assistant", "content": [thinking, text]],
                    ["role": "user", "content": "And?"],
                ],
            ]
            return try IngressProtocol.messages.read(body.bytes()).original(body.bytes())
        }
        #expect(try original("sig") != nil)
        #expect(try original(marked) == nil)
    }

    @Test(arguments: ["", "sig", "belay:", "belay:/x", "belay:north", "client/messages"])
    func whatIsNoMarkStaysAsItIs(signature: String) {
        #expect(Reasoning.unmarked(signature) == nil)
    }

    @Test func whatHasNoProviderGetsNoMark() {
        #expect(Reasoning.marked("sig", origin: "") == "sig")
        #expect(Reasoning.marked("sig", origin: "client/messages") == "sig")
    }

    @Test func onlyItsOwnProviderGetsItBack() {
        let request = ModelRequest(messages: [
            .user("Hi"), Message(role: .assistant, content: Self.kinds.map { .reasoning($0) } + [.text("Yes.")]),
        ])
        func kept(_ provider: String, _ wire: OriginalBody.Wire) -> Int {
            ProviderSettings(name: provider, kind: .anthropic).capabilities(of: "claude-sonnet-4-5")
                .adapted(request, for: provider, wire: wire).messages[1].content.count
        }
        #expect(kept("north", .messages) == 4)
        #expect(kept("south", .messages) == 1)
    }
}
