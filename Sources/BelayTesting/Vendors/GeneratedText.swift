import BelayCore
import BelayJSON

/// Text of chance, of the kinds that get damaged on their way.
package enum GeneratedText {
    /// Line ends of every kind, what looks like a stream's own syntax, what JSON escapes, signs of one to four bytes, and
    /// characters of several code points.
    private static let samples = [
        "Hello", " ", "\t", "\n", "\n\n", "\r\n", "\r", "é", "e\u{301}", "日本語", "שלום", "🧗‍♀️", "👩🏽‍🚀", "🇨🇭", "\u{FE0F}",
        "\u{200D}", "\u{0}", "\u{7}", "\u{1B}[0m", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{FFFD}", "\u{FFFF}",
        "\u{10FFFF}",
        "\"quoted\"", "\\", "\\u0041", "\\n", "{\"a\":1}", "}", "]", "</s>", "<think>", "data: [DONE]", "\n\ndata: x",
        "event: error", ": comment", "[DONE]", "null", "a longer piece of text that goes on",
    ]

    package static func text(using random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 1...8, using: &random) { text += self.sample(using: &random) }
        // One of thirty is very long.
        if Int.random(in: 0..<30, using: &random) == 0 {
            text = String(repeating: text + "and so on, ", count: 20_000 / (text.utf8.count + 11))
        }
        return text
    }

    private static func sample(using random: inout SeededGenerator) -> String {
        if Int.random(in: 0..<6, using: &random) == 0 {
            // The surrogates are no scalars: what falls on them is another sign.
            let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) ?? "?"
            return String(Character(scalar))
        }
        return self.samples.randomElement(using: &random) ?? ""
    }

    /// Arguments of a tool call: a JSON object, written in any way that is one.
    package static func object(using random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: "{}"
        case 2: "{ }"
        case 3: #"{"city":"Z\u00fcrich","emoji":"\ud83e\uddd7","path":"C:\\\/\b"}"#
        case 4: #"{ "a": [1, 2.50, -0, 1e400, 12345678901234567890, null, "}"], "b": {"c": true}, "": "\u007b\"" }"#
        case 5: String(repeating: #"{"deep":["#, count: 20) + "[]" + String(repeating: "]}", count: 20)
        case 6: "{\n  \"text\" : \(JSON.string(self.text(using: &random)).serialized())\n}\n"
        case 7: JSON.object(["rows": .array((0..<300).map { ["id": JSON($0), "name": "row"] })]).serialized()
        default: JSON.object(["city": .string(self.text(using: &random)), "n": 1.5, "list": []]).serialized()
        }
    }

    /// What a model writes that does its part badly, or is cut off by its limit.
    package static func damagedArguments(using random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: String(self.object(using: &random).unicodeScalars.dropLast(1))
        case 1: "{oops"
        case 2: #""no object""#
        default: "[1,2]"
        }
    }

    /// The text in pieces of chance, some of them empty, cut between code points.
    package static func pieces(of text: String, using random: inout SeededGenerator) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return scalars.cut(using: &random).map { scalars in
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: scalars)
            return String(piece)
        }
    }

    /// JSON as some servers write it: every character beyond ASCII as an escape.
    package static func escaped(_ json: String) -> String {
        var text = String.UnicodeScalarView()
        for unit in json.utf16 {
            if unit < 0x80 {
                text.append(Unicode.Scalar(UInt8(unit)))
            } else {
                let digits = String(unit, radix: 16)
                text.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
            }
        }
        return String(text)
    }
}

extension Array {
    /// The elements in chunks of chance, some of them empty; not more than some hundreds of chunks.
    package func cut(using random: inout SeededGenerator) -> [[Element]] {
        var chunks: [[Element]] = []
        var rest = self[...]
        let longest = Int.random(in: (self.count / 200 + 1)...Swift.max(40, self.count / 30), using: &random)
        while !rest.isEmpty {
            let count = Swift.min(rest.count, Int.random(in: 0...longest, using: &random))
            chunks.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return chunks
    }
}
