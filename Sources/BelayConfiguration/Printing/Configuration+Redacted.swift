import BelayJSON

extension Configuration {
    /// The configuration as it takes effect, defaults included. Keys, header values, query values, environment values
    /// and credentials in URLs are `***`.
    public func redacted() -> JSON { Self.section.render(self) }

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
