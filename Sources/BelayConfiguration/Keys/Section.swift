import BelayJSON
import BelayYAML

/// A mapping with known keys. The table of its keys reads it, describes it and prints it.
struct Section<Root: Sendable>: Sendable {
    /// Sentences about the whole, for the documentation.
    let summary: String
    let keys: [Key<Root>]
    /// A value with every default in it.
    let make: @Sendable () -> Root

    init(_ summary: String, make: @escaping @Sendable () -> Root, keys: [Key<Root>]) {
        self.summary = summary
        self.make = make
        self.keys = keys
    }

    /// Reads as much as can be read, so that all problems are found at once. What has problems keeps its default; the
    /// value is thrown away in the end if there was any.
    func read(_ node: Located, into root: inout Root, _ reader: inout Reader) {
        let entries: [Located.Entry]
        switch node.value {
        case .mapping(let mapping): entries = mapping
        case .null: entries = []
        case .unreadable: return
        case .scalar, .list:
            reader.expected("a mapping", at: node)
            return
        }
        for entry in entries {
            guard let key = self.keys.first(where: { $0.name == entry.key }) else {
                reader.unknown(entry, in: node, known: self.keys.map(\.name))
                continue
            }
            if entry.value.isNull {
                if key.isRequired { reader.expected(key.words, at: entry.value) }
            } else {
                key.read(entry.value, &root, &reader)
            }
        }
        for key in self.keys where key.isRequired && !entries.contains(where: { $0.key == key.name }) {
            reader.report("missing key '\(key.name)': \(key.meaning)", at: node)
        }
    }

    func render(_ root: Root) -> JSON {
        .object(JSON.Object(self.keys.compactMap { key in key.render(root).map { (key.name, $0) } }))
    }

    var schema: JSON {
        let defaults = self.make()
        var properties = JSON.Object()
        for key in self.keys {
            var schema = key.schema
            schema["description"] = .string(key.meaning)
            // Sections say the defaults of their own keys.
            if !key.isRequired, key.defaultWords == nil, key.sections.isEmpty, let value = key.render(defaults) {
                schema["default"] = value
            }
            properties[key.name] = schema
        }
        var schema: JSON = ["type": "object", "additionalProperties": false, "properties": .object(properties)]
        let required = self.keys.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        return schema
    }

    /// - Parameter suffix: What follows the path of the key that holds this section: nothing, `.<name>` or `[]`.
    func described(suffix: String = "") -> DescribedSection {
        let defaults = self.make()
        let keys = self.keys.map { key in
            var text = key.defaultWords
            if text == nil, key.sections.isEmpty, let value = key.render(defaults) {
                text = value.stringValue.map { $0.isEmpty ? "empty" : "`\($0)`" } ?? "`\(value.serialized())`"
            }
            return DescribedSection.Key(
                name: key.name, words: key.words,
                defaultWords: key.isRequired ? "required" : text ?? (key.sections.isEmpty ? "none" : "as below"),
                meaning: key.meaning, sections: key.sections)
        }
        return DescribedSection(suffix: suffix, summary: self.summary, keys: keys)
    }
}
