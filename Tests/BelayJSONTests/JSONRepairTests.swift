import BelayJSON
import Testing

struct JSONRepairTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var value: JSON
        var kinds: Set<JSONRepair.Repair.Kind>
        var testDescription: String { self.text }

        init(_ text: String, _ value: JSON, _ kinds: Set<JSONRepair.Repair.Kind>) {
            self.text = text
            self.value = value
            self.kinds = kinds
        }
    }

    static let repairable = [
        Case(#"{"a": 1}"#, ["a": 1], []),
        Case("42", 42, []),
        Case("Sure! Here it is:\n{\"a\": 1}\nAnything else?", ["a": 1], [.removedSurroundingText]),
        Case("```json\n{\"a\": 1}\n```", ["a": 1], [.removedCodeFence]),
        Case(
            "See [1].\n```\n{\"a\": \"```x```\"}\n```\nBye", ["a": "```x```"],
            [
                .removedCodeFence, .removedSurroundingText, .removedOtherValue,
            ]),
        Case("As in [note], {\"a\": 1}", ["a": 1], [.removedSurroundingText]),
        Case("{\"a\": 1} or again {\"a\": 1}", ["a": 1], [.removedSurroundingText]),
        Case("{\"a\": [1, 2,], }", ["a": [1, 2]], [.removedTrailingComma]),
        Case("{'a': 'it\\'s', “b”: “c”}", ["a": "it's", "b": "c"], [.convertedQuotes, .correctedEscape]),
        Case("{a: 1, b_2: 2}", ["a": 1, "b_2": 2], [.quotedKey]),
        Case("{\"a\": True, \"b\": None, \"c\": FALSE}", ["a": true, "b": nil, "c": false], [.convertedLiteral]),
        Case("{\"a\": 1, // one\n # two\n /* three */ \"b\": 2}", ["a": 1, "b": 2], [.removedComment]),
        Case("{\"a\": \"line 1\nline 2\t.\"}", ["a": "line 1\nline 2\t."], [.escapedControlCharacter]),
        Case(#"{"path": "C:\dir\x", "re": "\d+"}"#, ["path": #"C:\dir\x"#, "re": #"\d+"#], [.correctedEscape]),
        Case("{\"a\": 1 \"b\": 2}", ["a": 1, "b": 2], [.addedComma]),
        Case("[{\"a\": 1} {\"a\": 2}]", [["a": 1], ["a": 2]], [.addedComma]),
        Case("{\"a\": +1, \"b\": .5, \"c\": 2.}", ["a": 1, "b": 0.5, "c": 2], [.convertedNumber]),
        Case("{\"a\": [1, 2}", ["a": [1, 2]], [.closedBracket]),
        Case("{\"a\": [1, {\"b\": \"c", ["a": [1, ["b": "c"]]], [.closedString, .closedBracket]),
        Case(
            "```json\n{\"a\": \"b\n```\n", ["a": "b"],
            [.closedString, .closedBracket, .escapedControlCharacter, .removedCodeFence]),
        Case("```json\n{\"a\": \"b\",\n```\n", ["a": "b"], [.closedBracket, .removedCodeFence]),
        Case("{\"a\": 1, \"amount\": 12", ["a": 1], [.removedUnfinishedValue, .closedBracket]),
        Case("{\"a\": 1, \"amou", ["a": 1], [.removedUnfinishedValue, .closedBracket]),
        Case("{\"a\": 1, \"b\": tr", ["a": 1], [.removedUnfinishedValue, .closedBracket]),
        Case("{\"a\": \"x\\u00", ["a": "x"], [.closedString, .closedBracket]),
        Case(#"{"a": "\ud800!"}"#, ["a": "\u{FFFD}!"], [.correctedEscape]),
        Case("{\"a\": 1}}", ["a": 1], [.removedSurroundingText]),
    ]

    @Test(arguments: Self.repairable)
    func repairsAndSaysHow(example: Case) throws {
        let repaired = try #require(JSONRepair.repair(example.text))
        #expect(repaired.value == example.value)
        #expect(Set(repaired.repairs.map(\.kind)) == example.kinds)
    }

    @Test(arguments: [
        "", "no JSON here", "{", "{\"a\": active}", "{\"a\": oops, \"b\": {\"c\": 1}}", "[oops, {\"c\": 1}]",
        "{\"a\": 1}\n{\"b\": 2}", "[1 2]", "[1,,2]", "{\"a\": \"say \"hi\" now\"}", "{\"a\": NaN}", "{\"a\": 1,000}",
        "{\"a\": 1\n\nLet me know!", "[\"a\" \"b\"]", "{{\"a\": 1}}", "{\"a\" 1}", "[1, 2)",
    ])
    func refusesToGuess(text: String) {
        #expect(JSONRepair.repair(text) == nil)
    }

    @Test func tellsThatTheTextWasCutOff() {
        #expect(JSONRepair.repair("{\"a\": [1, 2, 3")?.isTruncated == true)
        #expect(JSONRepair.repair("{\"a\": [1, 2, 3],}")?.isTruncated == false)
        #expect(JSONRepair.repair("{\"a\": [1, 2, 3")?.value == ["a": [1, 2]])
    }

    @Test func everyPrefixKeepsItsCompletedValues() throws {
        let text = #"{"a": [1, 2, {"b": "x\ny"}], "c": null, "d": {"e": [true, -2.5e3]}}"#
        let full = try JSON.parse(text)
        for length in 1..<text.utf8.count {
            guard let repaired = JSONRepair.repair(String(text.prefix(length))) else { continue }
            for (key, value) in try #require(repaired.value.objectValue)
            where repaired.value.objectValue?.keys.last != key {
                #expect(value == full[key], "after \(length) bytes")
            }
            #expect(repaired.isTruncated)
        }
    }

    @Test func staysWithinItsBounds() {
        #expect(JSONRepair.repair(String(repeating: "[", count: 200)) == nil)
        #expect(JSONRepair.repair(String(repeating: "{x} ", count: 1000)) == nil)
        #expect(JSONRepair.repair(String(repeating: " ", count: 1 << 20) + "{a:1}") == nil)
        let long = "[" + String(repeating: "'x',", count: 100_000) + "]"
        #expect(JSONRepair.repair(long)?.value.arrayValue?.count == 100_000)
        #expect(JSONRepair.repair(long)?.repairs.count == 64)
    }
}
