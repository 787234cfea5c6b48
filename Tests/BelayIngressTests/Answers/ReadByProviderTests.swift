import BelayCore
import BelayHTTP
import BelayJSON
import BelayTesting
import Testing

@testable import BelayIngress
@testable import BelayModels

/// What is written here, the gateway's own providers read: a gateway can stand behind a gateway.
struct ReadByProviderTests {
    private func provider(_ wire: IngressProtocol) -> any ModelProvider {
        let kind: ProviderSettings.Kind =
            switch wire {
            case .chatCompletions: .openAI
            case .messages: .anthropic
            case .responses: .openAIResponses
            }
        return ProviderSettings(name: "p", kind: kind, baseURL: "http://p.test").makeProvider()
    }

    @Test(arguments: IngressProtocol.allCases, UInt64(1)...200)
    func streamedAndWhole(wire: IngressProtocol, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var answer = GeneratedModelAnswer.answer(damaged: false, using: &random)
        if answer.stopReason == .refused || answer.isEmpty { answer.stopReason = .endTurn }
        answer.content.append(.toolCall(ToolCall(id: "last", name: "last", arguments: "{}")))
        let request = Samples.request(wire)
        let whole = try self.provider(wire).answer(from: wire.body(of: answer, to: request, stamp: Samples.stamp))
        let bytes = Samples.stream(
            wire.makeStream(for: request, stamp: Samples.stamp),
            GeneratedModelAnswer.events(of: answer, using: &random))
        var machine = self.provider(wire).makeStream()
        var assembler = StreamAssembler(origin: "p")
        for event in try Samples.events(bytes) {
            for event in try machine.apply(event) { try assembler.apply(event) }
        }
        try machine.end()
        let streamed = try assembler.answer()
        #expect(streamed.text == whole.text, "seed \(seed)")
        #expect(streamed.text == answer.text, "seed \(seed)")
        #expect(whole.toolCalls.map(\.id) == answer.toolCalls.map(\.id), "seed \(seed)")
        #expect(streamed.toolCalls.map(\.id) == answer.toolCalls.map(\.id), "seed \(seed)")
        for (one, other) in zip(streamed.toolCalls, answer.toolCalls) {
            #expect(one.name == other.name)
            #expect(try JSON.parse(one.arguments) == JSON.parse(other.arguments), "seed \(seed)")
        }
        #expect(streamed.usage.total == answer.usage.total, "seed \(seed)")
        #expect(whole.usage == streamed.usage, "seed \(seed)")
        if wire == .messages { #expect(streamed.content.count == answer.content.count, "seed \(seed)") }
    }
}
