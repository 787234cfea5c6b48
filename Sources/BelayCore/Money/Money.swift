/// An amount of US dollars in whole nano-dollars: exact to add, never rounded on the way. A sum beyond the largest amount
/// is the largest amount.
public struct Money: Sendable, Hashable, Comparable, Codable, AdditiveArithmetic, CustomStringConvertible {
    /// One billionth of a dollar each; from about -9.2 to 9.2 billion dollars.
    public var nanoDollars: Int64

    public static let zero = Money(nanoDollars: 0)

    public init(nanoDollars: Int64) { self.nanoDollars = nanoDollars }

    public init(microDollars: Int64) { self.nanoDollars = microDollars.saturatingProduct(1_000) }

    public init(from decoder: any Decoder) throws {
        self.nanoDollars = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.nanoDollars)
    }

    public static func + (left: Money, right: Money) -> Money {
        Money(nanoDollars: left.nanoDollars.saturatingSum(right.nanoDollars))
    }

    public static func - (left: Money, right: Money) -> Money {
        Money(nanoDollars: left.nanoDollars.saturatingDifference(right.nanoDollars))
    }

    public static func < (left: Money, right: Money) -> Bool { left.nanoDollars < right.nanoDollars }

    /// Dollars with as many decimals as matter, at least two: `$0.50`, `$0.000132`.
    public var description: String {
        let magnitude = self.nanoDollars.magnitude
        // A one before the nine digits keeps their leading zeros.
        var decimals = Array(String(1_000_000_000 + magnitude % 1_000_000_000).utf8.dropFirst())
        while decimals.count > 2, decimals.last == UInt8(ascii: "0") { decimals.removeLast() }
        let sign = self.nanoDollars < 0 ? "-" : ""
        return "\(sign)$\(magnitude / 1_000_000_000).\(String(decoding: decimals, as: UTF8.self))"
    }

    /// Reads a decimal amount of dollars such as `0.50` or `$5`, with at most nine decimals; nil for anything else.
    public init?(dollars text: String) {
        var digits = Substring(text)
        if digits.hasPrefix("$") { digits.removeFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard let whole = parts.first, !whole.isEmpty, !fraction.isEmpty, fraction.count <= 9,
            whole.allSatisfy(\.isASCIIDigit), fraction.allSatisfy(\.isASCIIDigit),
            let dollars = Int64(whole),
            let decimals = Int64(fraction + String(repeating: "0", count: 9 - fraction.count))
        else { return nil }
        let (product, overflow) = dollars.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(decimals)
        guard !overflow, !carry else { return nil }
        self.nanoDollars = sum
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { self.isASCII && self.isWholeNumber }
}
