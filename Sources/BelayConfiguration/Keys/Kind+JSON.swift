import BelayJSON

extension Kind where Value == JSON {
    /// Any value. Plain scalars become numbers, `true`, `false` or null by the core schema of YAML 1.2, so `no`, `on`
    /// and `12:30` are texts.
    static let json = Kind("any value", schema: true) { node, _ in
        node.json
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
        guard let json = node.json else { return nil }
        // What doesn't compile is read all the same, so that what refers to its properties isn't wrong too.
        SchemaCheck.run(json, at: node, into: &reader)
        return json
    } render: {
        $0
    }
}
