import BelayJSON
import BelayResilience
import Testing

struct JSONParserTests {
    @Test func readsEveryKindOfValue() throws {
        let json = try JSON.parse(#" {"a":[1,-2.5,true,false,null,"x"],"b":{}} "#)
        #expect(json == ["a": [1, -2.5, true, false, nil, "x"], "b": [:]])
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
        "{'a':1}",
        "{1:2}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1}", "{\"a\":1]", "]", "}", ",", ":", "1 2", "{} {}", "nul",
        "nulll",
        "tru", "True", "NaN", "Infinity", "-Infinity", "undefined", "+1", "-", "--1", "01", "-01", "00", ".5", "2.",
        "2.e3", "1e", "1e+", "1e1.5", "0x10", "1_000", "1e99999999999999999999", "\"", "\"abc", "\"\\\"", "\"\\x41\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"", "\"\u{1}\"",
        "\"a\nb\"", "\"\t\"", "// x\n1", "/* x */ 1", "\u{FEFF}1", "\u{A0}1", "[1]\u{0}",
    ])
    func refusesWhatIsNotJSON(text: String) {
        #expect(throws: JSON.ParseError.self) { try JSON.parse(text) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
            [0x22, 0xE2, 0x82, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0xEF, 0xBB, 0xBF, 0x31],
            [0xFE, 0xFF, 0x00, 0x31],
            [0x31, 0x00],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        #expect(throws: JSON.ParseError.self) { try JSON.parse(bytes) }
    }

    @Test func readsEveryEscape() throws {
        let json = try JSON.parse(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00\u0000""#)
        #expect(json == .string("\"\\/\u{8}\u{C}\n\r\tA\u{E9}\u{20AC}\u{1F600}\0"))
    }

    @Test func findsTheEndOfAStringAtEveryOffset() throws {
        for length in 0..<40 {
            for tail in ["", "\\n", "é", "\u{1F600}"] {
                let text = String(repeating: "x", count: length) + tail
                #expect(try JSON.parse("\"\(text)\"").stringValue?.replacing("\n", with: "\\n") == text)
            }
        }
    }

    @Test func errorsSayWhere() {
        #expect(throws: JSON.ParseError(offset: 13, line: 2, column: 6, reason: "expected a value")) {
            try JSON.parse("{\"a\": 1\n,\"b\":oops}")
        }
        #expect(throws: JSON.ParseError(offset: 4, line: 1, column: 5, reason: "expected ',' or ']'")) {
            try JSON.parse("[1,2")
        }
    }

    @Test func lastOfRepeatedKeysWins() throws {
        #expect(try JSON.parse(#"{"a":1,"b":2,"a":3}"#).serialized() == #"{"a":3,"b":2}"#)
        let large = (0..<100).map { "\"k\($0 % 50)\":\($0)" }.joined(separator: ",")
        let object = try #require(try JSON.parse("{\(large)}").objectValue)
        #expect(object.count == 50)
        #expect(object.keys.first == "k0" && object["k0"] == 50 && object["k49"] == 99)
    }

    @Test func keepsKeysApartThatOnlyLookEqual() throws {
        let object = try #require(try JSON.parse("{\"\u{E9}\":1,\"e\u{301}\":2}").objectValue)
        #expect(object.count == 2)
        #expect(object["e\u{301}"] == 2)
        #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
    }

    @Test func boundsDepthAndSize() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSON.parse(nested(128)) }
        #expect(throws: JSON.ParseError.self) { try JSON.parse(nested(129)) }
        #expect(throws: JSON.ParseError.self) { try JSON.parse(nested(1_000_000)) }
        #expect(throws: JSON.ParseError.self) { try JSON.parse(String(repeating: "{\"a\":", count: 100_000)) }
        #expect(try JSON.parse("[[1]]", limits: .init(depth: 2)) == [[1]])
        #expect(throws: JSON.ParseError.self) { try JSON.parse("[[1]]", limits: .init(depth: 1)) }
        #expect(throws: JSON.ParseError.self) { try JSON.parse("[1,2]", limits: .init(bytes: 4)) }
        #expect(throws: JSON.ParseError.self) { try JSON.parse(String(repeating: "1", count: 1025)) }
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func givesBackWhatWasWritten(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let json = random.json(depth: 4)
        #expect(try JSON.parse(json.bytes()) == json, "seed \(seed)")
        #expect(try JSON.parse(json.prettyPrinted()) == json, "seed \(seed)")
        let canonical = try JSON.parse(json.canonicalBytes())
        #expect(canonical == json && canonical.hashValue == json.hashValue, "seed \(seed)")
        #expect(canonical.canonicalBytes() == json.canonicalBytes(), "seed \(seed)")
        #expect(try JSON.parse(json.serialized()).serialized() == json.serialized(), "seed \(seed)")
    }

    @Test func repeatedKeysAreRefusedWhereTheyAreNotAllowed() throws {
        let limits = JSON.Limits(allowsRepeatedKeys: false)
        let members = (0..<40).map { "\"k\($0)\":0" }.joined(separator: ",")
        for text in [#"{"a":1,"a":1}"#, #"[{"a":{"b":1,"c":2,"\u0062":3}}]"#, "{\(members),\"k7\":1}"] {
            #expect(throws: JSON.ParseError.self) { try JSON.parse(text, limits: limits) }
            _ = try JSON.parse(text)
        }
        for text in [#"{"a":1,"A":1}"#, #"[{"a":1},{"a":1}]"#, "{\(members)}"] {
            #expect(try JSON.parse(text, limits: limits) == JSON.parse(text))
        }
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func survivesDamage(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = random.json(depth: 3).bytes()
        for _ in 0..<20 {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
            case 1: if bytes.count > 1 { bytes.remove(at: position) }
            default: bytes.insert(Array("{}[]\",:\\u0e-.".utf8).randomElement(using: &random) ?? 0, at: position)
            }
            do {
                let value = try JSON.parse(bytes)
                #expect(try JSON.parse(value.bytes()) == value, "seed \(seed)")
            } catch {
                #expect(
                    (0...bytes.count).contains(error.offset) && error.line >= 1 && error.column >= 1, "seed \(seed)")
            }
            _ = JSONRepair.repair(String(decoding: bytes, as: UTF8.self))
        }
    }
}
