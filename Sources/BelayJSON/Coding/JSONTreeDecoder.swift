/// Reads one value of the tree.
struct JSONTreeDecoder: Decoder {
    let value: JSON
    let path: JSONCodingPath?

    var codingPath: [any CodingKey] { JSONCodingPath.keys(of: self.path) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = self.value else { throw self.mismatch([String: Any].self, "an object") }
        return KeyedDecodingContainer(JSONKeyedDecoding<Key>(object: object, path: self.path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let values) = self.value else { throw self.mismatch([Any].self, "an array") }
        return JSONUnkeyedDecoding(values: values, path: self.path)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { JSONSingleDecoding(decoder: self) }

    func unboxed<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == JSON.self, let json = self.value as? Value { return json }
        guard JSONScalars.isSpecial(type) else { return try Value(from: self) }
        guard let special = JSONScalars.value(of: type, from: self.value) as? Value else {
            throw self.mismatch(type, "\(type)")
        }
        return special
    }

    func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        guard let integer: Value = JSONScalars.integer(self.value) else { throw self.mismatch(type, "an \(type)") }
        return integer
    }

    func string() throws -> String {
        guard case .string(let text) = self.value else { throw self.mismatch(String.self, "a string") }
        return text
    }

    func bool() throws -> Bool {
        guard case .bool(let bool) = self.value else { throw self.mismatch(Bool.self, "a boolean") }
        return bool
    }

    func double() throws -> Double {
        guard let double = self.value.doubleValue else { throw self.mismatch(Double.self, "a number within Double") }
        return double
    }

    func float() throws -> Float {
        guard let float = JSONScalars.float(self.value) else {
            throw self.mismatch(Float.self, "a number within Float")
        }
        return float
    }

    private func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: self.codingPath, debugDescription: "expected \(expected) but found \(self.value.excerpt)")
        return self.value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }
}

extension JSON {
    /// The kind, with the value where it is short: what an error message can show.
    var excerpt: String {
        switch self {
        case .null: "null"
        case .bool, .int, .number: "the \(self.kind) \(self.serialized().prefix(40))"
        case .string, .array, .object: "a value of type \(self.kind)"
        }
    }
}
