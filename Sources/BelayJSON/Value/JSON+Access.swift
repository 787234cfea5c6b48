extension JSON {
    /// An object's member; nil when it is absent or when this is not an object.
    ///
    /// Setting a member of something that is not an object replaces it by an object with that one member; setting nil
    /// removes the member, and does nothing to what is not an object.
    public subscript(key: String) -> JSON? {
        get {
            if case .object(let object) = self { object[key] } else { nil }
        }
        set {
            guard case .object(var object) = self else {
                if let newValue { self = .object([key: newValue]) }
                return
            }
            self = .null  // Leaves `object` the only owner, so that the change is made in place.
            object[key] = newValue
            self = .object(object)
        }
    }

    /// An array's element; nil when out of range or when this is not an array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let values) = self, values.indices.contains(index) else { return nil }
        return values[index]
    }

    public var isNull: Bool { if case .null = self { true } else { false } }
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    public var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }
    public var objectValue: Object? { if case .object(let value) = self { value } else { nil } }

    /// The number as an `Int`, if it is one exactly (`2.0` and `2e0` are); nil for everything else.
    public var intValue: Int? {
        switch self {
        case .int(let value): Int(exactly: value)
        case .number(let value): value.int64Value.flatMap(Int.init(exactly:))
        default: nil
        }
    }

    /// The number as the nearest `Double`; nil when it is beyond the range of `Double` or not a number.
    public var doubleValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .number(let value): value.doubleValue
        default: nil
        }
    }

    /// The name of this value's kind as JSON Schema calls it; `integer` for every number without a fraction.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .number(let value): value.isInteger ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
