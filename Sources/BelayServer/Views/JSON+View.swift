import BelayJSON

extension JSON {
    /// A text, or null where there is none.
    static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
