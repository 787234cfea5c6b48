import BelayCore
import BelayHTTP
import BelayTesting
import Testing

@testable import BelayModels

struct ForcedAnswerStreamTests {
    /// Events as they are; the wrapped machine reads none.
    private struct Silent: ModelStreamMachine {
        var usage = Usage.zero
        var isFinished = false
        mutating func apply(_ event: ServerSentEvent) throws(ModelFailure) -> [ModelStreamEvent] { [] }
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

    /// Streamed and whole are the same answer, whatever comes in which order.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func streamedIsAsWhole(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var events: [ModelStreamEvent] = [.started(model: "m", responseID: nil)]
        let says = Bool.random(using: &random)
        if says {
            for _ in 0..<3 { events.append(.textDelta(["So: ", "well ", "\n"].randomElement(using: &random) ?? "")) }
        }
        let calls = Int.random(in: says ? 0...2 : 1...2, using: &random)
        for index in 0..<calls {
            events.append(.toolCallStarted(index: index, id: "\(index)", name: ForcedAnswer.tool))
            for piece in [#"{"a":"#, "\(index)", "}"] { events.append(.toolCallArgumentsDelta(index: index, piece)) }
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
