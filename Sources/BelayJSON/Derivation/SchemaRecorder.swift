/// A decoder that gives placeholders and notes what it is asked for.
final class SchemaRecorder: Decoder {
    let probe: SchemaProbe
    let codingPath: [any CodingKey]
    let draft = SchemaDraftBox()
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(probe: SchemaProbe, codingPath: [any CodingKey]) {
        self.probe = probe
        self.codingPath = codingPath
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        self.draft.becomeObject()
        return KeyedDecodingContainer(SchemaKeyedRecorder<Key>(recorder: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        self.draft.becomeArray()
        return SchemaUnkeyedRecorder(recorder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SchemaSingleRecorder(recorder: self) }
}

struct SchemaKeyedRecorder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: SchemaRecorder

    var codingPath: [any CodingKey] { self.recorder.codingPath }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try self.examine(type, key, isRequired: true)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try self.examine(type, key, isRequired: false)
    }

    // The standard library has a default for each of these, which would ask for a required value.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try self.optional(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try self.optional(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try self.optional(type, key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try self.optional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try self.optional(type, key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try self.optional(type, key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try self.optional(type, key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try self.optional(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try self.optional(type, key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try self.optional(type, key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try self.optional(type, key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try self.optional(type, key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try self.optional(type, key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try self.optional(type, key) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedDecodingContainer<Nested> {
        self.nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer { self.nested(key).unkeyedContainer() }
    func superDecoder() -> any Decoder { self.nested(JSONCodingKey(stringValue: "super")) }
    func superDecoder(forKey key: Key) -> any Decoder { self.nested(key) }

    private func optional<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value? {
        try self.examine(type, key, isRequired: false)
    }

    private func examine<Value: Decodable>(_ type: Value.Type, _ key: Key, isRequired: Bool) throws -> Value {
        let (draft, value) = try self.recorder.probe.examine(type, at: self.codingPath + [key])
        self.recorder.draft.addProperty(
            key.stringValue, isRequired ? draft : .nullable(draft), isRequired: isRequired)
        return value
    }

    private func nested(_ key: any CodingKey) -> SchemaRecorder {
        let nested = SchemaRecorder(probe: self.recorder.probe, codingPath: self.codingPath + [key])
        self.recorder.draft.addProperty(key.stringValue, .recorded(nested.draft), isRequired: true)
        return nested
    }
}

/// An array of one placeholder.
struct SchemaUnkeyedRecorder: UnkeyedDecodingContainer {
    let recorder: SchemaRecorder
    private(set) var currentIndex = 0

    init(recorder: SchemaRecorder) { self.recorder = recorder }

    var codingPath: [any CodingKey] { self.recorder.codingPath }
    var count: Int? { 1 }
    var isAtEnd: Bool { self.currentIndex > 0 }

    func decodeNil() -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let path = try self.nextPath(type)
        let (draft, value) = try self.recorder.probe.examine(type, at: path)
        self.recorder.draft.setItems(draft)
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try self.nested().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try self.nested().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try self.nested() }

    private mutating func nested() throws -> SchemaRecorder {
        let nested = SchemaRecorder(probe: self.recorder.probe, codingPath: try self.nextPath(JSON.self))
        self.recorder.draft.setItems(.recorded(nested.draft))
        return nested
    }

    private mutating func nextPath(_ type: Any.Type) throws -> [any CodingKey] {
        guard !self.isAtEnd else {
            throw self.recorder.probe.underivable(
                type, self.codingPath, "an array whose elements are decoded one by one; use JSONSchemaProviding")
        }
        self.currentIndex += 1
        return self.codingPath + [JSONCodingKey(intValue: 0)]
    }
}

struct SchemaSingleRecorder: SingleValueDecodingContainer {
    let recorder: SchemaRecorder

    var codingPath: [any CodingKey] { self.recorder.codingPath }

    func decodeNil() -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (draft, value) = try self.recorder.probe.examine(type, at: self.codingPath)
        self.recorder.draft.setSingle(draft)
        return value
    }
}
