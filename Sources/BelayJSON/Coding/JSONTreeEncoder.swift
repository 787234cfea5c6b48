/// What is encoded so far at one place of the tree. A reference, since containers may be handed out and filled later.
final class JSONEncodingSlot {
    private enum Kind { case empty, single, array, object }

    private var kind = Kind.empty
    private var single = JSON.null
    private var values: [JSON] = []
    private var members: [JSON.Object.Member] = []
    /// The places whose value is only complete at the end.
    private var late: [(position: Int, slot: JSONEncodingSlot)] = []

    var count: Int { self.values.count }

    func set(_ json: JSON) {
        self.kind = .single
        self.single = json
    }

    func becomeArray() { if self.kind == .empty { self.kind = .array } }
    func becomeObject() { if self.kind == .empty { self.kind = .object } }

    func append(_ json: JSON) { self.values.append(json) }
    func append(_ key: String, _ json: JSON) { self.members.append(JSON.Object.Member(key: key, value: json)) }

    func append(_ slot: JSONEncodingSlot) {
        self.late.append((position: self.values.count, slot: slot))
        self.append(.null)
    }

    func append(_ key: String, _ slot: JSONEncodingSlot) {
        self.late.append((position: self.members.count, slot: slot))
        self.append(key, .null)
    }

    /// The finished value; an empty object when nothing was encoded.
    var json: JSON {
        switch self.kind {
        case .empty: return .object(JSON.Object())
        case .single: return self.single
        case .array:
            for (position, slot) in self.late { self.values[position] = slot.json }
            return .array(self.values)
        case .object:
            for (position, slot) in self.late { self.members[position].value = slot.json }
            return .object(JSON.Object(members: self.members))
        }
    }
}

final class JSONTreeEncoder: Encoder {
    static let maximumDepth = 256

    let path: JSONCodingPath?
    let slot = JSONEncodingSlot()

    init(path: JSONCodingPath?) { self.path = path }

    var codingPath: [any CodingKey] { JSONCodingPath.keys(of: self.path) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func set(_ json: JSON) { self.slot.set(json) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        self.slot.becomeObject()
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(slot: self.slot, path: self.path))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        self.slot.becomeArray()
        return JSONUnkeyedEncoding(slot: self.slot, path: self.path)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONSingleEncoding(slot: self.slot, path: self.path)
    }

    /// Encodes a whole value whose place is this encoder's path.
    func json<Value: Encodable>(for value: Value) throws -> JSON {
        if Value.self == JSON.self, let json = value as? JSON { return json }
        do {
            if JSONScalars.isSpecial(Value.self), let json = try JSONScalars.json(for: value) { return json }
        } catch {
            throw self.invalid(value, error.reason)
        }
        guard (self.path?.depth ?? 0) <= Self.maximumDepth else {
            throw self.invalid(value, "nested deeper than \(Self.maximumDepth) levels")
        }
        if let dictionary = value as? any StringKeyedDictionary { return try self.json(forSorted: dictionary) }
        try value.encode(to: self)
        return self.slot.json
    }

    private func json(forSorted dictionary: any StringKeyedDictionary) throws -> JSON {
        var members: [JSON.Object.Member] = []
        try dictionary.forEachSorted { key, value in
            let path = JSONCodingPath(self.path, JSONCodingKey(stringValue: key))
            members.append(JSON.Object.Member(key: key, value: try JSONTreeEncoder(path: path).json(for: value)))
        }
        return .object(JSON.Object(members: members))
    }

    private func invalid(_ value: Any, _ reason: String) -> EncodingError {
        EncodingError.invalidValue(value, .init(codingPath: self.codingPath, debugDescription: reason))
    }

    static func number<Value: BinaryFloatingPoint & CustomStringConvertible>(
        _ value: Value, path: @autoclosure () -> [any CodingKey]
    ) throws -> JSON {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: path(), debugDescription: "JSON has no way to write \(value)"))
        }
        if let double = value as? Double { return JSON(double) }
        // The shortest text of a `Float` is shorter than that of the same value as a `Double`.
        return JSON.Number(value.description).map { $0.int64Value.map(JSON.int) ?? .number($0) } ?? JSON(Double(value))
    }
}
