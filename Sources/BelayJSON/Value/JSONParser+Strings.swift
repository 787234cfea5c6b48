extension JSONParser {
    /// Reads from the opening quote to behind the closing one.
    mutating func string() throws(Fault) -> String {
        let start = self.position &+ 1
        let end = JSONScan.special(self.base, from: start, to: self.count)
        if end < self.count, self.base[end] == UInt8(ascii: "\"") {
            let bytes = UnsafeBufferPointer(start: self.base + start, count: end &- start)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw self.fault("string that is not UTF-8")
            }
            self.position = end &+ 1
            return text
        }
        return try self.stringWithEscapes(from: start, firstSpecial: end)
    }

    private mutating func stringWithEscapes(from start: Int, firstSpecial: Int) throws(Fault) -> String {
        let opening = self.position
        var text: [UInt8] = []
        text.reserveCapacity((firstSpecial &- start) * 2 + 16)
        var from = start
        self.position = firstSpecial
        while true {
            text.append(contentsOf: UnsafeBufferPointer(start: self.base + from, count: self.position &- from))
            guard self.position < self.count else { throw self.fault("string without an end") }
            let byte = self.base[self.position]
            if byte == UInt8(ascii: "\"") { break }
            guard byte == UInt8(ascii: "\\") else { throw self.fault("control character in a string") }
            try self.escape(into: &text)
            from = self.position
            self.position = JSONScan.special(self.base, from: from, to: self.count)
        }
        guard let valid = String(validating: text, as: UTF8.self) else {
            self.position = opening
            throw self.fault("string that is not UTF-8")
        }
        self.position &+= 1
        return valid
    }

    private mutating func escape(into text: inout [UInt8]) throws(Fault) {
        guard self.position &+ 1 < self.count else { throw self.fault("string without an end") }
        switch self.base[self.position &+ 1] {
        case UInt8(ascii: "\""): text.append(0x22)
        case UInt8(ascii: "\\"): text.append(0x5C)
        case UInt8(ascii: "/"): text.append(0x2F)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): return try self.unicodeEscape(into: &text)
        default: throw self.fault("unknown escape in a string")
        }
        self.position &+= 2
    }

    private mutating func unicodeEscape(into text: inout [UInt8]) throws(Fault) {
        var code = try self.codeUnit(at: self.position)
        var length = 6
        if code & 0xFC00 == 0xD800 {
            let low = try self.codeUnit(at: self.position &+ 6)
            guard low & 0xFC00 == 0xDC00 else { throw self.fault("lone surrogate in a string") }
            code = 0x10000 &+ ((code & 0x3FF) << 10) &+ (low & 0x3FF)
            length = 12
        }
        guard let scalar = Unicode.Scalar(code) else { throw self.fault("lone surrogate in a string") }
        text.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)  // Every scalar has a UTF-8 form.
        self.position &+= length
    }

    /// The value of `\uXXXX` at an offset.
    private func codeUnit(at offset: Int) throws(Fault) -> UInt32 {
        guard offset &+ 6 <= self.count, self.base[offset] == UInt8(ascii: "\\"),
            self.base[offset &+ 1] == UInt8(ascii: "u")
        else {
            throw self.fault("incomplete \\u escape in a string")
        }
        var value: UInt32 = 0
        for position in (offset &+ 2)..<(offset &+ 6) {
            guard let digit = JSONScan.hexDigit(self.base[position]) else {
                throw self.fault("incomplete \\u escape in a string")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}

enum JSONScan {
    /// Where the next quote, backslash or control character is, at or after `from`; `end` when there is none.
    ///
    /// Eight bytes at a time: `(x - 0x01…) & ~x & 0x80…` marks the zero bytes of x. A borrow may mark bytes above the
    /// first match wrongly, never below it, and only the lowest mark is used.
    static func special(_ base: UnsafePointer<UInt8>, from: Int, to end: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        var position = from
        while position &+ 8 <= end {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let quotes = (quote &- ones) & ~quote
            let backslashes = (backslash &- ones) & ~backslash
            let controls = (word &- 0x2020_2020_2020_2020) & ~word
            let marks = (quotes | backslashes | controls) & high
            if marks != 0 { return position &+ (marks.trailingZeroBitCount >> 3) }
            position &+= 8
        }
        while position < end {
            let byte = base[position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { return position }
            position &+= 1
        }
        return end
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x37
        default: nil
        }
    }
}
