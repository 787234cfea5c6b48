/// Descriptions for the properties of a type, by their keys in JSON, for schemas derived from it.
///
/// A key that the type doesn't have makes the derivation fail, so that a renamed property cannot lose its description.
public protocol JSONSchemaDescribed {
    static var schemaDescriptions: [String: String] { get }
}

/// A type whose schema cannot be found out by decoding, such as a union, and which tells it itself.
public protocol JSONSchemaProviding: Decodable {
    static var jsonSchema: JSON { get }
    /// Any value; used as a placeholder while the schemas of types that contain this one are derived.
    static var jsonSchemaExample: Self { get }
}

extension JSONSchema {
    /// Why no schema could be derived from a type.
    public struct Underivable: Error, Sendable, Hashable, CustomStringConvertible {
        /// The type that stands in the way.
        public var type: String
        /// Where it is, as the keys from the outermost type joined by dots.
        public var path: String
        public var reason: String

        public var description: String {
            "no schema for \(self.type)\(self.path.isEmpty ? "" : " at \(self.path)"): \(self.reason)"
        }
    }

    /// The schema of what a type decodes, found by decoding it from placeholder values and noting what it asks for.
    ///
    /// Structs and classes become objects without additional properties, in the order of decoding and under their coding
    /// keys. What is decoded with `decodeIfPresent`, as optionals are, is not required and may be null. Enums must be
    /// `CaseIterable` with raw values. `Date`, `URL` and `UUID` become strings with a format, `Data` a base64 string.
    /// - Throws: `Underivable` for recursive types, for types that refuse the placeholders (empty strings, zeros, the
    ///   first case) or that decode arrays of several types; such types can conform to `JSONSchemaProviding`.
    public static func derived<Value: Decodable>(from type: Value.Type) throws(Underivable) -> JSON {
        let probe = SchemaProbe()
        let schema: JSON
        do {
            schema = try probe.examine(type, at: []).schema.json
            _ = try JSONSchema(schema)
        } catch let error as Underivable {
            throw error
        } catch {
            throw Underivable(type: "\(type)", path: "", reason: "\(error)")
        }
        return schema
    }
}
