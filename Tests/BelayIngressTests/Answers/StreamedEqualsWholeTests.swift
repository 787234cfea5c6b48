import BelayCore
import BelayHTTP
import BelayJSON
import BelayTesting
import Testing

@testable import BelayIngress

/// A client gets the same answer whether it asks for a stream or not, and it is the one that the model gave.
struct StreamedEqualsWholeTests {
    static let seeds = UInt64(1)...500

    private func named(_ bytes: [UInt8]) throws -> [(name: String, data: String)] {
        try Samples.events(bytes).map { ($0.name, $0.data) }
    }

    /// What chat completions can carry: one text, unsigned reasoning, calls.
    private func chatView(_ answer: ModelAnswer) -> ModelAnswer {
        var view = answer
        let reasoning = answer.content.map { if case .reasoning(let part) = $0 { part.text } else { "" } }.joined()
        view.content = reasoning.isEmpty ? [] : [.reasoning(Reasoning(text: reasoning, origin: "p"))]
        if !answer.text.isEmpty { view.content.append(.text(answer.text)) }
        view.content += answer.toolCalls.map { .toolCall($0) }
        view.stopReason = self.stop(answer)
        view.stopSequence = nil
        view.responseID = nil
        return view
    }

    private func stop(_ answer: ModelAnswer) -> StopReason {
        switch answer.stopReason {
        case .maxTokens, .refused: answer.stopReason
        case .endTurn, .toolUse, .stopSequence, .other: answer.toolCalls.isEmpty ? .endTurn : .toolUse
        }
    }

    @Test(arguments: Self.seeds) func chatCompletions(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let answer = GeneratedModelAnswer.answer(damaged: true, using: &random)
        let expected = self.chatView(answer)
        let request = Samples.request(.chatCompletions)
        let body = IngressProtocol.chatCompletions.body(of: answer, to: request, stamp: Samples.stamp)
        #expect(try ChatClient.answer(from: JSON.parse(body)) == expected, "seed \(seed)")
        let bytes = Samples.stream(
            IngressProtocol.chatCompletions.makeStream(for: request, stamp: Samples.stamp),
            GeneratedModelAnswer.events(of: answer, using: &random))
        #expect(try ChatClient.answer(fromStream: Samples.events(bytes).map(\.data)) == expected, "seed \(seed)")
    }

    @Test(arguments: Self.seeds) func messages(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let answer = GeneratedModelAnswer.answer(damaged: false, using: &random)
        var expected = answer
        expected.responseID = nil
        if answer.stopReason != .stopSequence || !answer.toolCalls.isEmpty {
            (expected.stopReason, expected.stopSequence) = (self.stop(answer), nil)
        }
        for (index, part) in answer.content.enumerated() {
            guard var call = part.toolCall else { continue }
            call.arguments = try JSON.parse(call.arguments).serialized()
            expected.content[index] = .toolCall(call)
        }
        let request = Samples.request(.messages)
        let body = IngressProtocol.messages.body(of: answer, to: request, stamp: Samples.stamp)
        #expect(try MessagesClient.answer(from: JSON.parse(body)) == expected, "seed \(seed)")
        let bytes = Samples.stream(
            IngressProtocol.messages.makeStream(for: request, stamp: Samples.stamp),
            GeneratedModelAnswer.events(of: answer, using: &random))
        expected.content = answer.content  // Streamed, the arguments are the model's own text.
        #expect(try MessagesClient.answer(fromStream: self.named(bytes)) == expected, "seed \(seed)")
    }

    @Test(arguments: Self.seeds) func responses(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let answer = GeneratedModelAnswer.answer(damaged: true, using: &random)
        var expected = answer
        expected.responseID = nil
        (expected.stopReason, expected.stopSequence) = (self.stop(answer), nil)
        let request = Samples.request(.responses)
        let body = try JSON.parse(IngressProtocol.responses.body(of: answer, to: request, stamp: Samples.stamp))
        #expect(try ResponsesClient.answer(from: body) == expected, "seed \(seed)")
        let bytes = Samples.stream(
            IngressProtocol.responses.makeStream(for: request, stamp: Samples.stamp),
            GeneratedModelAnswer.events(of: answer, using: &random))
        let events = try self.named(bytes)
        #expect(try ResponsesClient.answer(fromStream: events) == expected, "seed \(seed)")
        #expect(try JSON.parse(events.last?.data ?? "")["response"] == body, "seed \(seed)")
    }
}
