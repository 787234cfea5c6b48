import BelayCore
import BelayHTTP
import BelayJSON
import BelayTesting
import Testing

@testable import BelayModels

/// Whoever asks for a stream gets the same answer as who doesn't.
struct StreamedEqualsWholeTests {
    /// Puts a stream through everything that it passes on its way: bytes, events, stream machine, assembler.
    private func streamed(
        _ data: [String], by provider: any ModelProvider, using random: inout SeededGenerator
    ) throws -> ModelAnswer {
        let bytes = data.flatMap { Array("data: \($0)\n\n".utf8) }
        var parser = ServerSentEventParser()
        var machine = provider.makeStream()
        var assembler = StreamAssembler(origin: provider.name)
        for chunk in bytes.cut(using: &random) {
            for case .event(let event) in try parser.append(chunk) {
                for event in try machine.apply(event) { try assembler.apply(event) }
            }
        }
        try machine.end()
        return try assembler.answer()
    }

    @Test(arguments: 1...500 as ClosedRange<UInt64>)
    func openAI(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let generated = GeneratedAnswer.openAI(using: &random)
        let provider = Samples.provider().makeProvider()
        let whole = try provider.answer(from: generated.openAIBody.bytes())
        let streamed = try self.streamed(generated.openAIEvents(using: &random), by: provider, using: &random)
        #expect(streamed == whole, "seed \(seed)")
        self.expect(whole, keeps: generated)
    }

    @Test(arguments: 1...500 as ClosedRange<UInt64>)
    func anthropic(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let generated = GeneratedAnswer.anthropic(using: &random)
        let provider = Samples.provider(kind: .anthropic).makeProvider()
        let whole = try provider.answer(from: try generated.anthropicBody().bytes())
        var streamed = try self.streamed(generated.anthropicEvents(using: &random), by: provider, using: &random)
        // At once, the arguments come as JSON and are written anew; streamed, they are the model's own text.
        for (index, part) in streamed.content.enumerated() {
            guard case .toolCall(var call) = part else { continue }
            call.arguments = try JSON.parse(call.arguments).serialized()
            streamed.content[index] = .toolCall(call)
        }
        #expect(streamed == whole, "seed \(seed)")
        self.expect(whole, keeps: generated)
    }

    @Test(arguments: 1...500 as ClosedRange<UInt64>)
    func openAIResponses(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let generated = GeneratedAnswer.anthropic(using: &random)
        let provider = Samples.provider(kind: .openAIResponses).makeProvider()
        let whole = try provider.answer(from: generated.responsesBody.bytes())
        let streamed = try self.streamed(generated.responsesEvents(using: &random), by: provider, using: &random)
        #expect(streamed == whole, "seed \(seed)")
        self.expect(whole, keeps: generated)
    }

    /// Both ways could lose the same thing.
    private func expect(_ answer: ModelAnswer, keeps generated: GeneratedAnswer) {
        #expect(answer.usage == generated.usage)
        #expect(answer.toolCalls.map(\.id) == generated.calls.map(\.id))
        #expect(answer.toolCalls.map(\.name) == generated.calls.map(\.name))
        let texts = generated.parts.map { if case .text(let text) = $0 { text } else { "" } }
        #expect(answer.text == texts.joined())
        let thoughts = answer.content.filter { if case .reasoning = $0 { true } else { false } }
        let generatedThoughts = generated.parts.filter {
            switch $0 {
            case .thinking, .redacted: true
            case .text, .call: false
            }
        }
        #expect(thoughts.count == generatedThoughts.count)
    }
}
