import BelayJSON

/// Finds `{argument}` in templates.
enum Placeholders {
    /// Stands for the key of the call, which is no argument.
    static let idempotencyKey = "idempotency_key"

    /// The names between braces, in order. Braces around anything that is no name are plain text.
    static func names(in template: String) -> [String] {
        template.matches(of: /\{([A-Za-z0-9_\-]+)\}/).map { String($0.1) }
    }

    static func names(in template: JSON) -> [String] {
        switch template {
        case .string(let text): Self.names(in: text)
        case .array(let values): values.flatMap { Self.names(in: $0) }
        case .object(let members): members.flatMap { Self.names(in: $0.value) }
        case .null, .bool, .int, .number: []
        }
    }

    /// The template with a letter in place of each placeholder.
    static func filled(_ template: String) -> String {
        template.replacing(/\{([A-Za-z0-9_\-]+)\}/, with: "x")
    }
}
