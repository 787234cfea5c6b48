import BelayJSON
import BelayYAML

/// Whether a JSON Schema can be used.
enum SchemaCheck {
    /// Reports what is wrong with a schema, at the part of it that is wrong.
    static func run(_ schema: JSON, at node: Located, into reader: inout Reader) {
        do {
            _ = try JSONSchema(schema)
        } catch {
            reader.report("not a usable JSON Schema: \(error.reason)", at: Self.part(error.path, of: node))
        }
    }

    /// The node that a JSON Pointer (RFC 6901) leads to, or the last one on the way that exists.
    private static func part(_ pointer: String, of node: Located) -> Located {
        var node = node
        for step in pointer.split(separator: "/") {
            let name = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
            guard let next = node[name] ?? Int(name).flatMap({ node[$0] }) else { break }
            node = next
        }
        return node
    }
}
