import BelayCore
import Testing

@testable import BelayModels

struct OutputExpressionTests {
    private static let answer = ModelAnswer(
        content: [
            .text(#"{"total": 12.5, "items": [{"name": "a/b"}], "ok": true, "none": null, "tags": ["x", "y"]}"#),
            .toolCall(ToolCall(id: "c", name: "refund", arguments: "{}")),
        ], stopReason: .endTurn, usage: .zero, model: "m")

    private static func holds(_ text: String, _ answer: ModelAnswer = Self.answer) throws -> Bool {
        try OutputExpression(text).holds(for: answer)
    }

    @Test(arguments: [
        "/total > 12", "/total >= 12.5", "/total < 1e3", "/total <= 12.50", "/total == 12.5", "/total != 13",
        "/items/0/name == 'a/b'", "/items/0/name == \"a/b\"", "/ok", "/ok == true", "/none == null", "not /none",
        "not /missing", "/missing != 3", "not /missing == null", "/tags contains 'x'", "not /tags contains 'z'",
        "text contains '\"total\"'", "text matches '\"total\": *[0-9.]+'", "tools contains 'refund'",
        "json contains 'ok'", "/ok and /total > 1", "/missing or /ok", "/missing and /missing or /ok",
        "/ok and (/missing or /total > 1)", "not (/missing or /none)", "  /ok  ", "/items/0/name > 'a'", "1 < 2",
        "not /total > 'a'", #"'it\'s' contains 'it'"#, "not not /ok", "/total>12", "(/ok)and(/ok)",
    ])
    func holds(_ text: String) throws { #expect(try Self.holds(text)) }

    @Test(arguments: [
        "/total > 13", "/missing", "/none", "/ok == 1", "/items/1", "/items/00", "/items/-1", "text contains 'absent'",
        "text matches '^x'", "/total matches '12'", "not /ok", "/ok and /missing", "/missing > 0",
        "tools contains 'pay'",
    ])
    func doesNotHold(_ text: String) throws { #expect(try !Self.holds(text)) }

    @Test func anAnswerThatIsNoJSONHasNoParts() throws {
        let plain = ModelAnswer(content: [.text("Done.")], stopReason: .endTurn, usage: .zero, model: "m")
        #expect(try Self.holds("text == 'Done.' and not json and not /total", plain))
    }

    @Test(arguments: [
        ("", 1, "must not be empty"), ("/a ==", 6, "needs a pointer"), ("/a = 1", 4, "`=` is no operator"),
        ("(/a", 4, "needs `)`"), ("/a /b", 4, "expected `and`, `or` or the end"),
        ("total > 1", 1, "`total` is no operand"),
        ("text contains 'x", 15, "no end"), ("text matches '('", 14, "not a regular expression"),
        ("text matches /a", 14, "regular expression"),
        ("/a~2", 1, "no JSON Pointer"), ("and /a", 1, "expected a pointer"), ("/a == [1]", 7, "no operand"),
        ("/a => 1", 4, "no operator"), ("/a )", 4, "expected"),
    ])
    func whatIsWrongIsSaidWithItsPlace(text: String, column: Int, reason: String) {
        do {
            _ = try OutputExpression(text)
            Issue.record("\(text) is no expression")
        } catch {
            #expect(error.column == column, "\(error)")
            #expect(error.reason.contains(reason), "\(error)")
        }
    }

    @Test func whatIsTooLongOrTooDeepIsRefused() {
        let deep = String(repeating: "(", count: 60) + "/a" + String(repeating: ")", count: 60)
        #expect(throws: OutputExpression.Invalid.self) { try OutputExpression(deep) }
        #expect(throws: OutputExpression.Invalid.self) {
            try OutputExpression(String(repeating: "not ", count: 60) + "/a")
        }
        #expect(throws: OutputExpression.Invalid.self) {
            try OutputExpression(String(repeating: "/a or ", count: 1_000) + "/a")
        }
        #expect(throws: Never.self) { try OutputExpression(String(repeating: "/a or ", count: 600) + "/a") }
    }
}
