/// Which keywords a schema resource knows.
struct SchemaDialect: Sendable {
    var draft: JSONSchema.Draft
    var appliesSubschemas = true
    var validates = true
    var checksUnevaluated = true
    /// Whether the dialect itself asks for formats to be checked.
    var assertsFormats = false

    init(_ draft: JSONSchema.Draft) { self.draft = draft }

    /// The draft whose metaschema has this URI.
    static func standard(_ uri: String) -> JSONSchema.Draft? {
        var uri = uri[...]
        if uri.hasSuffix("#") { uri = uri.dropLast() }
        return switch uri {
        case "https://json-schema.org/draft/2020-12/schema": .draft2020
        case "https://json-schema.org/draft/2019-09/schema": .draft2019
        case "http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema": .draft7
        default: nil
        }
    }

    /// The dialect of a metaschema's own: its draft reduced to the vocabularies that it lists.
    /// - Throws: `Unsupported` for a required vocabulary that isn't known here.
    init(_ draft: JSONSchema.Draft, metaschema: JSON) throws(Unsupported) {
        self.draft = draft
        guard draft != .draft7, let vocabularies = metaschema["$vocabulary"]?.objectValue else { return }
        let prefix = "https://json-schema.org/draft/\(draft == .draft2020 ? "2020-12" : "2019-09")/vocab/"
        var names: Set<String> = []
        for (uri, isRequired) in vocabularies {
            if uri.hasPrefix(prefix), Self.known.contains(String(uri.dropFirst(prefix.count))) {
                names.insert(String(uri.dropFirst(prefix.count)))
            } else if isRequired == true {
                throw Unsupported(vocabulary: uri)
            }
        }
        self.appliesSubschemas = names.contains("applicator")
        self.validates = names.contains("validation")
        // Before 2020-12 the unevaluated keywords were part of the applicator vocabulary.
        self.checksUnevaluated = names.contains(draft == .draft2020 ? "unevaluated" : "applicator")
        self.assertsFormats = names.contains("format-assertion") || vocabularies[prefix + "format"] == true
    }

    struct Unsupported: Error {
        let vocabulary: String
    }

    private static let known: Set<String> = [
        "core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "format-assertion",
        "format",
        "content",
    ]

    /// The keywords of this draft that hold schemas.
    var subschemas: (single: [String], list: [String], map: [String]) {
        switch self.draft {
        case .draft7:
            (
                [
                    "additionalProperties", "propertyNames", "items", "additionalItems", "contains", "not", "if",
                    "then", "else",
                ],
                ["allOf", "anyOf", "oneOf", "items"],
                ["properties", "patternProperties", "definitions", "dependencies"]
            )
        case .draft2019:
            (
                [
                    "additionalProperties", "propertyNames", "items", "additionalItems", "contains", "not", "if",
                    "then",
                    "else", "unevaluatedItems", "unevaluatedProperties", "contentSchema",
                ],
                ["allOf", "anyOf", "oneOf", "items"],
                ["properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies"]
            )
        case .draft2020:
            (
                [
                    "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else",
                    "unevaluatedItems", "unevaluatedProperties", "contentSchema",
                ],
                ["allOf", "anyOf", "oneOf", "prefixItems"],
                ["properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies"]
            )
        }
    }
}
