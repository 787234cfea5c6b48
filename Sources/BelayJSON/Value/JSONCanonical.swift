extension JSON {
    /// The same bytes for equal values, for digests and comparison: compact, with each object's keys sorted.
    ///
    /// By the rules of RFC 8785 (keys by UTF-16 code units, numbers as ECMAScript writes them), except that numbers are
    /// never rounded to `Double`: 1.0 and 1 are the same, 0.1 and 0.10000000000000001 are not.
    public func canonicalBytes() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(256)
        JSONWriter.appendCanonical(self, to: &output)
        return output
    }
}

extension JSONWriter {
    static func appendCanonical(_ value: JSON, to output: inout [UInt8]) {
        switch value {
        case .null, .bool, .int, .string: value.write(into: &output)
        case .number(let number): Self.append(canonical: number, to: &output)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (position, element) in values.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                Self.appendCanonical(element, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            let sorted = object.members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
            for (position, member) in sorted.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                Self.append(quoted: member.key, to: &output)
                output.append(UInt8(ascii: ":"))
                Self.appendCanonical(member.value, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func append(canonical number: JSON.Number, to output: inout [UInt8]) {
        if let int = number.int64Value { return Self.append(int, to: &output) }
        let decimal = JSONDecimal(number)
        let digits = decimal.digits.map { $0 + 0x30 }
        let scale = decimal.scale
        if decimal.isNegative { output.append(UInt8(ascii: "-")) }
        // The four layouts of ECMAScript's Number::toString.
        switch scale {
        case digits.count...max(21, digits.count) where scale <= 21:
            output.append(contentsOf: digits)
            output.append(contentsOf: repeatElement(0x30, count: scale - digits.count))
        case 1...21:
            output.append(contentsOf: digits[..<scale])
            output.append(UInt8(ascii: "."))
            output.append(contentsOf: digits[scale...])
        case -5...0:
            Self.append("0.", to: &output)
            output.append(contentsOf: repeatElement(0x30, count: -scale))
            output.append(contentsOf: digits)
        default:
            output.append(digits[0])
            if digits.count > 1 { output.append(UInt8(ascii: ".")) }
            output.append(contentsOf: digits[1...])
            output.append(contentsOf: "e\(scale > 0 ? "+" : "-")\(abs(scale - 1))".utf8)
        }
    }
}
