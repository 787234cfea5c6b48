import BelayJSON
import BelayTesting
import Testing

@testable import BelayIngress

struct RequestPeekTests {
    private func peek(_ body: String) throws(JSON.ParseError) -> RequestPeek { try RequestPeek(Array(body.utf8)) }

    @Test func findsWhatRoutingNeeds() throws {
        let peek = try self.peek(
            #"{"messages": [{"model": "inner", "stream": false}], "model": "gpt-5", "stream": true, "max_tokens": 7}"#)
        #expect(peek.modelName == "gpt-5")
        #expect(peek.streams)
        #expect(peek.maxTokens == .int(7))
    }

    @Test(arguments: ["max_tokens", "max_completion_tokens", "max_output_tokens"])
    func theLimitHasThreeNames(name: String) throws {
        #expect(try self.peek("{\"\(name)\": 12}").maxTokens == .int(12))
    }

    @Test func whatIsMissingOrOfAnotherKindIsToldApart() throws {
        let empty = try self.peek(" {} ")
        #expect(empty.model == .absent)
        #expect(!empty.streams)
        let odd = try self.peek(#"{"model": ["a"], "stream": "true", "max_tokens": 1.5}"#)
        #expect(odd.model == .other)
        #expect(odd.modelName == nil)
        #expect(odd.stream == .string("true"))
        #expect(odd.maxTokens == .other)
        #expect(try self.peek(#"{"model": null}"#).model == .null)
    }

    @Test func ofARepeatedKeyTheLastValueCounts() throws {
        #expect(try self.peek(#"{"model": "a", "model": "b", "stream": true, "stream": false}"#).modelName == "b")
    }

    @Test func aKeyWithEscapesIsTheSameKey() throws {
        let peek = try self.peek(#"{"mod\u0065l": "a\u0062", "str\u0065am": true}"#)
        #expect(peek.modelName == "ab")
        #expect(peek.streams)
    }

    @Test func anotherModelTakesThePlaceOfEveryOne() throws {
        let body = Array(#"{ "model" : "a", "x": "model", "m\u006fdel": 7 }"#.utf8)
        let replaced = try RequestPeek(body).original(body, wire: .chatCompletions).bytes(for: "o\"z")
        #expect(
            String(decoding: replaced, as: UTF8.self) == #"{ "model" : "o\"z", "x": "model", "m\u006fdel": "o\"z" }"#)
    }

    @Test func aBodyWithoutAModelStaysAsItIs() throws {
        let body = Array(#"{"messages": []}"#.utf8)
        #expect(try RequestPeek(body).original(body, wire: .chatCompletions).bytes(for: "x") == body)
    }

    static let refused = [
        "", " ", "[]", "null", "7", "{", "{}x", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1 "b":2}"#, #"{"a":01}"#,
        #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":1e}"#, #"{"a":+1}"#, #"{"a":1e9999999999999999}"#, #"{"a":tru}"#,
        #"{"a":"\x"}"#, #"{"a":"\ud800"}"#, #"{"a":"\udc00"}"#, #"{"a":"\u12"}"#, "{\"a\":\"\n\"}", "{'a':1}",
        #"{"a":[1,]}"#, #"{"a":[1 2]}"#, #"{"a":NaN}"#, "{\"a\":\"b", "\u{FEFF}{}",
    ]

    @Test(arguments: Self.refused)
    func whatIsNoJSONObjectIsRefused(body: String) {
        #expect(throws: JSON.ParseError.self) { try RequestPeek(Array(body.utf8)) }
    }

    /// Bytes that are not UTF-8, in a string, which is the only place for them.
    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func bytesThatAreNotUTF8AreRefused(bytes: [UInt8]) {
        let body = Array(#"{"model":"a"#.utf8) + bytes + Array(#"bbbbbbbbbbbb"}"#.utf8)
        #expect(throws: JSON.ParseError.self) { try RequestPeek(body) }
        #expect(throws: JSON.ParseError.self) { try JSON.parse(body) }
    }

    @Test func depthAndSizeAreBounded() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((#"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}").utf8)
        }
        let limits = JSON.Limits(depth: 10, bytes: 40)
        _ = try RequestPeek(nested(9), limits: limits)
        #expect(throws: JSON.ParseError.self) { try RequestPeek(nested(10), limits: limits) }
        #expect(throws: JSON.ParseError.self) { try RequestPeek(nested(100_000)) }
        #expect(throws: JSON.ParseError.self) { try RequestPeek(nested(30), limits: JSON.Limits(depth: 99, bytes: 40)) }
    }

    /// Bodies of chance, most of them damaged: what the parser says, the peek says.
    @Test func agreesWithTheParserOnEveryBody() throws {
        for seed in UInt64(1)...3_000 {
            var random = SeededGenerator(seed: seed)
            var body = GeneratedBody.bytes(using: &random)
            if Int.random(in: 0...2, using: &random) > 0 { GeneratedBody.damage(&body, using: &random) }
            let parsed = try? JSON.parse(body)
            let peek = try? RequestPeek(body)
            guard let parsed, parsed.objectValue != nil else {
                #expect(peek == nil, "seed \(seed): \(String(decoding: body, as: UTF8.self))")
                continue
            }
            #expect(peek != nil, "seed \(seed): \(String(decoding: body, as: UTF8.self))")
            #expect(peek?.modelName == parsed["model"]?.stringValue, "seed \(seed)")
            #expect(peek?.streams == (parsed["stream"] == true), "seed \(seed)")
            var renamed = parsed
            if parsed["model"] != nil { renamed["model"] = "other/model" }
            #expect(
                try peek.map { try JSON.parse($0.original(body, wire: .messages).bytes(for: "other/model")) }
                    == renamed, "seed \(seed)")
        }
    }
}

/// Bodies of requests of chance, with all that JSON allows.
enum GeneratedBody {
    private static let keys = [
        "model", "stream", "max_tokens", "mod\\u0065l", "messages", "m\\u006fdel", "é", "a\\\"b", "", "model ", "Model",
    ]
    private static let scalars = [
        "\"gpt\"", "\"日本\\n\\u00e9\\ud83e\\uddd7\"", "true", "false", "null", "0", "-0", "-12", "1.5e3",
        "123456789012345678901",
        "\"\"", "{}", "[]", "1E-7", "\"🧗‍♀️\"",
    ]

    static func bytes(using random: inout SeededGenerator) -> [UInt8] {
        Array(self.object(depth: 0, using: &random).utf8)
    }

    private static func object(depth: Int, using random: inout SeededGenerator) -> String {
        let members = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            let key = Self.keys.randomElement(using: &random) ?? ""
            return Self.space(&random) + "\"\(key)\"" + Self.space(&random) + ":"
                + Self.value(depth: depth, using: &random)
        }
        return "{" + members.joined(separator: ",") + Self.space(&random) + "}"
    }

    private static func value(depth: Int, using random: inout SeededGenerator) -> String {
        let text =
            switch depth < 4 ? Int.random(in: 0...5, using: &random) : 5 {
            case 0: Self.object(depth: depth + 1, using: &random)
            case 1:
                "["
                    + (0..<Int.random(in: 0...3, using: &random)).map { _ in
                        Self.value(depth: depth + 1, using: &random)
                    }.joined(separator: ",") + "]"
            default: Self.scalars.randomElement(using: &random) ?? "0"
            }
        return Self.space(&random) + text + Self.space(&random)
    }

    private static func space(_ random: inout SeededGenerator) -> String {
        ["", "", " ", "\n\t\r "].randomElement(using: &random) ?? ""
    }

    /// A byte or two removed, doubled or replaced.
    static func damage(_ body: inout [UInt8], using random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...2, using: &random) where !body.isEmpty {
            let place = body.indices.randomElement(using: &random) ?? 0
            switch Int.random(in: 0...2, using: &random) {
            case 0: body.remove(at: place)
            case 1: body.insert(body[place], at: place)
            default: body[place] = Array("{}[]\",:\\0e-.\u{1}é".utf8).randomElement(using: &random) ?? 0
            }
        }
    }
}
