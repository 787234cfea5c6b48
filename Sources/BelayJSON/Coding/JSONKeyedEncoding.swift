/// Members of an object, in the order in which they are encoded.
struct JSONKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: JSONEncodingSlot
    let path: JSONCodingPath?

    var codingPath: [any CodingKey] { JSONCodingPath.keys(of: self.path) }

    private func put(_ json: JSON, _ key: Key) { self.slot.append(key.stringValue, json) }
    private func path(to key: any CodingKey) -> JSONCodingPath { JSONCodingPath(self.path, key) }

    func encodeNil(forKey key: Key) { self.put(.null, key) }
    func encode(_ value: Bool, forKey key: Key) { self.put(.bool(value), key) }
    func encode(_ value: String, forKey key: Key) { self.put(.string(value), key) }
    func encode(_ value: Double, forKey key: Key) throws {
        self.put(try JSONTreeEncoder.number(value, path: self.codingPath + [key]), key)
    }
    func encode(_ value: Float, forKey key: Key) throws {
        self.put(try JSONTreeEncoder.number(value, path: self.codingPath + [key]), key)
    }
    func encode(_ value: Int, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: Int8, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: Int16, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: Int32, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: Int64, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: UInt, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: UInt8, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: UInt16, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: UInt32, forKey key: Key) { self.put(JSON(value), key) }
    func encode(_ value: UInt64, forKey key: Key) { self.put(JSON(value), key) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        self.put(try JSONTreeEncoder(path: self.path(to: key)).json(for: value), key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        self.encoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        self.encoder(for: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { self.encoder(for: JSONCodingKey(stringValue: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder { self.encoder(for: key) }

    private func encoder(for key: any CodingKey) -> JSONTreeEncoder {
        let encoder = JSONTreeEncoder(path: self.path(to: key))
        self.slot.append(key.stringValue, encoder.slot)
        return encoder
    }
}
