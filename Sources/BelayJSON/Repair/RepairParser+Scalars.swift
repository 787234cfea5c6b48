extension RepairParser {
    /// Skips white space and comments; whether a line ended.
    mutating func skipSpace() throws(Failure) -> Bool {
        var sawLineBreak = false
        while let next = self.next {
            if next == 0x0A || next == 0x0D { sawLineBreak = true }
            if next == 0x20 || (0x09...0x0D).contains(next) {
                self.position += 1
            } else if self.bytes[self.position...].starts(with: [0xC2, 0xA0]) {
                self.position += 2  // A no-break space, which models copy from web pages.
            } else if next == UInt8(ascii: "#") || self.bytes[self.position...].starts(with: "//".utf8) {
                self.note(.removedComment)
                self.skip(to: [0x0A])
            } else if self.bytes[self.position...].starts(with: "/*".utf8) {
                self.note(.removedComment)
                self.skip(to: Array("*/".utf8))
            } else {
                break
            }
        }
        return sawLineBreak
    }

    private mutating func skip(to end: [UInt8]) {
        while self.position < self.bytes.count, !self.bytes[self.position...].starts(with: end) { self.position += 1 }
        self.position = min(self.position + end.count, self.bytes.count)
    }

    /// A literal or a number.
    mutating func scalar() throws(Failure) -> JSON {
        let start = self.position
        while let next = self.next, InternetFormat.isAlphanumeric(next) || "+-._".utf8.contains(next) {
            self.position += 1
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        guard !text.isEmpty else { throw .hopeless }
        if let literal = Self.literals[text] {
            if !["true", "false", "null"].contains(text) { self.note(.convertedLiteral) }
            return literal
        }
        // Of what stands last, nobody knows how it would have gone on: 12 may be the beginning of 1200.
        let isLast = self.next == nil
        if isLast, Self.literals.keys.contains(where: { $0.hasPrefix(text) }) { throw .unfinished }
        guard let number = self.number(text) else {
            throw isLast && Self.mayBecomeNumber(text) ? .unfinished : .hopeless
        }
        if isLast { throw .unfinished }
        return number
    }

    private static let literals: [String: JSON] = [
        "true": true, "false": false, "null": nil, "True": true, "False": false, "None": nil, "TRUE": true,
        "FALSE": false, "NULL": nil,
    ]

    private mutating func number(_ text: String) -> JSON? {
        if let number = try? JSON.parse(text) { return number }
        var corrected = text
        if corrected.hasPrefix("+") { corrected.removeFirst() }
        if corrected.hasPrefix(".") { corrected = "0" + corrected }
        if corrected.hasPrefix("-.") { corrected = "-0" + corrected.dropFirst() }
        if corrected.hasSuffix(".") { corrected += "0" }
        guard let number = try? JSON.parse(corrected) else { return nil }
        self.note(.convertedNumber)
        return number
    }

    private static func mayBecomeNumber(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
    }
}
