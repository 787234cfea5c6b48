import Testing

@testable import BelayTools

struct LineSplitterTests {
    private func lines(_ chunks: [String], limit: Int = 1_000) throws -> [String] {
        var splitter = LineSplitter(limit: limit)
        var lines: [String] = []
        for chunk in chunks {
            try Array(chunk.utf8).withUnsafeBytes { bytes in
                try splitter.push(bytes) { lines.append(String(decoding: $0, as: UTF8.self)) }
            }
        }
        return lines
    }

    @Test func cutsAtLineFeedsOnly() throws {
        #expect(try self.lines(["a\u{2028}b\u{85}c\u{0B}d\ne\n"]) == ["a\u{2028}b\u{85}c\u{0B}d", "e"])
    }

    @Test func joinsWhatCameInPieces() throws {
        #expect(try self.lines(["{\"a\":", "1}", "\n{\"b\"", ":2}\n", "rest"]) == ["{\"a\":1}", "{\"b\":2}"])
    }

    @Test func acceptsCarriageReturnsAndLeavesEmptyLinesOut() throws {
        #expect(try self.lines(["a\r\n\r\n\nb\r\n"]) == ["a", "b"])
    }

    @Test func refusesALineOverTheLimit() throws {
        #expect(try self.lines([String(repeating: "x", count: 10), "\n"], limit: 10).count == 1)
        #expect(throws: LineSplitter.LineTooLong.self) {
            try self.lines([String(repeating: "x", count: 6), "xxxxx"], limit: 10)
        }
    }
}
