import BelayJSON
import BelayYAML

extension Configuration {
    /// The configuration as it takes effect, defaults included, as a file that can be read again.
    ///
    /// Keys, header values, query values, environment values and credentials in URLs are the references that they came
    /// from, such as `${OPENAI_API_KEY}`; what was written literally, defaults of references too, is `***`.
    public func redacted() -> JSON { self.restoringReferences(in: Self.section.render(self), at: .root) }

    /// - Parameter trail: Where the value stands.
    private func restoringReferences(in value: JSON, at trail: Trail) -> JSON {
        switch value {
        case .object(let members):
            return .object(
                JSON.Object(members.map { ($0.key, self.restoringReferences(in: $0.value, at: .key(trail, $0.key))) }))
        case .array(let elements):
            return .array(
                elements.enumerated().map { self.restoringReferences(in: $0.element, at: .index(trail, $0.offset)) })
        case .string("***"): return .string(self.remarks.references[trail.description] ?? "***")
        // What is no reference must not become one when it is read again.
        case .string(let text): return .string(text.replacing("${", with: "$${"))
        case .null, .bool, .int, .number: return value
        }
    }

    /// `redacted()` as YAML, in the format of the file.
    public func redactedYAML() -> String { YAMLText.render(self.redacted()) }

    /// JSON Schema (draft 2020-12) of the file, for editors. It accepts every valid file; what refers to other parts of
    /// the file is checked by `belay check` only.
    public static var jsonSchema: JSON {
        var schema: JSON = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "belay.yaml",
        ]
        for (key, value) in Self.section.schema.objectValue ?? [:] { schema[key] = value }
        return schema
    }
}
