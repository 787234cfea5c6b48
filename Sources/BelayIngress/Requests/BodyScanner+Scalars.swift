import BelayJSON

extension BodyScanner {
    /// Walks from the opening quote to behind the closing one.
    ///
    /// - Returns: Whether there was an escape.
    mutating func skipString() throws(Fault) -> Bool {
        self.position &+= 1
        var hasEscapes = false
        while true {
            self.skipPlain()
            guard self.position < self.count else { throw self.fault("string without an end") }
            let byte = self.bytes[self.position]
            switch byte {
            case UInt8(ascii: "\""):
                self.position &+= 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try self.skipEscape()
            case 0..<0x20: throw self.fault("control character in a string")
            default: try self.skipMultibyte()
            }
        }
    }

    /// Comes to the next byte that is a quote, a backslash, a control character, or not ASCII.
    ///
    /// Eight bytes at a time: `(x - 0x01…) & ~x & 0x80…` marks the zero bytes of x. A borrow may mark bytes above the
    /// first match wrongly, never below it, and only the lowest mark is used.
    @inline(__always)
    private mutating func skipPlain() {
        guard let base = self.bytes.baseAddress else { return }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        while self.position &+ 8 <= self.count {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: self.position, as: UInt64.self))
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let quotes = (quote &- ones) & ~quote
            let backslashes = (backslash &- ones) & ~backslash
            let controls = (word &- 0x2020_2020_2020_2020) & ~word
            let marks = (quotes | backslashes | controls | word) & high
            if marks != 0 {
                self.position &+= marks.trailingZeroBitCount >> 3
                return
            }
            self.position &+= 8
        }
        while self.position < self.count {
            let byte = self.bytes[self.position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return }
            self.position &+= 1
        }
    }

    /// One scalar of two to four bytes (Unicode 16, table 3-7).
    private mutating func skipMultibyte() throws(Fault) {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch self.bytes[self.position] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw self.fault("string that is not UTF-8")
        }
        guard self.position &+ length <= self.count, second.contains(self.bytes[self.position &+ 1]) else {
            throw self.fault("string that is not UTF-8")
        }
        for offset in 2..<max(2, length) where self.bytes[self.position &+ offset] & 0xC0 != 0x80 {
            throw self.fault("string that is not UTF-8")
        }
        self.position &+= length
    }

    private mutating func skipEscape() throws(Fault) {
        guard self.position &+ 1 < self.count else { throw self.fault("string without an end") }
        switch self.bytes[self.position &+ 1] {
        case 0x22, 0x5C, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            self.position &+= 2
        case UInt8(ascii: "u"):
            let unit = try self.codeUnit(at: self.position)
            if unit & 0xFC00 == 0xD800 {
                let low = try self.codeUnit(at: self.position &+ 6)
                guard low & 0xFC00 == 0xDC00 else { throw self.fault("lone surrogate in a string") }
                self.position &+= 12
            } else {
                guard unit & 0xFC00 != 0xDC00 else { throw self.fault("lone surrogate in a string") }
                self.position &+= 6
            }
        default: throw self.fault("unknown escape in a string")
        }
    }

    /// The value of `\uXXXX` at an offset.
    private func codeUnit(at offset: Int) throws(Fault) -> UInt32 {
        guard offset &+ 6 <= self.count, self.bytes[offset] == UInt8(ascii: "\\"),
            self.bytes[offset &+ 1] == UInt8(ascii: "u")
        else { throw self.fault("incomplete \\u escape in a string") }
        var value: UInt32 = 0
        for byte in self.bytes[(offset &+ 2)..<(offset &+ 6)] {
            guard let digit = Self.hexDigit(byte) else { throw self.fault("incomplete \\u escape in a string") }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x37
        default: nil
        }
    }

    mutating func skipLiteral(_ text: StaticString) throws(Fault) {
        let length = text.utf8CodeUnitCount
        guard self.position &+ length <= self.count else { throw self.fault("expected a value") }
        for offset in 0..<length where self.bytes[self.position &+ offset] != text.utf8Start[offset] {
            throw self.fault("expected a value")
        }
        self.position &+= length
    }

    mutating func skipNumber() throws(Fault) {
        let start = self.position
        _ = self.consume(UInt8(ascii: "-"))
        let firstDigit = self.position
        try self.skipDigits()
        let length = self.position &- firstDigit
        guard length == 1 || self.bytes[firstDigit] != UInt8(ascii: "0") else {
            throw self.fault("number with a leading zero")
        }
        if self.consume(UInt8(ascii: ".")) { try self.skipDigits() }
        if self.position < self.count, self.bytes[self.position] | 0x20 == UInt8(ascii: "e") { try self.skipExponent() }
        guard self.position &- start <= JSON.Number.maximumLength else {
            throw self.fault("number with more than 1,024 characters")
        }
    }

    private mutating func skipExponent() throws(Fault) {
        self.position &+= 1
        if !self.consume(UInt8(ascii: "+")) { _ = self.consume(UInt8(ascii: "-")) }
        var start = self.position
        try self.skipDigits()
        while start < self.position, self.bytes[start] == UInt8(ascii: "0") { start &+= 1 }
        let digits = self.position &- start
        let isLarge = digits > 16 || digits == 16 && !self.isTenToTheFifteenth(from: start)
        guard !isLarge else { throw self.fault("number with an exponent beyond 10^15") }
    }

    /// The largest exponent has sixteen digits.
    private func isTenToTheFifteenth(from start: Int) -> Bool {
        self.bytes[start] == UInt8(ascii: "1")
            && self.bytes[(start &+ 1)..<(start &+ 16)].allSatisfy { $0 == UInt8(ascii: "0") }
    }

    private mutating func skipDigits() throws(Fault) {
        let start = self.position
        while self.position < self.count, self.bytes[self.position] &- 0x30 < 10 { self.position &+= 1 }
        guard self.position > start else { throw self.fault("expected a digit") }
    }
}
