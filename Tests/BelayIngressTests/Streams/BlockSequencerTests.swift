import BelayCore
import Testing

@testable import BelayIngress

struct BlockSequencerTests {
    private func call(_ id: String, _ arguments: String) -> Content {
        .toolCall(ToolCall(id: id, name: "f", arguments: arguments))
    }

    @Test func interleavedCallsComeOneAfterTheOther() throws {
        var blocks = BlockSequencer()
        #expect(try blocks.apply(.toolCallStarted(index: 0, id: "a", name: "f")) == [.opened(0, self.call("a", ""))])
        #expect(try blocks.apply(.toolCallStarted(index: 1, id: "b", name: "f")) == [])
        #expect(try blocks.apply(.toolCallArgumentsDelta(index: 1, "{\"x\":")) == [])
        #expect(try blocks.apply(.toolCallArgumentsDelta(index: 0, "{")) == [.arguments(0, "{")])
        #expect(
            try blocks.apply(.toolCallArgumentsDelta(index: 0, "}")) == [
                .arguments(0, "}"), .closed(0, self.call("a", "{}")), .opened(1, self.call("b", "")),
                .arguments(1, "{\"x\":"),
            ])
        #expect(try blocks.apply(.toolCallArgumentsDelta(index: 1, "1}")) == [.arguments(1, "1}")])
        #expect(blocks.end() == [.closed(1, self.call("b", "{\"x\":1}"))])
        #expect(blocks.finished == [self.call("a", "{}"), self.call("b", "{\"x\":1}")])
    }

    /// A call without arguments can't be told from one whose arguments are still to come.
    @Test func whatFollowsACallWithoutArgumentsWaitsForTheEnd() throws {
        var blocks = BlockSequencer()
        _ = try blocks.apply(.toolCallStarted(index: 0, id: "a", name: "f"))
        #expect(try blocks.apply(.textDelta("later")) == [])
        #expect(
            blocks.end() == [
                .arguments(0, "{}"), .closed(0, self.call("a", "{}")), .opened(1, .text("")), .text(1, "later"),
                .closed(1, .text("later")),
            ])
    }

    @Test func argumentsAfterTheEndAreAFailure() throws {
        var blocks = BlockSequencer()
        _ = try blocks.apply(.toolCallStarted(index: 0, id: "a", name: "f"))
        _ = try blocks.apply(.toolCallArgumentsDelta(index: 0, "{}"))
        _ = try blocks.apply(.textDelta("on"))
        #expect(try blocks.apply(.toolCallArgumentsDelta(index: 0, " \n")) == [])
        #expect(throws: IngressProblem.self) { try blocks.apply(.toolCallArgumentsDelta(index: 0, "{")) }
        #expect(throws: IngressProblem.self) { try blocks.apply(.toolCallArgumentsDelta(index: 7, "{")) }
    }

    @Test func aSignatureEndsItsReasoning() throws {
        var blocks = BlockSequencer()
        let signed = Content.reasoning(Reasoning(text: "hm", signature: "s", origin: ""))
        _ = try blocks.apply(.reasoningDelta("hm"))
        #expect(try blocks.apply(.reasoningSignature("s")) == [.signature(0, "s")])
        #expect(
            try blocks.apply(.reasoningDelta("more")).first == .closed(0, signed))
        #expect(blocks.end() == [.closed(1, .reasoning(Reasoning(text: "more", origin: "")))])
    }

    @Test(arguments: [
        ("{}", true), ("{", false), (" { \"a\" : \"}\" } ", true), (#"{"a": "\"}"#, false), (#"{"a": "\\"}"#, true),
        ("[1]", true), ("\"{}\"", false), ("7", false), ("", false), ("{\"a\": [{}]}", true), ("{\"a\": [{}]", false),
    ])
    func theEndOfArguments(text: String, isReached: Bool) {
        var whole = ArgumentsEnd()
        whole.read(text)
        #expect(whole.isReached == isReached)
        var pieces = ArgumentsEnd()
        for scalar in text.unicodeScalars { pieces.read(String(scalar)) }
        #expect(pieces.isReached == isReached)
    }
}
