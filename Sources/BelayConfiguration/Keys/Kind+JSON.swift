import BelayJSON

extension Kind where Value == JSON {
    /// Any value. Plain scalars become numbers, `true`, `false` or null by the core schema of YAML 1.2, so `no`, `on`
    /// and `12:30` are texts.
    static let json = Kind("any value", schema: true) { node, reader in
        node.json(into: &reader)
    } render: {
        $0
    }

    /// A JSON Schema, written as YAML.
    static let jsonSchema = Kind("JSON Schema", schema: ["type": ["object", "boolean"]]) { node, reader in
        switch node.value {
        case .mapping: break
        case .scalar(let scalar) where scalar.isPlain && (scalar.text == "true" || scalar.text == "false"): break
        default:
            reader.expected("a JSON Schema (a mapping)", at: node)
            return nil
        }
        guard let json = node.json(into: &reader) else { return nil }
        // What doesn't compile is read all the same, so that what refers to its properties isn't wrong too.
        SchemaCheck.run(json, at: node, into: &reader)
        return json
    } render: {
        $0
    }
}

extension Located {
    /// The node as a JSON value; nil when a part of it could not be read.
    func json(into reader: inout Reader) -> JSON? {
        switch self.value {
        case .null: return .null
        case .unreadable: return nil
        case .scalar(let scalar): return scalar.isPlain ? Self.resolve(scalar.text) : .string(scalar.text)
        case .list(let elements):
            let values = elements.compactMap { $0.json(into: &reader) }
            return values.count == elements.count ? .array(values) : nil
        case .mapping(let entries):
            var object: [(key: String, value: JSON)] = []
            for entry in entries {
                guard let value = entry.value.json(into: &reader) else { return nil }
                object.append((entry.key, value))
            }
            return .object(JSON.Object(object))
        }
    }

    /// The core schema of YAML 1.2 (section 10.3.2), without infinities and NaN, which JSON has not.
    private static func resolve(_ text: String) -> JSON {
        switch text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        case "null", "Null", "NULL", "~", "": return .null
        default: break
        }
        if let number = Int64(text) { return .int(number) }
        if text.hasPrefix("0x"), let number = Int64(text.dropFirst(2), radix: 16) { return .int(number) }
        if text.hasPrefix("0o"), let number = Int64(text.dropFirst(2), radix: 8) { return .int(number) }
        return JSON.Number(text).map(JSON.number) ?? .string(text)
    }
}
