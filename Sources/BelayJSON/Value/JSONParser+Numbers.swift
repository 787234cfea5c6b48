extension JSONParser {
    mutating func number() throws(Fault) -> JSON {
        let start = self.position
        let isNegative = self.position < self.count && self.base[self.position] == UInt8(ascii: "-")
        if isNegative { self.position &+= 1 }
        let firstDigit = self.position
        let magnitude = try self.digits()
        let length = self.position &- firstDigit
        guard length == 1 || self.base[firstDigit] != UInt8(ascii: "0") else {
            self.position = firstDigit
            throw self.fault("number with a leading zero")
        }
        let isWhole = try self.skipFractionAndExponent()
        if isWhole, length <= 18, !(isNegative && magnitude == 0) {
            return .int(isNegative ? -magnitude : magnitude)
        }
        guard self.position &- start <= JSON.Number.maximumLength else {
            self.position = start
            throw self.fault("number with more than 1,024 characters")
        }
        let text = String(
            decoding: UnsafeBufferPointer(start: self.base + start, count: self.position &- start), as: UTF8.self)
        // `-0` is an `Int64` to Swift, but would lose its sign.
        if isWhole, length >= 18, let value = Int64(text) { return .int(value) }
        return .number(JSON.Number(unchecked: text))
    }

    /// Skips at least one digit; the value is right for up to 18 of them.
    @inline(__always)
    private mutating func digits() throws(Fault) -> Int64 {
        let start = self.position
        var value: Int64 = 0
        while self.position < self.count {
            let digit = self.base[self.position] &- 0x30
            guard digit < 10 else { break }
            value = value &* 10 &+ Int64(digit)
            self.position &+= 1
        }
        guard self.position > start else { throw self.fault("expected a digit") }
        return value
    }

    /// Whether there was neither.
    @inline(__always)
    private mutating func skipFractionAndExponent() throws(Fault) -> Bool {
        var isWhole = true
        if self.position < self.count, self.base[self.position] == UInt8(ascii: ".") {
            isWhole = false
            self.position &+= 1
            _ = try self.digits()
        }
        if self.position < self.count, self.base[self.position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            self.position &+= 1
            try self.skipExponent()
        }
        return isWhole
    }

    private mutating func skipExponent() throws(Fault) {
        if self.position < self.count {
            let sign = self.base[self.position]
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { self.position &+= 1 }
        }
        var start = self.position
        let exponent = try self.digits()
        while start < self.position, self.base[start] == UInt8(ascii: "0") { start &+= 1 }
        guard self.position &- start <= 16, exponent <= JSON.Number.maximumExponent else {
            throw self.fault("number with an exponent beyond 10^15")
        }
    }
}
