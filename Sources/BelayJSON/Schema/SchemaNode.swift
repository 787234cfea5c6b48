/// One compiled schema. Others are named by their position in `JSONSchema.nodes`, since schemas may refer to themselves.
struct SchemaNode: Sendable {
    /// The schema resource that it belongs to, which counts for dynamic references.
    var resource: Int
    /// In the order of evaluation: what looks at unevaluated parts comes last.
    var checks: [SchemaCheck] = []
    /// Whether it has to know which parts of the value its subschemas evaluated.
    var needsMarks = false
    /// The schema `false`.
    var isNever = false
}

struct SchemaCheck: Sendable {
    var keyword: String
    var rule: Rule

    enum Rule: Sendable {
        case never
        case type(SchemaTypes)
        case oneOfValues(Set<JSON>, listing: String)
        case constant(JSON)
        case multiple(of: JSON)
        case limit(JSON, Limit)
        case length(minimum: Int?, maximum: Int?)
        case itemCount(minimum: Int?, maximum: Int?)
        case memberCount(minimum: Int?, maximum: Int?)
        case pattern(JSONPattern)
        case format(String, SchemaFormat)
        case uniqueItems
        case required([String])
        case requiredWith([(key: String, required: [String])])
        case reference(Int)
        case dynamicReference(fallback: Int, anchor: String)
        case all([Int])
        case any([Int])
        case one([Int])
        case not(Int)
        case condition(if: Int, then: Int?, else: Int?)
        case schemasWith([(key: String, node: Int)])
        case properties(SchemaProperties)
        case propertyNames(Int)
        case items(prefix: [Int], rest: Int?)
        case contains(Int, minimum: Int, maximum: Int?, marks: Bool)
        case unevaluatedProperties(Int)
        case unevaluatedItems(Int)
    }

    enum Limit: Sendable { case minimum, maximum, exclusiveMinimum, exclusiveMaximum }
}

struct SchemaProperties: Sendable {
    var named: [JSON.Object.IndexKey: Int] = [:]
    var patterns: [(pattern: JSONPattern, node: Int)] = []
    var additional: Int?
}

/// The kinds of values that `type` allows.
struct SchemaTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = SchemaTypes(rawValue: 1), boolean = SchemaTypes(rawValue: 2), integer = SchemaTypes(rawValue: 4)
    static let number = SchemaTypes(rawValue: 8), string = SchemaTypes(rawValue: 16)
    static let array = SchemaTypes(rawValue: 32), object = SchemaTypes(rawValue: 64)

    static let names: [(name: String, type: SchemaTypes)] = [
        ("null", .null), ("boolean", .boolean), ("integer", .integer), ("number", .number), ("string", .string),
        ("array", .array), ("object", .object),
    ]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(name: String) {
        guard let type = Self.names.first(where: { $0.name == name })?.type else { return nil }
        self = type
    }

    func allows(_ json: JSON) -> Bool {
        switch json {
        case .null: self.contains(.null)
        case .bool: self.contains(.boolean)
        case .int: !self.isDisjoint(with: [.integer, .number])
        case .number(let number): self.contains(.number) || self.contains(.integer) && number.isInteger
        case .string: self.contains(.string)
        case .array: self.contains(.array)
        case .object: self.contains(.object)
        }
    }

    var listing: String { Self.names.filter { self.contains($0.type) }.map(\.name).joined(separator: " or ") }
}
