import BelayJSON
import BelayYAML

/// How one kind of value is read, described and printed. The same description feeds the reader, the published JSON
/// Schema, the page of keys and `belay config print`, so they cannot disagree.
struct Kind<Value: Sendable>: Sendable {
    /// What it is called in the documentation and after "expected": `duration such as 30s`.
    let words: String
    /// Its JSON Schema for editors.
    let schema: JSON
    /// Sections inside it, for the documentation: what to put before their keys, and the section.
    let sections: [DescribedSection]
    /// Reads the value, or reports why not and returns nil.
    let read: @Sendable (Located, inout Reader) -> Value?
    /// As `belay config print` shows it: secrets as `***`.
    let render: @Sendable (Value) -> JSON

    init(
        _ words: String, schema: JSON, sections: [DescribedSection] = [],
        read: @escaping @Sendable (Located, inout Reader) -> Value?, render: @escaping @Sendable (Value) -> JSON
    ) {
        self.words = words
        self.schema = schema
        self.sections = sections
        self.read = read
        self.render = render
    }

    /// The same value, with a further condition on it.
    ///
    /// - Parameter problem: Nil when the value is fine, else what is wrong with it.
    func checked(_ problem: @escaping @Sendable (Value) -> String?) -> Kind {
        Kind(self.words, schema: self.schema, sections: self.sections) { node, reader in
            guard let value = self.read(node, &reader) else { return nil }
            guard let message = problem(value) else { return value }
            reader.report(message, at: node)
            return nil
        } render: {
            self.render($0)
        }
    }

    /// The same text in the file as another type in the program.
    func map<Other>(
        _ convert: @escaping @Sendable (Value) -> Other, back: @escaping @Sendable (Other) -> Value
    ) -> Kind<Other> {
        Kind<Other>(self.words, schema: self.schema, sections: self.sections) { node, reader in
            self.read(node, &reader).map(convert)
        } render: {
            self.render(back($0))
        }
    }
}
