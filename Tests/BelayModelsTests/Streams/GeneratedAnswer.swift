import BelayCore
import BelayJSON
import BelayTesting

/// An answer of chance, written out as each protocol would send it, at once and streamed.
struct GeneratedAnswer {
    enum Part {
        case text(String)
        case thinking(String, signature: String?)
        case redacted(String)
        case call(id: String, name: String, arguments: String)
    }

    var parts: [Part] = []
    var stop: StopReason = .endTurn
    var usage = Usage.zero

    var calls: [(id: String, name: String, arguments: String)] {
        self.parts.compactMap {
            if case .call(let id, let name, let arguments) = $0 { (id, name, arguments) } else { nil }
        }
    }

    static let texts = [
        "Hello", " ", "é", "日本語", "🧗‍♀️", "\n\n", "\"quoted\"", "\\", "\u{0}", "\u{2028}", "{\"a\":1}", "data: [DONE]",
        "e\u{301}", "a longer piece of text that goes on",
    ]

    static func text(using random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...8, using: &random)).map { _ in Self.texts.randomElement(using: &random) ?? "" }.joined()
    }

    private static func arguments(using random: inout SeededGenerator) -> String {
        switch Int.random(in: 0...3, using: &random) {
        case 0: "{}"
        case 1: JSON.object(["city": .string(Self.text(using: &random)), "n": 12345678901234567]).serialized()
        case 2: JSON.object(["a": [1, 2.50, nil], "b": ["c": true], "": .string("\u{1F600}")]).serialized()
        default: #"{"city":"Z\u00fcrich","emoji":"\ud83e\uddd7"}"#
        }
    }

    /// For a protocol that has text first and then calls.
    static func openAI(using random: inout SeededGenerator) -> GeneratedAnswer {
        var answer = GeneratedAnswer()
        if Bool.random(using: &random) {
            answer.parts.append(.thinking(Self.text(using: &random), signature: nil))
        }
        if Bool.random(using: &random) { answer.parts.append(.text("I say: " + Self.text(using: &random))) }
        answer.addCalls(using: &random)
        return answer
    }

    /// For a protocol with blocks in any order.
    static func anthropic(using random: inout SeededGenerator) -> GeneratedAnswer {
        var answer = GeneratedAnswer()
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            switch Int.random(in: 0...3, using: &random) {
            case 0: answer.parts.append(.thinking(Self.text(using: &random), signature: "sig=\(random.next())"))
            case 1: answer.parts.append(.redacted("opaque\(random.next())"))
            default: answer.parts.append(.text("I say: " + Self.text(using: &random)))
            }
        }
        answer.addCalls(using: &random)
        return answer
    }

    private mutating func addCalls(using random: inout SeededGenerator) {
        let hasText = self.parts.contains { if case .text = $0 { true } else { false } }
        for number in 0..<Int.random(in: hasText ? 0...3 : 1...3, using: &random) {
            self.parts.append(
                .call(id: "call_\(number)", name: "tool_\(number)", arguments: Self.arguments(using: &random)))
        }
        // Servers say "stop" after tool calls, too.
        let honest: StopReason = self.calls.isEmpty ? .endTurn : .toolUse
        self.stop = [honest, honest, .endTurn, .maxTokens].randomElement(using: &random) ?? honest
        self.usage = Usage(
            freshInput: Int.random(in: 1...900, using: &random), cacheRead: Int.random(in: 0...90, using: &random),
            output: Int.random(in: 1...90, using: &random))
    }

    /// The text in pieces of chance, cut between Unicode scalars; the bytes of the stream are cut anywhere later.
    static func pieces(of text: String, using random: inout SeededGenerator) -> [String] {
        Array(text.unicodeScalars).cut(using: &random).map { scalars in
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: scalars)
            return String(piece)
        }
    }

    /// JSON as some servers write it: every character beyond ASCII as an escape.
    static func escaped(_ json: String) -> String {
        var text = ""
        for unit in json.utf16 {
            if unit < 0x80 {
                text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            } else {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }
}
