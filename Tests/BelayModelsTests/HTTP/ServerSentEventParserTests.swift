import BelayTesting
import Testing

@testable import BelayHTTP

struct ServerSentEventParserTests {
    private func parse(_ text: String) throws -> [ServerSentEventParser.Item] {
        var parser = ServerSentEventParser()
        return try parser.append(Array(text.utf8))
    }

    private func event(_ data: String, name: String = "message", id: String? = nil) -> ServerSentEventParser.Item {
        .event(ServerSentEvent(name: name, data: data, id: id))
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func acceptsEveryLineEnding(ending: String) throws {
        let text = ["event: delta", "data: one", "data: two", "", "data:three", "", ""].joined(separator: ending)
        #expect(try self.parse(text) == [self.event("one\ntwo", name: "delta"), self.event("three")])
    }

    @Test func skipsOneByteOrderMarkAtTheStartOnly() throws {
        #expect(try self.parse("\u{FEFF}data: a\n\ndata: \u{FEFF}b\n\n") == [self.event("a"), self.event("\u{FEFF}b")])
    }

    @Test func reportsCommentsAsSuch() throws {
        #expect(try self.parse(": ping\n\n:\ndata: a\n\n") == [.comment, .comment, self.event("a")])
    }

    @Test func anEventWithoutDataIsNone() throws {
        #expect(try self.parse("event: ping\n\nid: 7\n\n") == [])
    }

    @Test func emptyDataIsAnEventAndOnlyOneSpaceIsTaken() throws {
        #expect(try self.parse("data\n\ndata:  x\n\n") == [self.event(""), self.event(" x")])
    }

    @Test func keepsTheLastIDOverEvents() throws {
        #expect(
            try self.parse("id: 1\ndata: a\n\ndata: b\n\nid: bad\u{0}\ndata: c\n\n") == [
                self.event("a", id: "1"), self.event("b", id: "1"), self.event("c", id: "1"),
            ])
    }

    @Test func dropsWhatIsNotComplete() throws {
        #expect(try self.parse("data: a\n\ndata: cut\n") == [self.event("a")])
    }

    @Test func anEventOverTheLimitIsRefused() throws {
        var parser = ServerSentEventParser(maxEventBytes: 16)
        #expect(try parser.append(Array("data: 0123456789\n\n".utf8)).count == 1)
        #expect(throws: ServerSentEventParser.TooLarge(limit: 16)) {
            try parser.append(Array("data: 01234567890".utf8))
        }
    }

    @Test func linesOfOneEventCountTogetherAndCommentsDoNot() throws {
        var parser = ServerSentEventParser(maxEventBytes: 16)
        for _ in 0..<10 { _ = try parser.append(Array(": comment\n".utf8)) }
        _ = try parser.append(Array("data: 01\n".utf8))
        #expect(throws: ServerSentEventParser.TooLarge(limit: 16)) { try parser.append(Array("data: 234\n".utf8)) }
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func givesTheSameEventsHoweverTheBytesAreCut(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "data: ", "data:", "event: x", ": c", "id: 3", "\n", "\r\n", "\r", "\n\n", "é", "日本", "🧗", ":", " ", "a",
            "\u{FEFF}",
        ]
        let text = (0..<Int.random(in: 1...60, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        let bytes = Array(text.joined().utf8)
        let whole = try self.parse(text.joined())
        var parser = ServerSentEventParser()
        var items: [ServerSentEventParser.Item] = []
        for chunk in bytes.cut(using: &random) { items += try parser.append(chunk) }
        #expect(items == whole, "seed \(seed): \(text.joined().debugDescription)")
    }
}
