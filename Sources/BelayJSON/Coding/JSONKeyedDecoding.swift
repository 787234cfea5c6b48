struct JSONKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSON.Object
    let path: JSONCodingPath?

    var codingPath: [any CodingKey] { JSONCodingPath.keys(of: self.path) }
    var allKeys: [Key] { self.object.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { self.object[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try self.value(key).isNull }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        if case .bool(let value) = try self.value(key) { return value }
        return try self.decoder(key).bool()
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        if case .string(let value) = try self.value(key) { return value }
        return try self.decoder(key).string()
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try self.decoder(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try self.decoder(key).float() }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try self.integer(key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try self.integer(key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try self.integer(key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try self.integer(key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try self.integer(key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try self.integer(key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try self.integer(key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try self.integer(key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try self.integer(key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try self.integer(key) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try self.decoder(key).unboxed(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try self.decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try self.decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try self.decoder(JSONCodingKey(stringValue: "super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try self.decoder(key) }

    private func integer<Value: FixedWidthInteger>(_ key: Key) throws -> Value {
        if case .int(let value) = try self.value(key), let integer = Value(exactly: value) { return integer }
        return try self.decoder(key).integer(Value.self)
    }

    private func decoder(_ key: any CodingKey) throws -> JSONTreeDecoder {
        JSONTreeDecoder(value: try self.value(key), path: JSONCodingPath(self.path, key))
    }

    private func value(_ key: any CodingKey) throws -> JSON {
        guard let value = self.object[key.stringValue] else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: self.codingPath, debugDescription: "no member '\(key.stringValue)'"))
        }
        return value
    }
}
