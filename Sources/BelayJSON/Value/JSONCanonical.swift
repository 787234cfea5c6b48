extension JSON {
    /// The same bytes for equal values, for digests and comparison: compact, with each object's keys sorted.
    ///
    /// By the rules of RFC 8785 (keys by UTF-16 code units, numbers as ECMAScript writes them), except that numbers are
    /// never rounded to `Double`: 1.0 and 1 are the same, 0.1 and 0.10000000000000001 are not.
    public func canonicalBytes() -> [UInt8] {
        var writer = JSONWriter()
        defer { writer.deallocate() }
        writer.appendCanonical(self)
        return Array(writer.written)
    }
}

extension JSONWriter {
    mutating func appendCanonical(_ value: JSON) {
        switch value {
        case .null, .bool, .int, .string: self.append(value)
        case .number(let number): self.append(canonical: number)
        case .array(let values):
            self.append(UInt8(ascii: "["))
            for element in values {
                self.appendCanonical(element)
                self.append(UInt8(ascii: ","))
            }
            self.close(with: UInt8(ascii: "]"), afterComma: !values.isEmpty)
        case .object(let object):
            self.append(UInt8(ascii: "{"))
            for member in object.members.sorted(by: { Self.isInOrder($0.key, $1.key) }) {
                self.append(quoted: member.key)
                self.append(UInt8(ascii: ":"))
                self.appendCanonical(member.value)
                self.append(UInt8(ascii: ","))
            }
            self.close(with: UInt8(ascii: "}"), afterComma: !object.isEmpty)
        }
    }

    private static func isInOrder(_ left: String, _ right: String) -> Bool {
        left.utf16.lexicographicallyPrecedes(right.utf16)
    }

    private mutating func append(canonical number: JSON.Number) {
        if let int = number.int64Value { return self.append(.int(int)) }
        let decimal = JSONDecimal(number)
        let digits = decimal.digits.map { $0 + 0x30 }
        let scale = decimal.scale
        if decimal.isNegative { self.append(UInt8(ascii: "-")) }
        // The four layouts of ECMAScript's Number::toString.
        switch scale {
        case digits.count...max(21, digits.count) where scale <= 21:
            self.append(each: digits)
            self.append(each: repeatElement(0x30, count: scale - digits.count))
        case 1...21:
            self.append(each: digits[..<scale])
            self.append(UInt8(ascii: "."))
            self.append(each: digits[scale...])
        case -5...0:
            self.append(literal: "0.")
            self.append(each: repeatElement(0x30, count: -scale))
            self.append(each: digits)
        default:
            self.append(digits[0])
            if digits.count > 1 { self.append(UInt8(ascii: ".")) }
            self.append(each: digits[1...])
            self.append(raw: "e\(scale > 0 ? "+" : "-")\(abs(scale - 1))")
        }
    }
}
