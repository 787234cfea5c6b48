struct JSONUnkeyedDecoding: UnkeyedDecodingContainer {
    let values: [JSON]
    let path: JSONCodingPath?
    private(set) var currentIndex = 0

    init(values: [JSON], path: JSONCodingPath?) {
        self.values = values
        self.path = path
    }

    var codingPath: [any CodingKey] { JSONCodingPath.keys(of: self.path) }
    var count: Int? { self.values.count }
    var isAtEnd: Bool { self.currentIndex >= self.values.count }

    mutating func decodeNil() throws -> Bool {
        let isNull = try self.current().value.isNull
        if isNull { self.currentIndex += 1 }
        return isNull
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try self.next { try $0.bool() } }
    mutating func decode(_ type: String.Type) throws -> String { try self.next { try $0.string() } }
    mutating func decode(_ type: Double.Type) throws -> Double { try self.next { try $0.double() } }
    mutating func decode(_ type: Float.Type) throws -> Float { try self.next { try $0.float() } }
    mutating func decode(_ type: Int.Type) throws -> Int { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try self.next { try $0.integer(type) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try self.next { try $0.integer(type) } }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try self.next { try $0.unboxed(type) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try self.next { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try self.next { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try self.next { $0 } }

    /// Moves on only when the element could be read, as `UnkeyedDecodingContainer` asks.
    private mutating func next<Value>(_ body: (JSONTreeDecoder) throws -> Value) throws -> Value {
        let value = try body(self.current())
        self.currentIndex += 1
        return value
    }

    private func current() throws -> JSONTreeDecoder {
        let path = JSONCodingPath(self.path, JSONCodingKey(intValue: self.currentIndex))
        guard !self.isAtEnd else {
            throw DecodingError.valueNotFound(
                JSON.self,
                .init(
                    codingPath: JSONCodingPath.keys(of: path),
                    debugDescription: "the array has only \(self.values.count) elements"))
        }
        return JSONTreeDecoder(value: self.values[self.currentIndex], path: path)
    }
}

struct JSONSingleDecoding: SingleValueDecodingContainer {
    let decoder: JSONTreeDecoder

    var codingPath: [any CodingKey] { self.decoder.codingPath }

    func decodeNil() -> Bool { self.decoder.value.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try self.decoder.bool() }
    func decode(_ type: String.Type) throws -> String { try self.decoder.string() }
    func decode(_ type: Double.Type) throws -> Double { try self.decoder.double() }
    func decode(_ type: Float.Type) throws -> Float { try self.decoder.float() }
    func decode(_ type: Int.Type) throws -> Int { try self.decoder.integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try self.decoder.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try self.decoder.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try self.decoder.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try self.decoder.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try self.decoder.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try self.decoder.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try self.decoder.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try self.decoder.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try self.decoder.integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try self.decoder.unboxed(type) }
}
