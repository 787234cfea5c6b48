extension JSON {
    /// Encodes a value straight into JSON, without a text in between.
    ///
    /// `Date` becomes an RFC 3339 string in UTC (to the microsecond), `Data` base64, `URL` and `UUID` strings, `Decimal` a
    /// number with all its digits. Dictionaries with string keys are written in the order of their keys.
    /// - Throws: `EncodingError` for NaN and infinities, for dates outside the years 0 to 9999, for nesting beyond 256
    ///   levels, and whatever the value's own `encode(to:)` throws.
    public init<Value: Encodable>(encoding value: Value) throws {
        self = try JSONTreeEncoder(path: nil).json(for: value)
    }

    /// Decodes this value as `init(encoding:)` would have written it.
    ///
    /// Numbers must fit exactly into integer types (`2.0` fits) and are rounded to the nearest `Double` or `Float`. Members
    /// that the type doesn't ask for are ignored.
    /// - Throws: `DecodingError` with the coding path to the value that is missing or of the wrong kind.
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONTreeDecoder(value: self, path: nil).unboxed(type)
    }
}

/// With this module's own coders a `JSON` passes through as it is; other coders see ordinary containers, and numbers
/// beyond `Int64` and `UInt64` only as precisely as a `Double`.
extension JSON: Codable {
    public init(from decoder: any Decoder) throws {
        if let own = decoder as? JSONTreeDecoder {
            self = own.value
        } else if let keyed = try? decoder.container(keyedBy: JSONCodingKey.self) {
            self = .object(
                Object(try keyed.allKeys.map { (key: $0.stringValue, value: try keyed.decode(JSON.self, forKey: $0)) }))
        } else if var unkeyed = try? decoder.unkeyedContainer() {
            var values: [JSON] = []
            while !unkeyed.isAtEnd { values.append(try unkeyed.decode(JSON.self)) }
            self = .array(values)
        } else {
            self = try Self.scalar(in: decoder.singleValueContainer())
        }
    }

    private static func scalar(in container: any SingleValueDecodingContainer) throws -> JSON {
        if container.decodeNil() { return .null }
        // Foreign decoders offer no way to ask for the kind; a failed attempt is the question.
        if let value = try? container.decode(Bool.self) { return .bool(value) }
        if let value = try? container.decode(Int64.self) { return .int(value) }
        if let value = try? container.decode(UInt64.self) { return JSON(value) }
        if let value = try? container.decode(Double.self) { return JSON(value) }
        return .string(try container.decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        if let own = encoder as? JSONTreeEncoder { return own.set(self) }
        switch self {
        case .array(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .object(let object):
            var container = encoder.container(keyedBy: JSONCodingKey.self)
            for member in object { try container.encode(member.value, forKey: JSONCodingKey(stringValue: member.key)) }
        default:
            var container = encoder.singleValueContainer()
            try self.encodeScalar(into: &container)
        }
    }

    private func encodeScalar(into container: inout any SingleValueEncodingContainer) throws {
        switch self {
        case .null, .array, .object: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .number(let number):
            if let value = UInt64(number.text) {
                try container.encode(value)
            } else if let value = number.doubleValue {
                try container.encode(value)
            } else {
                throw EncodingError.invalidValue(
                    number, .init(codingPath: container.codingPath, debugDescription: "\(number) is beyond Double"))
            }
        }
    }
}

extension JSON.Object: Codable {
    public init(from decoder: any Decoder) throws {
        guard case .object(let object) = try JSON(from: decoder) else {
            throw DecodingError.typeMismatch(
                Self.self, .init(codingPath: decoder.codingPath, debugDescription: "expected an object"))
        }
        self = object
    }

    public func encode(to encoder: any Encoder) throws { try JSON.object(self).encode(to: encoder) }
}
