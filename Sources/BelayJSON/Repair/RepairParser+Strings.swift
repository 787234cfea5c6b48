extension RepairParser {
    /// A string in any kind of quotes; nil when there is none here. `unfinished` for a key that the text cuts off.
    mutating func string(isKey: Bool = false) throws(Failure) -> String? {
        guard let closing = self.openingQuote() else { return nil }
        var text: [UInt8] = []
        var hasControls = false
        while !self.bytes[self.position...].starts(with: closing) {
            guard self.position < self.bytes.count else { return try self.closed(&text, isKey: isKey) }
            let byte = self.bytes[self.position]
            if byte == UInt8(ascii: "\\") {
                guard self.escape(into: &text) else { return try self.closed(&text, isKey: isKey) }
            } else {
                if byte < 0x20, !hasControls {
                    hasControls = true
                    self.note(.escapedControlCharacter)
                }
                text.append(byte)
                self.position += 1
            }
        }
        self.position += closing.count
        return String(decoding: text, as: UTF8.self)
    }

    /// Passes the opening quote and returns the closing one.
    private mutating func openingQuote() -> [UInt8]? {
        for (opening, closing) in Self.quotes where self.bytes[self.position...].starts(with: opening) {
            if opening != [UInt8(ascii: "\"")] { self.note(.convertedQuotes) }
            self.position += opening.count
            return closing
        }
        return nil
    }

    private static let quotes: [(opening: [UInt8], closing: [UInt8])] = [
        ("\"", "\""), ("'", "'"), ("\u{201C}", "\u{201D}"), ("\u{2018}", "\u{2019}"),
    ].map { (opening: Array($0.0.utf8), closing: Array($0.1.utf8)) }

    /// Ends a string at the end of the text, without the end of a code block that it ran over.
    private mutating func closed(_ text: inout [UInt8], isKey: Bool) throws(Failure) -> String {
        self.position = self.bytes.count
        if isKey { throw .unfinished }
        var rest = text[...]
        while let last = rest.last, last <= 0x20 { rest.removeLast() }
        if rest.suffix(4).elementsEqual([0x0A] + Self.fence) { text = Array(rest.dropLast(4)) }
        self.note(.closedString)
        return String(decoding: text, as: UTF8.self)
    }

    /// One escape; false when the text ends within it.
    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard self.position + 1 < self.bytes.count else { return false }
        let byte = self.bytes[self.position + 1]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): return self.unicodeEscape(into: &text)
        case UInt8(ascii: "'"):
            self.note(.correctedEscape)
            text.append(byte)
        case 0x0A: self.note(.correctedEscape)  // A line continued, as in Python and JavaScript.
        default:
            // Most often a path or a regular expression, whose backslash is meant.
            self.note(.correctedEscape)
            text.append(UInt8(ascii: "\\"))
            self.position += 1
            return true
        }
        self.position += 2
        return true
    }

    private mutating func unicodeEscape(into text: inout [UInt8]) -> Bool {
        guard let unit = self.codeUnit(at: self.position) else {
            // Cut off at the end, or no hexadecimal digits: then the backslash is meant.
            guard self.position + 6 <= self.bytes.count else { return false }
            self.note(.correctedEscape)
            text.append(UInt8(ascii: "\\"))
            self.position += 1
            return true
        }
        self.position += 6
        if unit & 0xFC00 == 0xD800, let low = self.codeUnit(at: self.position), low & 0xFC00 == 0xDC00,
            let scalar = Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF))
        {
            self.position += 6
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        } else if let scalar = Unicode.Scalar(unit) {
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        } else {
            self.note(.correctedEscape)
            text.append(contentsOf: "\u{FFFD}".utf8)
        }
        return true
    }

    private func codeUnit(at offset: Int) -> UInt32? {
        guard offset + 6 <= self.bytes.count, self.bytes[offset] == UInt8(ascii: "\\"),
            self.bytes[offset + 1] == UInt8(ascii: "u")
        else { return nil }
        var value: UInt32 = 0
        for byte in self.bytes[(offset + 2)..<(offset + 6)] {
            guard let digit = JSONScan.hexDigit(byte) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
