/// One JSON value (RFC 8259), exact: integers are `Int64`, every other number keeps its text, objects keep their order.
///
/// Equality is JSON's, not the text's: `1`, `1.0` and `10e-1` are equal, the order of an object's members doesn't count,
/// and strings are equal when their code points are (no Unicode normalisation). `Hashable` agrees with that.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    /// Any number that is not written as an `Int64`: a fraction, an exponent, a larger integer, or `-0`.
    case number(JSON.Number)
    case string(String)
    case array([JSON])
    case object(JSON.Object)

    public init(_ value: Bool) { self = .bool(value) }
    public init(_ value: String) { self = .string(value) }
    public init(_ value: [JSON]) { self = .array(value) }
    public init(_ value: Object) { self = .object(value) }

    /// Any integer; those beyond `Int64` become a `JSON.Number`.
    public init<Value: BinaryInteger>(_ value: Value) {
        if let small = Int64(exactly: value) {
            self = .int(small)
        } else {
            self = .number(Number(unchecked: String(value)))
        }
    }

    /// A floating-point number in its shortest exact form; integral values up to 2^53 become `.int`.
    ///
    /// What JSON cannot write (NaN and the infinities) becomes `.null`, as in ECMAScript's `JSON.stringify`.
    public init(_ value: Double) {
        if let whole = Int64(exactly: value), whole.magnitude <= 1 << 53, !(whole == 0 && value.sign == .minus) {
            self = .int(whole)
        } else if let number = Number(value) {
            self = .number(number)
        } else {
            self = .null
        }
    }
}

extension JSON: Hashable {
    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.int(let int), .number(let number)), (.number(let number), .int(let int)): number.int64Value == int
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.hasSameCodePoints(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .int(let value): Number.hash(value, into: &hasher)
        case .number(let value): value.hash(into: &hasher)
        case .string(let value):
            hasher.combine(3)
            hasher.combine(value)
        case .array(let values):
            hasher.combine(4)
            hasher.combine(values)
        case .object(let value): value.hash(into: &hasher)
        }
    }
}

extension String {
    /// Whether both are the same sequence of Unicode code points; `==` would also accept canonical equivalents.
    func hasSameCodePoints(as other: String) -> Bool {
        guard self.utf8.count == other.utf8.count else { return false }
        let areEqual = self.utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in JSONScan.areEqual(left, right) }
        }
        return (areEqual ?? nil) ?? self.utf8.elementsEqual(other.utf8)
    }
}
