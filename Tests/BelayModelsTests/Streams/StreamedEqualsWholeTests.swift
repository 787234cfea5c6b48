import BelayCore
import BelayHTTP
import BelayJSON
import BelayTesting
import Testing

@testable import BelayModels

/// Whoever asks for a stream gets the same answer as who doesn't. Through the whole gateway: `FidelityTests`.
struct StreamedEqualsWholeTests {
    /// Puts a stream through everything that it passes on its way: bytes, events, stream machine, assembler.
    private func streamed(
        _ stream: GeneratedStream, by provider: any ModelProvider, using random: inout SeededGenerator
    ) throws -> ModelAnswer {
        var parser = ServerSentEventParser()
        var machine = provider.makeStream()
        var assembler = StreamAssembler(origin: provider.name)
        for chunk in stream.bytes.cut(using: &random) {
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
        let stream = GeneratedStream(generated.openAIEvents(using: &random), named: false, using: &random)
        let whole = Result { try provider.answer(from: generated.openAIBody.bytes()) }
        let streamed = Result { try self.streamed(stream, by: provider, using: &random) }
        if let answer = try self.answer(generated, whole, streamed, seed: seed) {
            #expect(try streamed.get() == answer, "seed \(seed)")
        }
    }

    @Test(arguments: 1...500 as ClosedRange<UInt64>)
    func anthropic(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let generated = GeneratedAnswer.anthropic(using: &random)
        let provider = Samples.provider(kind: .anthropic).makeProvider()
        let stream = GeneratedStream(try generated.anthropicEvents(using: &random), named: true, using: &random)
        let whole = Result { try provider.answer(from: generated.anthropicBody().bytes()) }
        let streamed = Result { try self.streamed(stream, by: provider, using: &random) }
        if let answer = try self.answer(generated, whole, streamed, seed: seed) {
            var streamed = try streamed.get()
            // At once, the arguments come as JSON and are written anew; streamed, they are the model's own text.
            #expect(streamed.toolCalls.map(\.arguments) == generated.calls.map(\.arguments), "seed \(seed)")
            for (index, part) in streamed.content.enumerated() {
                guard case .toolCall(var call) = part else { continue }
                call.arguments = try JSON.parse(call.arguments).serialized()
                streamed.content[index] = .toolCall(call)
            }
            #expect(streamed == answer, "seed \(seed)")
        }
    }

    @Test(arguments: 1...500 as ClosedRange<UInt64>)
    func openAIResponses(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let generated = GeneratedAnswer.responses(using: &random)
        let provider = Samples.provider(kind: .openAIResponses).makeProvider()
        let stream = GeneratedStream(generated.responsesEvents(using: &random), named: true, using: &random)
        let whole = Result { try provider.answer(from: generated.responsesBody.bytes()) }
        let streamed = Result { try self.streamed(stream, by: provider, using: &random) }
        if let answer = try self.answer(generated, whole, streamed, seed: seed) {
            #expect(try streamed.get() == answer, "seed \(seed)")
        }
    }

    /// Both ways could lose the same thing, or fail in another way.
    ///
    /// - Returns: The answer that came at once; nil when it is none, streamed or not.
    private func answer(
        _ generated: GeneratedAnswer, _ whole: Result<ModelAnswer, any Error>,
        _ streamed: Result<ModelAnswer, any Error>, seed: UInt64
    ) throws -> ModelAnswer? {
        guard generated.stop != .refused, !generated.isEmpty else {
            let kind: ModelFailure.Kind = generated.stop == .refused ? .contentFiltered : .emptyResponse
            #expect(throws: ModelFailure.self, "seed \(seed)") { try whole.get() }
            for result in [whole, streamed] {
                guard case .failure(let error) = result else { continue }
                #expect((error as? ModelFailure)?.kind == kind, "seed \(seed)")
            }
            #expect(throws: ModelFailure.self, "seed \(seed)") { try streamed.get() }
            return nil
        }
        let answer = try whole.get()
        #expect(answer.usage == generated.usage)
        #expect(answer.toolCalls.map(\.name) == generated.calls.map(\.name))
        if !generated.calls.contains(where: \.id.isEmpty) {
            #expect(answer.toolCalls.map(\.id) == generated.calls.map(\.id))
        }
        #expect(answer.text == generated.text, "seed \(seed)")
        #expect(answer.stopSequence == (answer.stopReason == .stopSequence ? generated.stopSequence : nil))
        return answer
    }
}
