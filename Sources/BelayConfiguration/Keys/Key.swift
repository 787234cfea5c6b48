import BelayJSON
import BelayYAML

/// One key of a section: its name, where its value goes, and what it means.
struct Key<Root: Sendable>: Sendable {
    let name: String
    let isRequired: Bool
    /// Sentences for the documentation and for editors.
    let meaning: String
    /// What applies when the key is absent, where the value itself cannot say it.
    let defaultWords: String?
    let words: String
    let schema: JSON
    let sections: [DescribedSection]
    let read: @Sendable (Located, inout Root, inout Reader) -> Void
    /// The value as it is printed; nil when there is none.
    let render: @Sendable (Root) -> JSON?

    /// A key whose absence leaves the default of `Root`.
    init<Value>(
        _ name: String, _ path: WritableKeyPath<Root, Value> & Sendable, _ kind: Kind<Value>, required: Bool = false,
        default defaultWords: String? = nil, _ meaning: String
    ) {
        self.name = name
        self.isRequired = required
        self.meaning = meaning
        self.defaultWords = defaultWords
        self.words = kind.words
        self.schema = kind.schema
        self.sections = kind.sections
        self.read = { node, root, reader in
            if let value = kind.read(node, &reader) { root[keyPath: path] = value }
        }
        self.render = { kind.render($0[keyPath: path]) }
    }

    /// A key that may have no value.
    init<Value>(
        _ name: String, optional path: WritableKeyPath<Root, Value?> & Sendable, _ kind: Kind<Value>,
        default defaultWords: String? = nil, _ meaning: String
    ) {
        self.name = name
        self.isRequired = false
        self.meaning = meaning
        self.defaultWords = defaultWords
        self.words = kind.words
        self.schema = kind.schema
        self.sections = kind.sections
        self.read = { node, root, reader in
            if let value = kind.read(node, &reader) { root[keyPath: path] = value }
        }
        self.render = { $0[keyPath: path].map(kind.render) }
    }
}
