import BelayJSON

/// Makes up a small value that fits an ordinary JSON Schema: enough for a model that has nothing to say.
///
/// Knows types, enumerations, constants, objects, arrays, unions (the first branch) and local references; it does not solve
/// patterns, conditions or formats.
struct SchemaSample {
    private let root: JSON
    private static let maximumDepth = 16

    static func value(for schema: JSON) -> JSON { SchemaSample(root: schema).value(schema, depth: 0) }

    private init(root: JSON) { self.root = root }

    private func value(_ schema: JSON, depth: Int) -> JSON {
        guard depth < Self.maximumDepth else { return .null }
        if let constant = schema["const"] { return constant }
        if let first = schema["enum"]?[0] { return first }
        if let reference = schema["$ref"]?.stringValue {
            return self.resolve(reference).map { self.value($0, depth: depth + 1) } ?? .null
        }
        if let branch = schema["anyOf"]?[0] ?? schema["oneOf"]?[0] ?? schema["allOf"]?[0] {
            return self.value(branch, depth: depth + 1)
        }
        switch schema["type"]?[0]?.stringValue ?? schema["type"]?.stringValue {
        case "string": return .string(self.text(schema))
        case "integer": return .int(Int64(schema["minimum"]?.intValue ?? 1))
        case "number": return schema["minimum"] ?? 1
        case "boolean": return true
        case "null": return .null
        case "array": return self.array(schema, depth: depth)
        default: return self.object(schema, depth: depth)
        }
    }

    private func text(_ schema: JSON) -> String {
        let minimum = max(0, min(schema["minLength"]?.intValue ?? 0, 1_024))
        let maximum = max(minimum, schema["maxLength"]?.intValue ?? .max)
        let length = minimum > 0 ? minimum : min(4, maximum)
        return String(String(repeating: "text ", count: length / 5 + 1).prefix(length))
    }

    private func array(_ schema: JSON, depth: Int) -> JSON {
        let count = min(max(schema["minItems"]?.intValue ?? 1, 0), 64)
        let item = schema["items"].map { self.value($0, depth: depth + 1) } ?? .null
        return .array(Array(repeating: item, count: count))
    }

    private func object(_ schema: JSON, depth: Int) -> JSON {
        let required = schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        var object = JSON.Object()
        for (name, property) in schema["properties"]?.objectValue ?? [:]
        where required.isEmpty || required.contains(name) {
            object[name] = .some(self.value(property, depth: depth + 1))
        }
        return .object(object)
    }

    private func resolve(_ reference: String) -> JSON? {
        guard reference.hasPrefix("#") else { return nil }
        var place = self.root
        for name in reference.dropFirst().split(separator: "/") {
            guard let inner = place[String(name)] else { return nil }
            place = inner
        }
        return place
    }
}
