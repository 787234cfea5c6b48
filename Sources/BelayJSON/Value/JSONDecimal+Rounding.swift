extension JSON.Number {
    /// The least integer that is not below the number times a power of ten; nil beyond `Int64`.
    package func roundedUp(timesTenTo exponent: Int) -> Int64? {
        let number = JSONDecimal(self)
        let scaled = JSONDecimal(
            isNegative: number.isNegative, digits: number.digits, scale: number.scale + exponent)
        if scaled.isInteger { return scaled.int64Value }
        // Less than one in magnitude: nothing stands in front of the point.
        guard scaled.scale > 0 else { return scaled.isNegative ? 0 : 1 }
        let whole = JSONDecimal(
            isNegative: scaled.isNegative, digits: Array(scaled.digits.prefix(scaled.scale)), scale: scaled.scale)
        guard let value = whole.int64Value else { return nil }
        return scaled.isNegative ? value : value == .max ? nil : value + 1
    }
}

extension JSON.Number {
    /// Whether it is less than zero; `-0` is not.
    package var isNegative: Bool { JSONDecimal(self).isNegative }
}
