import BelayCore
import BelayJSON

/// What OpenAI's chat completions and responses say in the same words.
enum OpenAIWords {
    static let strictIsLost = "other vendors don't hold a model to a tool's schema"
    static let schemaKeys: Set<String> = ["name", "description", "schema", "strict"]

    static func effort(_ field: Field?) throws(IngressProblem) -> ReasoningEffort? {
        guard let field else { return nil }
        return ReasoningEffort(rawValue: try field.word(of: ReasoningEffort.allCases.map(\.rawValue)))
    }

    /// Two names for the same: the second is the successor of the first.
    static func endUser(_ body: Field) throws(IngressProblem) -> String? {
        let user = try body["user"]?.endUser()
        return try body["safety_identifier"]?.endUser() ?? user
    }

    static func choice(_ field: Field) throws(IngressProblem) -> ToolChoice {
        switch try field.word(of: ["none", "auto", "required"]) {
        case "none": .none
        case "required": .required
        default: .auto
        }
    }

    /// The schema that an answer has to fit.
    static func schema(
        of field: Field, keys: Set<String>, context: inout RequestContext
    ) throws(IngressProblem) -> JSON {
        try field.allow(only: keys)
        _ = try context.toolName(try field.required("name"), atMost: 64)
        _ = try field["description"]?.string()
        _ = try field["strict"]?.bool()
        let schema = try field.required("schema")
        try schema.object()
        return try context.schema(schema)
    }
}
