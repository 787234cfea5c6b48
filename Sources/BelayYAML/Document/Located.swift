/// A node of the file after aliases and references were resolved, with the place where it stands.
package struct Located: Sendable {
    package enum Value: Sendable {
        case null
        case scalar(Scalar)
        case list([Located])
        case mapping([Entry])
        /// A problem was already reported here; whoever reads it stays silent.
        case unreadable
    }

    package struct Scalar: Sendable {
        package var text: String
        /// Neither quoted nor a block: its text decides whether it is a number, a Boolean or a text.
        package var isPlain: Bool
        /// Holds something from the environment or a file, so it is never repeated in a message.
        package var isReferenced: Bool
        /// As it stands in the file, before anything was replaced.
        package var source: String

        package init(text: String, isPlain: Bool, isReferenced: Bool, source: String) {
            self.text = text
            self.isPlain = isPlain
            self.isReferenced = isReferenced
            self.source = source
        }
    }

    package struct Entry: Sendable {
        package var key: String
        /// Where the key stands.
        package var position: Position
        package var value: Located
    }

    package var value: Value
    package var position: Position
    package var trail: Trail

    /// The node below a key of a mapping.
    package subscript(key: String) -> Located? {
        guard case .mapping(let entries) = self.value else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// An element of a list.
    package subscript(index: Int) -> Located? {
        guard case .list(let elements) = self.value, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    package var isNull: Bool { if case .null = self.value { true } else { false } }

    /// A name in a message: in quotes, unless a reference brought it in.
    package func quoting(_ name: String) -> String {
        if case .scalar(let scalar) = self.value, scalar.isReferenced { return "what the reference gives" }
        return "'\(name)'"
    }

    /// Whether it is a text in quotes, which no number is.
    package var isQuoted: Bool {
        if case .scalar(let scalar) = self.value { !scalar.isPlain && !scalar.isReferenced } else { false }
    }

    /// What stands here, in words for a message. Never the content of a referenced scalar.
    package var words: String {
        switch self.value {
        case .null: return "nothing"
        case .list: return "a list"
        case .mapping: return "a mapping"
        case .unreadable: return "an unreadable value"
        case .scalar(let scalar):
            if scalar.isReferenced { return "a value from a reference that doesn't fit" }
            let shown = scalar.text.count > 40 ? "\(scalar.text.prefix(40))…" : scalar.text
            return "'\(shown.replacing("\n", with: " "))'"
        }
    }
}
