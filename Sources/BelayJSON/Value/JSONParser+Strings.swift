extension JSONParser {
    /// Reads from the opening quote to behind the closing one.
    mutating func string() throws(Fault) -> String {
        let start = self.position &+ 1
        let end = JSONScan.special(self.base, from: start, to: self.count)
        if end < self.count, self.base[end] == UInt8(ascii: "\"") {
            let bytes = UnsafeBufferPointer(start: self.base + start, count: end &- start)
            guard let text = JSONScan.string(bytes) else { throw self.fault("string that is not UTF-8") }
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
        guard let valid = text.withUnsafeBufferPointer(JSONScan.string) else {
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
