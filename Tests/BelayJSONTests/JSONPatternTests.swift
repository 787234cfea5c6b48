import Testing

@testable import BelayJSON

struct JSONPatternTests {
    @Test(arguments: [
        ("a", "cat", true), ("^a", "cat", false), ("t$", "cat", true), ("^$", "", true), ("", "x", true),
        ("a|b|", "z", true),
        ("^(?:ab|cd)+$", "abcdab", true), ("^(?:ab|cd)+$", "abc", false), ("^a{2,3}$", "aa", true),
        ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaa", true), ("^.{3,20}$", "ab", false),
        ("^.{3,20}$", "abc", true), ("^(ab){9,12}$", "abababababababababab", true), ("^a+?b$", "aab", true),
        ("^[a-c]+$", "abcabc", true), ("^[^a-c]+$", "xyz", true), ("^[^a-c]+$", "xbz", false),
        ("^[\\d-]+$", "1-2", true),
        ("^[]$", "", false), ("^[^]$", "\n", true), ("^.$", "\n", false), ("^.$", "\u{1F600}", true),
        ("^\\w+$", "a_9", true), ("^\\w+$", "\u{E9}", false), ("^\\s$", "\u{FEFF}", true), ("^\\S$", "\u{3000}", false),
        ("^\\d$", "\u{0967}", false), ("^\\u{1F600}$", "\u{1F600}", true), ("^\\ud83d\\ude00$", "\u{1F600}", true),
        ("^\\x41\\u0042\\cJ\\0$", "AB\n\0", true), ("\\bcat\\b", "a cat!", true), ("\\bcat\\b", "concat", false),
        ("\\Bat", "cat", true), ("^(?=.*\\d)(?=.*[a-z]).{4,}$", "ab1c", true),
        ("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abcd", false),
        ("^(?!.*foo).*$", "bar", true), ("^(?!.*foo).*$", "a foo", false), ("(?<=\\$)\\d+", "cost $42", true),
        ("(?<!\\$)\\b\\d+", "cost $42", false), ("^(a|b)\\1$", "aa", true), ("^(a|b)\\1$", "ab", false),
        ("^(?<x>.)(?<y>.)\\k<y>\\k<x>$", "abba", true), ("^\\k<x>(?<x>a)$", "a", true),
        ("^\\p{Lu}\\p{Letter}+$", "\u{C9}a", true),
        ("^\\P{L}+$", "123", true), ("^[\\p{Nd}\\p{Emoji}]+$", "1\u{1F600}", true), ("^(a*)*$", "aaa", true),
        ("^(a*)*$", "aab", false), ("^(?:a?){3}a{3}$", "aaa", true), ("^a{,2}$", "a{,2}", true), ("^\\{}$", "{}", true),
        ("^\\-\\/\\@$", "-/@", true), ("^[\\]a]+$", "]a", true), ("(?:(?=a)ab|ac)d", "xacd", true),
        ("(?=ab)a(?=b)b(?=c)", "abc", true), ("^(?:(?=a)a|(?=b)b)*$", "abab", true),
    ])
    func agreesWithECMAScript(pattern: String, text: String, matches: Bool) throws {
        #expect(try JSONPattern(pattern).matches(text) == matches)
    }

    @Test(arguments: [
        "(", ")", "[", "a**", "*a", "+", "?", "a{2,1}", "{1}", "(?<x", "(?<>a)", "(?x)", "\\", "\\a", "\\1", "\\k<x>",
        "\\u12",
        "\\u{110000}", "\\x4", "\\c1", "\\01", "[b-a]", "[\\a]", "\\p{Nope}", "\\p{Script=Greek}", "\\pL",
        "(?:(?:a{999}){999}){999}",
    ])
    func refusesWhatIsNoPattern(pattern: String) {
        #expect(throws: JSONPattern.Invalid.self) { try JSONPattern(pattern) }
    }

    @Test(.timeLimit(.minutes(5)))
    func emptyRepetitionsCostNothing() throws {
        #expect(try JSONPattern("^(?:(?:){999999999}){999999999}(?:a{0}){999999999}b$").matches("b"))
        #expect(try JSONPattern("^(?:(?:)*)*(?:a?)*b$").matches("aab"))
    }

    @Test func refusesHugePatterns() {
        #expect(throws: JSONPattern.Invalid.self) { try JSONPattern(String(repeating: "a", count: 10_001)) }
        #expect(throws: JSONPattern.Invalid.self) { try JSONPattern(String(repeating: "(", count: 5_000)) }
    }

    @Test(.timeLimit(.minutes(5)))
    func longTextsAreDecidedOrRefusedInTime() throws {
        let text = String(repeating: "ab", count: 100_000)
        #expect(try JSONPattern("^(?:[a-z]+)*$").matches(text))
        #expect(try JSONPattern("^[a-z]{1,500000}$").matches(text))
        #expect(try !JSONPattern("c$").matches(text))
        #expect(throws: PatternMatcher.Undecided.self) {
            try JSONPattern("^(?:(?:a|b)?){500}$").matches(text)
        }
    }
}
