#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How values without containers of their own are written as JSON and read back.
enum JSONScalars {
    /// The types whose own `encode(to:)` would not give what JSON's readers expect; nil for all others.
    static func json<Value>(for value: Value) throws(Unrepresentable) -> JSON? {
        switch value {
        case let value as Date where Value.self == Date.self:
            guard let text = RFC3339.string(from: value) else {
                throw Unrepresentable(reason: "a date outside the years 0 to 9999")
            }
            return .string(text)
        case let value as Data where Value.self == Data.self: return .string(value.base64EncodedString())
        case let value as URL where Value.self == URL.self: return .string(value.absoluteString)
        case let value as UUID where Value.self == UUID.self: return .string(value.uuidString)
        case let value as Decimal where Value.self == Decimal.self:
            guard !value.isNaN, let number = JSON.Number(value.description) else {
                throw Unrepresentable(reason: "a decimal that is not a number")
            }
            return number.int64Value.map(JSON.int) ?? .number(number)
        default: return nil
        }
    }

    struct Unrepresentable: Error {
        let reason: String
    }

    static let special: [ObjectIdentifier] = [
        ObjectIdentifier(Date.self), ObjectIdentifier(Data.self), ObjectIdentifier(URL.self),
        ObjectIdentifier(UUID.self), ObjectIdentifier(Decimal.self),
    ]

    static func isSpecial(_ type: Any.Type) -> Bool { self.special.contains(ObjectIdentifier(type)) }

    /// The value of one of the special types; nil when the JSON has another form.
    static func value(of type: Any.Type, from json: JSON) -> Any? {
        if type == Decimal.self { return self.decimal(json) }
        guard case .string(let text) = json else { return nil }
        if type == Date.self { return RFC3339.date(from: text) }
        if type == Data.self { return Data(base64Encoded: text) }
        if type == URL.self { return URL(string: text) }
        if type == UUID.self { return UUID(uuidString: text) }
        return nil
    }

    private static func decimal(_ json: JSON) -> Decimal? {
        switch json {
        case .int(let value): Decimal(value)
        case .number(let number): Decimal(string: number.text)
        case .string(let text): JSON.Number(text).flatMap { Decimal(string: $0.text) }
        default: nil
        }
    }

    static func integer<Value: FixedWidthInteger>(_ json: JSON) -> Value? {
        switch json {
        case .int(let value): Value(exactly: value)
        case .number(let number): Value(number.text) ?? number.int64Value.flatMap(Value.init(exactly:))
        default: nil
        }
    }

    static func float(_ json: JSON) -> Float? {
        switch json {
        case .int(let value): return Float(value)
        case .number(let number):
            guard let value = Float(number.text), value.isFinite else { return nil }
            return value
        default: return nil
        }
    }
}

/// A dictionary with string keys, whose order would otherwise change from run to run.
protocol StringKeyedDictionary {
    /// Calls the body with each value in the order of the keys.
    func forEachSorted(_ body: (String, any Encodable) throws -> Void) rethrows
}

extension Dictionary: StringKeyedDictionary where Key == String, Value: Encodable {
    func forEachSorted(_ body: (String, any Encodable) throws -> Void) rethrows {
        for (key, value) in self.sorted(by: { $0.key < $1.key }) { try body(key, value) }
    }
}
