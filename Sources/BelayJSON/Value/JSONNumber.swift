extension JSON {
    /// A number exactly as it was written. Comparison and equality are by value and exact: no rounding to `Double`.
    ///
    /// At most 1,024 characters, with an exponent of at most ±10^15: beyond that neither the parser nor `init` accepts
    /// it, so that exact arithmetic has a bounded cost.
    public struct Number: Sendable {
        public static let maximumLength = 1_024
        static let maximumExponent = 1_000_000_000_000_000

        /// The JSON number, such as `1.50`, `-0`, `1e400` or `18446744073709551616`.
        public let text: String

        /// Nil when the text is not a JSON number or beyond the limits.
        public init?(_ text: String) {
            let parsed = Array(text.utf8).withUnsafeBufferPointer { bytes -> Bool in
                guard let base = bytes.baseAddress else { return false }
                var parser = JSONParser(base: base, count: bytes.count, depthLimit: 0)
                guard (try? parser.number()) != nil else { return false }
                return parser.position == bytes.count
            }
            guard parsed else { return nil }
            self.text = text
        }

        /// The shortest text that gives the value back; nil for NaN and the infinities.
        public init?(_ value: Double) {
            guard value.isFinite else { return nil }
            self.text = "\(value)"
        }

        /// For text that is known to be a JSON number within the limits.
        init(unchecked text: String) { self.text = text }

        /// The nearest `Double`; nil when the number is beyond its range. What is too small becomes 0.
        public var doubleValue: Double? {
            guard let value = Double(self.text), value.isFinite else { return nil }
            return value
        }

        /// The value as an `Int64`, if it is one exactly (`2.0` and `2e3` are).
        public var int64Value: Int64? { Int64(self.text) ?? JSONDecimal(self).int64Value }

        public var isInteger: Bool { JSONDecimal(self).isInteger }
    }
}

extension JSON.Number: Hashable, Comparable {
    public static func == (left: Self, right: Self) -> Bool {
        left.text == right.text || JSONDecimal(left) == JSONDecimal(right)
    }

    public static func < (left: Self, right: Self) -> Bool { JSONDecimal(left) < JSONDecimal(right) }

    public func hash(into hasher: inout Hasher) {
        if let int = self.int64Value {
            Self.hash(int, into: &hasher)
        } else {
            hasher.combine(6)
            hasher.combine(JSONDecimal(self))
        }
    }

    /// Equal numbers must have equal hashes, however they are written.
    static func hash(_ value: Int64, into hasher: inout Hasher) {
        hasher.combine(2)
        hasher.combine(value)
    }
}

extension JSON.Number: CustomStringConvertible {
    public var description: String { self.text }
}
