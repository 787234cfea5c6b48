/// A number's exact value: ±0.d₁d₂d₃… × 10^scale, without leading or trailing zero digits.
struct JSONDecimal: Hashable {
    let isNegative: Bool
    /// Each 0 to 9; the first and the last are not 0. Empty for zero.
    let digits: [UInt8]
    /// Zero for zero, so that equal values have equal parts.
    let scale: Int

    init(isNegative: Bool, digits: [UInt8], scale: Int) {
        var digits = digits[...]
        var scale = scale
        while digits.first == 0 {
            digits.removeFirst()
            scale -= 1
        }
        while digits.last == 0 { digits.removeLast() }
        self.digits = Array(digits)
        self.isNegative = isNegative && !digits.isEmpty
        self.scale = digits.isEmpty ? 0 : scale
    }

    init(_ value: Int64) {
        let digits = String(value.magnitude).utf8.map { $0 - 0x30 }
        self.init(isNegative: value < 0, digits: digits, scale: digits.count)
    }

    /// Relies on the text being a JSON number with an exponent in range, which `JSON.Number` guarantees.
    init(_ number: JSON.Number) {
        var digits: [UInt8] = []
        var whole: Int?
        var exponent = 0
        var bytes = Substring(number.text).utf8
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes.removeFirst() }
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "."): whole = digits.count
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent = Int(Substring(bytes)) ?? 0
                bytes = Substring().utf8
            default: digits.append(byte - 0x30)
            }
        }
        self.init(isNegative: isNegative, digits: digits, scale: (whole ?? digits.count) + exponent)
    }

    /// Nil for what is not a number.
    init?(_ json: JSON) {
        switch json {
        case .int(let value): self.init(value)
        case .number(let value): self.init(value)
        default: return nil
        }
    }

    var isInteger: Bool { self.scale >= self.digits.count }

    var int64Value: Int64? {
        guard self.isInteger, self.scale <= 19 else { return nil }
        var value: Int64 = 0
        for position in 0..<self.scale {
            let digit = Int64(position < self.digits.count ? self.digits[position] : 0)
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            // Accumulated as a negative number, since `Int64.min` has no positive counterpart.
            let (difference, alsoOverflowed) = product.subtractingReportingOverflow(digit)
            if overflowed || alsoOverflowed { return nil }
            value = difference
        }
        if self.isNegative { return value }
        return value == .min ? nil : -value
    }
}

extension JSONDecimal: Comparable {
    static func < (left: JSONDecimal, right: JSONDecimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isSmallerInMagnitude(than: left) : left.isSmallerInMagnitude(than: right)
    }

    private func isSmallerInMagnitude(than other: JSONDecimal) -> Bool {
        if self.digits.isEmpty || other.digits.isEmpty { return self.digits.isEmpty && !other.digits.isEmpty }
        if self.scale != other.scale { return self.scale < other.scale }
        return self.digits.lexicographicallyPrecedes(other.digits)
    }
}
