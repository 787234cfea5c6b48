struct JSONUnkeyedEncoding: UnkeyedEncodingContainer {
    let slot: JSONEncodingSlot
    let path: JSONCodingPath?

    var codingPath: [any CodingKey] { JSONCodingPath.keys(of: self.path) }
    var count: Int { self.slot.count }

    private func put(_ json: JSON) { self.slot.append(json) }
    private var elementPath: JSONCodingPath { JSONCodingPath(self.path, JSONCodingKey(intValue: self.count)) }

    func encodeNil() { self.put(.null) }
    func encode(_ value: Bool) { self.put(.bool(value)) }
    func encode(_ value: String) { self.put(.string(value)) }
    func encode(_ value: Double) throws {
        self.put(try JSONTreeEncoder.number(value, path: JSONCodingPath.keys(of: self.elementPath)))
    }
    func encode(_ value: Float) throws {
        self.put(try JSONTreeEncoder.number(value, path: JSONCodingPath.keys(of: self.elementPath)))
    }
    func encode(_ value: Int) { self.put(JSON(value)) }
    func encode(_ value: Int8) { self.put(JSON(value)) }
    func encode(_ value: Int16) { self.put(JSON(value)) }
    func encode(_ value: Int32) { self.put(JSON(value)) }
    func encode(_ value: Int64) { self.put(JSON(value)) }
    func encode(_ value: UInt) { self.put(JSON(value)) }
    func encode(_ value: UInt8) { self.put(JSON(value)) }
    func encode(_ value: UInt16) { self.put(JSON(value)) }
    func encode(_ value: UInt32) { self.put(JSON(value)) }
    func encode(_ value: UInt64) { self.put(JSON(value)) }
    func encode<Value: Encodable>(_ value: Value) throws {
        self.put(try JSONTreeEncoder(path: self.elementPath).json(for: value))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        self.nextEncoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self.nextEncoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { self.nextEncoder() }

    private func nextEncoder() -> JSONTreeEncoder {
        let encoder = JSONTreeEncoder(path: self.elementPath)
        self.slot.append(encoder.slot)
        return encoder
    }
}

struct JSONSingleEncoding: SingleValueEncodingContainer {
    let slot: JSONEncodingSlot
    let path: JSONCodingPath?

    var codingPath: [any CodingKey] { JSONCodingPath.keys(of: self.path) }

    private func put(_ json: JSON) { self.slot.set(json) }

    func encodeNil() { self.put(.null) }
    func encode(_ value: Bool) { self.put(.bool(value)) }
    func encode(_ value: String) { self.put(.string(value)) }
    func encode(_ value: Double) throws { self.put(try JSONTreeEncoder.number(value, path: self.codingPath)) }
    func encode(_ value: Float) throws { self.put(try JSONTreeEncoder.number(value, path: self.codingPath)) }
    func encode(_ value: Int) { self.put(JSON(value)) }
    func encode(_ value: Int8) { self.put(JSON(value)) }
    func encode(_ value: Int16) { self.put(JSON(value)) }
    func encode(_ value: Int32) { self.put(JSON(value)) }
    func encode(_ value: Int64) { self.put(JSON(value)) }
    func encode(_ value: UInt) { self.put(JSON(value)) }
    func encode(_ value: UInt8) { self.put(JSON(value)) }
    func encode(_ value: UInt16) { self.put(JSON(value)) }
    func encode(_ value: UInt32) { self.put(JSON(value)) }
    func encode(_ value: UInt64) { self.put(JSON(value)) }
    func encode<Value: Encodable>(_ value: Value) throws {
        self.put(try JSONTreeEncoder(path: self.path).json(for: value))
    }
}
