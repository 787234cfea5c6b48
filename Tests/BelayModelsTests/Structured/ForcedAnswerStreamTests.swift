import BelayCore
import BelayHTTP
import BelayJSON
import BelayTesting
import Testing

@testable import BelayModels

struct ForcedAnswerStreamTests {
    /// Events as they are; the wrapped machine reads none.
    private struct Silent: ModelStreamMachine {
        var usage = Usage.zero
        var isUsageFinal = false
        var isFinished = false
        mutating func apply(_ event: ServerSentEvent) throws(ModelFailure) -> [ModelStreamEvent] { [] }
        func usage(in event: JSON) -> Usage? { nil }
    }

    private func read(_ events: [ModelStreamEvent]) -> [ModelStreamEvent] {
        var stream = ForcedAnswerStream(base: Silent())
        return events.flatMap { stream.read($0) }
    }

    private static let started = ModelStreamEvent.toolCallStarted(index: 0, id: "1", name: ForcedAnswer.tool)

    @Test func theArgumentsAreTheText() {
        let events = self.read([
            .textDelta("Here it "), .textDelta("comes:"), Self.started, .toolCallArgumentsDelta(index: 0, #"{"a""#),
            .toolCallArgumentsDelta(index: 0, ":1}"), .finished(.toolUse),
        ])
        #expect(events == [.textDelta(#"{"a""#), .textDelta(":1}"), .finished(.endTurn)])
    }

    @Test func onlyTheFirstCallCounts() {
        let events = self.read([
            Self.started, .toolCallArgumentsDelta(index: 0, "{}"), .textDelta("And again: "),
            .toolCallStarted(index: 1, id: "2", name: ForcedAnswer.tool), .toolCallArgumentsDelta(index: 1, "{}"),
            .finished(.maxTokens),
        ])
        #expect(events == [.textDelta("{}"), .finished(.maxTokens)])
    }

    @Test func anAnswerThatIsWrittenInsteadPassesAsItComes() {
        let events = self.read([
            .textDelta("\n"), .textDelta(#"{"a":"#), .textDelta("1}"), Self.started,
            .toolCallArgumentsDelta(index: 0, "{}"), .finished(.toolUse),
        ])
        #expect(events == [.textDelta("\n" + #"{"a":"#), .textDelta("1}"), .finished(.endTurn)])
    }

    @Test func wordsWithoutACallAreTheAnswer() {
        #expect(
            self.read([.textDelta("I "), .textDelta("can't."), .finished(.endTurn)]) == [
                .textDelta("I can't."), .finished(.endTurn),
            ])
    }

    /// An object that is written before a call is the answer, and one behind it isn't.
    @Test func theWholeAnswerIsReadAsItsStreamIs() throws {
        let call = Content.toolCall(ToolCall(id: "1", name: ForcedAnswer.tool, arguments: #"{"a":1}"#))
        func read(_ content: [Content]) throws -> String {
            let answer = ModelAnswer(content: content, stopReason: .toolUse, usage: .zero, model: "m")
            let read = try ForcedAnswer.read(answer)
            #expect(read.stopReason == .endTurn && read.toolCalls.isEmpty)
            return read.text
        }
        #expect(try read([.text("\n "), .text(#"{"b":2}"#), call, .text("!")]) == "\n " + #"{"b":2}!"#)
        #expect(try read([.text("So: {"), call]) == #"{"a":1}"#)
        #expect(try read([call, .text(#"{"b":2}"#)]) == #"{"a":1}"#)
    }

    /// Streamed and whole are the same answer, whatever comes in which order.
    @Test(arguments: 1...500 as ClosedRange<UInt64>)
    func streamedIsAsWhole(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var events: [ModelStreamEvent] = [.started(model: "m", responseID: nil)]
        var calls = 0
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: events.append(.textDelta(["So: ", "well {", "\n"].randomElement(using: &random) ?? ""))
            case 1: events.append(.textDelta(["{", #" {"b":2}"#, " \n"].randomElement(using: &random) ?? ""))
            default:
                let name = Int.random(in: 0..<4, using: &random) == 0 ? "other" : ForcedAnswer.tool
                events.append(.toolCallStarted(index: calls, id: "\(calls)", name: name))
                for piece in [#"{"a":"#, "\(calls)", "}"] {
                    events.append(.toolCallArgumentsDelta(index: calls, piece))
                }
                calls += 1
            }
        }
        events.append(.finished(calls > 0 ? .toolUse : .endTurn))
        var (plain, forced) = (StreamAssembler(origin: "p"), StreamAssembler(origin: "p"))
        for event in events { try plain.apply(event) }
        for event in self.read(events) { try forced.apply(event) }
        guard let whole = try? ForcedAnswer.read(plain.answer()) else {
            // White space alone is no answer.
            #expect(throws: ModelFailure.self) { try forced.answer() }
            return
        }
        #expect(try forced.answer() == whole)
    }
}
