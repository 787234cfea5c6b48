import BelayJSON

/// Says whether a JSON Schema of a request is one.
package protocol SchemaChecking: Sendable {
    func check(_ schema: JSON) throws(JSONSchema.Invalid)
}

/// Reads each schema anew, which takes some 50 µs for that of a tool.
package struct SchemaReading: SchemaChecking {
    package init() {}

    package func check(_ schema: JSON) throws(JSONSchema.Invalid) { _ = try JSONSchema(schema) }
}
