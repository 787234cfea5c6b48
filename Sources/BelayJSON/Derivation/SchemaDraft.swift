/// A schema while it is found out; containers that are still being read make it complete later.
indirect enum SchemaDraft {
    case finished(JSON)
    case recorded(SchemaDraftBox)
    case nullable(SchemaDraft)
    case map(of: SchemaDraft)

    var json: JSON {
        switch self {
        case .finished(let schema): schema
        case .recorded(let box): box.json
        case .nullable(let draft): Self.nullable(draft.json)
        case .map(let values): ["type": "object", "additionalProperties": values.json]
        }
    }

    private static func nullable(_ schema: JSON) -> JSON {
        guard case .object(let object) = schema, !object.isEmpty else { return schema }
        var nullable = schema
        if let kind = schema["type"]?.stringValue {
            nullable["type"] = [.string(kind), "null"]
            if let values = schema["enum"]?.arrayValue { nullable["enum"] = .array(values + [.null]) }
            return nullable
        }
        return ["anyOf": [schema, ["type": "null"]]]
    }
}

/// What one type asked its decoder for.
final class SchemaDraftBox {
    private struct Property {
        let key: String
        let draft: SchemaDraft
        let isRequired: Bool
        var description: String?
    }

    private var isObject = false
    private var properties: [Property] = []
    private(set) var items: SchemaDraft?
    private var isArray = false
    private var single: SchemaDraft?

    func becomeObject() { self.isObject = true }
    func becomeArray() { self.isArray = true }
    func setItems(_ draft: SchemaDraft) { self.items = draft }
    func setSingle(_ draft: SchemaDraft) { self.single = draft }

    /// The first request for a key counts; a second one may only look at the same value in another way.
    func addProperty(_ key: String, _ draft: SchemaDraft, isRequired: Bool) {
        guard !self.properties.contains(where: { $0.key == key }) else { return }
        self.properties.append(Property(key: key, draft: draft, isRequired: isRequired))
    }

    func describe(_ key: String, _ text: String) -> Bool {
        guard let position = self.properties.firstIndex(where: { $0.key == key }) else { return false }
        self.properties[position].description = text
        return true
    }

    var json: JSON {
        if self.isArray {
            guard let items = self.items else { return ["type": "array"] }
            return ["type": "array", "items": items.json]
        }
        guard self.isObject else { return self.single?.json ?? [:] }
        var schemas = JSON.Object()
        for property in self.properties {
            var schema = property.draft.json
            if let description = property.description { schema["description"] = .string(description) }
            schemas[property.key] = schema
        }
        return [
            "type": "object", "properties": .object(schemas),
            "required": .array(self.properties.filter(\.isRequired).map { .string($0.key) }),
            "additionalProperties": false,
        ]
    }
}
