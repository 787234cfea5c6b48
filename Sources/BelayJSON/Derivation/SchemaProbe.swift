#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What one derivation has seen so far.
final class SchemaProbe {
    static let maximumTypes = 10_000

    /// The types being decoded, outermost first: meeting one again means that it contains itself.
    private var open: [ObjectIdentifier] = []
    private var count = 0

    /// The schema of a type and a placeholder value of it.
    func examine<Value: Decodable>(
        _ type: Value.Type, at path: [any CodingKey]
    ) throws -> (schema: SchemaDraft, value: Value) {
        self.count += 1
        guard self.count <= Self.maximumTypes else { throw self.underivable(type, path, "more than 10,000 values") }
        if let (schema, value) = Self.scalar(type) {
            guard let value = value as? Value else {
                throw self.underivable(type, path, "its placeholder has another type")
            }
            return (.finished(schema), value)
        }
        if let (schema, value) = try self.named(type, at: path) { return (schema, value) }
        return try self.decoded(type, at: path)
    }

    /// Types that say more than their decoding would.
    private func named<Value: Decodable>(
        _ type: Value.Type, at path: [any CodingKey]
    ) throws -> (schema: SchemaDraft, value: Value)? {
        if let provider = type as? any JSONSchemaProviding.Type {
            return (provider.jsonSchemaExample as? Value).map { (.finished(provider.jsonSchema), $0) }
        }
        if let optional = type as? any SchemaOptional.Type {
            let (schema, value) = try optional.examineWrapped(by: self, at: path)
            return (value as? Value).map { (.nullable(schema), $0) }
        }
        if let dictionary = type as? any SchemaDictionary.Type {
            let (schema, value) = try dictionary.examineValues(by: self, at: path)
            return (value as? Value).map { (.map(of: schema), $0) }
        }
        if let cases = (type as? any CaseIterable.Type).map({ Self.cases($0) }), let first = cases.first as? Value,
            let values = Self.rawValues(of: cases)
        {
            let kind = values.allSatisfy { $0.stringValue != nil } ? "string" : "integer"
            return (.finished(["type": .string(kind), "enum": .array(values)]), first)
        }
        return nil
    }

    private func decoded<Value: Decodable>(
        _ type: Value.Type, at path: [any CodingKey]
    ) throws -> (schema: SchemaDraft, value: Value) {
        guard !self.open.contains(ObjectIdentifier(type)) else {
            throw self.underivable(type, path, "it contains itself; conform to JSONSchemaProviding")
        }
        self.open.append(ObjectIdentifier(type))
        defer { self.open.removeLast() }
        let recorder = SchemaRecorder(probe: self, codingPath: path)
        let value: Value
        do {
            value = try Value(from: recorder)
        } catch let error as JSONSchema.Underivable {
            throw error
        } catch {
            let reason =
                "it refuses the placeholder values (\(error)); make it CaseIterable with raw values, or conform"
            throw self.underivable(type, path, reason + " to JSONSchemaProviding")
        }
        if let described = type as? any JSONSchemaDescribed.Type {
            try self.describe(recorder.draft, described.schemaDescriptions, type, path)
        }
        return (.recorded(recorder.draft), value)
    }

    private func describe(
        _ draft: SchemaDraftBox, _ descriptions: [String: String], _ type: Any.Type, _ path: [any CodingKey]
    ) throws {
        for (key, text) in descriptions.sorted(by: { $0.key < $1.key }) {
            guard draft.describe(key, text) else {
                throw self.underivable(type, path, "it describes '\(key)', which it does not decode")
            }
        }
    }

    func underivable(_ type: Any.Type, _ path: [any CodingKey], _ reason: String) -> JSONSchema.Underivable {
        JSONSchema.Underivable(type: "\(type)", path: path.map(\.stringValue).joined(separator: "."), reason: reason)
    }

    private static func cases<Enum: CaseIterable>(_ type: Enum.Type) -> [Any] { Array(type.allCases) }

    /// Nil unless all have raw values that are strings or integers.
    private static func rawValues(of cases: [Any]) -> [JSON]? {
        let values = cases.compactMap { value -> JSON? in
            guard let rawValue = (value as? any RawRepresentable)?.rawValue else { return nil }
            if let text = rawValue as? String { return .string(text) }
            return (rawValue as? any BinaryInteger).map { JSON($0) }
        }
        return values.count == cases.count ? values : nil
    }

    /// The schema and the placeholder of types that are one JSON value.
    private static func scalar(_ type: Any.Type) -> (JSON, Any)? {
        switch type {
        case is String.Type: (["type": "string"], "")
        case is Bool.Type: (["type": "boolean"], false)
        case is Double.Type: (["type": "number"], 0.0)
        case is Float.Type: (["type": "number"], Float(0))
        case is Decimal.Type: (["type": "number"], Decimal(0))
        case is Date.Type: (["type": "string", "format": "date-time"], Date(timeIntervalSince1970: 0))
        case is URL.Type: (["type": "string", "format": "uri"], URL(filePath: "/"))
        case is UUID.Type: (["type": "string", "format": "uuid"], UUID())
        case is Data.Type: (["type": "string", "contentEncoding": "base64"], Data())
        case is JSON.Type: ([:], JSON.null)
        case is JSON.Object.Type: (["type": "object"], JSON.Object())
        default: (type as? any SchemaInteger.Type).map { ($0.integerSchema, $0.zero) }
        }
    }
}

/// The integer types, with their bounds where a value of ordinary size could break them.
protocol SchemaInteger {
    static var integerSchema: JSON { get }
    static var zero: Self { get }
}

extension SchemaInteger where Self: FixedWidthInteger {
    static var integerSchema: JSON {
        var schema: JSON = ["type": "integer"]
        if Self.bitWidth < 64 || Self.min == 0 { schema["minimum"] = JSON(Self.min) }
        if Self.bitWidth < 64 { schema["maximum"] = JSON(Self.max) }
        return schema
    }
}

extension Int: SchemaInteger {}
extension Int8: SchemaInteger {}
extension Int16: SchemaInteger {}
extension Int32: SchemaInteger {}
extension Int64: SchemaInteger {}
extension UInt: SchemaInteger {}
extension UInt8: SchemaInteger {}
extension UInt16: SchemaInteger {}
extension UInt32: SchemaInteger {}
extension UInt64: SchemaInteger {}

protocol SchemaOptional {
    static func examineWrapped(by probe: SchemaProbe, at path: [any CodingKey]) throws -> (SchemaDraft, Any)
}

extension Optional: SchemaOptional where Wrapped: Decodable {
    static func examineWrapped(by probe: SchemaProbe, at path: [any CodingKey]) throws -> (SchemaDraft, Any) {
        let (schema, value) = try probe.examine(Wrapped.self, at: path)
        return (schema, Optional.some(value) as Any)
    }
}

protocol SchemaDictionary {
    static func examineValues(by probe: SchemaProbe, at path: [any CodingKey]) throws -> (SchemaDraft, Any)
}

extension Dictionary: SchemaDictionary where Key == String, Value: Decodable {
    static func examineValues(by probe: SchemaProbe, at path: [any CodingKey]) throws -> (SchemaDraft, Any) {
        (try probe.examine(Value.self, at: path).schema, Self())
    }
}
