import BelayJSON

/// The part of JSON Schema to which Anthropic holds its models: a schema beyond it is refused there.
///
/// From platform.claude.com/docs/en/build-with-claude/structured-outputs ("JSON Schema limitations" and "Schema complexity
/// limits"), as of July 2026.
struct AnthropicSchema: Sendable {
    private static let keywords: Set<String> = [
        "type", "properties", "required", "additionalProperties", "items", "minItems", "enum", "const", "anyOf",
        "allOf",
        "format", "$ref", "$defs", "definitions", "title", "description", "default", "$schema",
    ]
    private static let formats: Set<String> = [
        "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
    ]
    private static let types: Set<String> = ["object", "array", "string", "integer", "number", "boolean", "null"]
    private static let mostOptionals = 24
    private static let mostUnions = 16
    private static let deepest = 32
    /// Definitions that refer to others. Far more than the vendor has room for, and few enough to follow one another on a
    /// thread's stack.
    private static let mostReferring = 256

    private var optionals = 0
    private var unions = 0
    /// By the name of a definition, those that it refers to. The root has the empty name.
    private var references: [String: Set<String>] = ["": []]

    /// The schema in the form that is taken: objects that don't say whether they have other members have none, which makes
    /// no value valid that wasn't. Nil when it says more than the vendor understands, or more than it has room for, or when
    /// two of its parts describe the members of one object: closed by each, it could have none of the other's.
    static func taken(_ schema: JSON) -> JSON? {
        var reader = AnthropicSchema()
        guard let taken = reader.read(schema, in: "", depth: 0), reader.optionals <= Self.mostOptionals,
            reader.unions <= Self.mostUnions, reader.endsEverywhere
        else { return nil }
        return taken
    }

    private mutating func read(_ schema: JSON, in definition: String, depth: Int) -> JSON? {
        guard depth <= Self.deepest, var object = schema.objectValue, !object.isEmpty,
            object.keys.allSatisfy(Self.keywords.contains)
        else { return nil }
        object["$schema"] = nil
        guard self.takesTypes(of: object), Self.takesValues(of: object),
            Self.hasOneShape(object), self.follow(object["$ref"], from: definition)
        else { return nil }
        guard let whole = self.readParts(of: object, in: definition, depth: depth) else { return nil }
        return .object(whole)
    }

    private mutating func takesTypes(of object: JSON.Object) -> Bool {
        switch object["type"] {
        case .string(let type)?: return Self.types.contains(type)
        case .array(let types)?:
            self.unions += 1
            return types.allSatisfy { $0.stringValue.map(Self.types.contains) ?? false }
        case nil: return ["anyOf", "allOf", "enum", "const", "$ref"].contains { object[$0] != nil }
        default: return false
        }
    }

    /// Whether the values that are listed are plain, and so is what is said of lists and texts.
    private static func takesValues(of object: JSON.Object) -> Bool {
        let values = (object["enum"]?.arrayValue ?? []) + (object["const"].map { [$0] } ?? [])
        return values.allSatisfy { $0.arrayValue == nil && $0.objectValue == nil }
            && object["format"].map { $0.stringValue.map(Self.formats.contains) ?? false } ?? true
            && object["minItems"].map { $0 == 0 || $0 == 1 } ?? true
    }

    /// Whether at most one part of a schema may say which members a value has.
    private static func hasOneShape(_ object: JSON.Object) -> Bool {
        let parts = (object["allOf"]?.arrayValue ?? []).count { !Self.isPlain($0) }
        let others = ["properties", "anyOf", "$ref"].count { object[$0] != nil }
        return parts + others <= 1
    }

    /// Whether a schema is of values that have no members.
    private static func isPlain(_ schema: JSON) -> Bool {
        if schema["enum"] != nil || schema["const"] != nil { return true }
        guard let types = schema["type"].map({ $0.arrayValue ?? [$0] }) else { return false }
        return !types.contains("object")
    }

    /// Only to a definition of the schema's own.
    private mutating func follow(_ reference: JSON?, from definition: String) -> Bool {
        guard let reference else { return true }
        for prefix in ["#/$defs/", "#/definitions/"] {
            guard let text = reference.stringValue, text.hasPrefix(prefix) else { continue }
            let name = text.dropFirst(prefix.count)
            guard !name.isEmpty, !name.contains("/"), !name.contains("~"), !name.contains("%") else { return false }
            self.references[definition, default: []].insert(String(name))
            return true
        }
        return false
    }

    private mutating func readParts(of object: JSON.Object, in definition: String, depth: Int) -> JSON.Object? {
        var object = object
        let mayBeObject = object["type"].map { $0 == "object" || $0.arrayValue?.contains("object") == true } ?? false
        if mayBeObject || object["properties"] != nil {
            guard let properties = object["properties"]?.objectValue, object["additionalProperties"] ?? false == false
            else { return nil }
            object["additionalProperties"] = false
            self.optionals += max(0, properties.count - (object["required"]?.arrayValue?.count ?? 0))
            guard let read = self.readAll(properties, in: { _ in definition }, depth: depth) else { return nil }
            object["properties"] = .object(read)
        }
        if let items = object["items"] {
            guard let read = self.read(items, in: definition, depth: depth + 1) else { return nil }
            object["items"] = read
        }
        for word in ["anyOf", "allOf"] {
            guard let parts = object[word]?.arrayValue else { continue }
            if word == "anyOf" { self.unions += 1 }
            var read: [JSON] = []
            for part in parts {
                guard let one = self.read(part, in: definition, depth: depth + 1) else { return nil }
                read.append(one)
            }
            object[word] = .array(read)
        }
        for word in ["$defs", "definitions"] {
            guard let definitions = object[word]?.objectValue else { continue }
            // Names would mean another thing further down.
            guard depth == 0, let read = self.readAll(definitions, in: { $0 }, depth: depth) else { return nil }
            object[word] = .object(read)
        }
        return object
    }

    private mutating func readAll(
        _ schemas: JSON.Object, in definition: (String) -> String, depth: Int
    ) -> JSON.Object? {
        var all: JSON.Object = [:]
        for (name, schema) in schemas {
            guard let read = self.read(schema, in: definition(name), depth: depth + 1) else { return nil }
            all[name] = read
        }
        return all
    }

    /// Whether following references comes to an end: a schema that holds itself is refused.
    private var endsEverywhere: Bool {
        guard self.references.count <= Self.mostReferring else { return false }
        var seen: [String: Bool] = [:]
        return self.references.keys.allSatisfy { self.ends($0, &seen) }
    }

    /// - Parameter seen: By name, whether a definition is known to end; false for those that are being followed.
    private func ends(_ name: String, _ seen: inout [String: Bool]) -> Bool {
        if let ends = seen[name] { return ends }
        guard let next = self.references[name] else { return true }
        seen[name] = false
        for name in next where !self.ends(name, &seen) { return false }
        seen[name] = true
        return true
    }
}
