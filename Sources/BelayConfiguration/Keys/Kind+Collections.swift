import BelayCore
import BelayJSON
import BelayTools

extension Kind {
    /// A section at this place.
    static func section(_ section: Section<Value>) -> Kind {
        Kind("mapping", schema: section.schema, sections: [section.described()]) { node, reader in
            var value = section.make()
            section.read(node, into: &value, &reader)
            return value
        } render: {
            section.render($0)
        }
    }

    /// A list of at most `maximum` elements. A single element needs brackets too.
    static func list<Element>(
        of kind: Kind<Element>, named words: String? = nil, maximum: Int = 1_000
    ) -> Kind where Value == [Element] {
        let schema: JSON = ["type": "array", "items": kind.schema, "maxItems": JSON(maximum)]
        let sections = kind.sections.map { section in
            var section = section
            section.suffix = "[]" + section.suffix
            return section
        }
        let name = words ?? "list of \(kind.words)"
        return Kind(name, schema: schema, sections: sections) { node, reader in
            guard case .list(let elements) = node.value else {
                reader.expected("a list", at: node)
                return nil
            }
            guard elements.count <= maximum else {
                reader.report("has \(elements.count) elements; at most \(maximum) are allowed", at: node)
                return nil
            }
            return elements.compactMap { kind.read($0, &reader) }
        } render: {
            .array($0.map(kind.render))
        }
    }

    /// A mapping from names that the user chooses to sections, in the order of the file.
    ///
    /// - Parameter name: Where the section keeps its name.
    static func named<Element: Sendable>(
        _ section: Section<Element>, _ name: WritableKeyPath<Element, String> & Sendable, maximum: Int = 1_000
    ) -> Kind where Value == [Element] {
        let schema: JSON = [
            "type": "object", "additionalProperties": section.schema,
            "maxProperties": JSON(maximum), "propertyNames": ["pattern": .string("^[A-Za-z0-9_-]{1,64}$")],
        ]
        let described = section.described(suffix: ".<name>")
        return Kind("mapping of names to sections", schema: schema, sections: [described]) { node, reader in
            guard case .mapping(let entries) = node.value else {
                reader.expected("a mapping of names", at: node)
                return nil
            }
            guard entries.count <= maximum else {
                reader.report("has \(entries.count) entries; at most \(maximum) are allowed", at: node)
                return nil
            }
            return entries.map { entry in
                if !ToolNameRule.accepts(entry.key) {
                    reader.report("this name is not \(ToolNameRule.words)", at: entry.position, key: entry.value.trail)
                }
                var element = section.make()
                element[keyPath: name] = entry.key
                section.read(entry.value, into: &element, &reader)
                return element
            }
        } render: { elements in
            .object(JSON.Object(elements.map { ($0[keyPath: name], section.render($0)) }))
        }
    }

    /// A mapping from keys that the user chooses to values of one kind.
    static func mapping<Element>(
        of kind: Kind<Element>, named words: String, maximum: Int = 1_000
    ) -> Kind where Value == [String: Element] {
        let schema: JSON = ["type": "object", "additionalProperties": kind.schema, "maxProperties": JSON(maximum)]
        return Kind(
            words, schema: schema,
            sections: kind.sections.map { section in
                var section = section
                section.suffix = ".<name>" + section.suffix
                return section
            }
        ) { node, reader in
            guard case .mapping(let entries) = node.value else {
                reader.expected("a mapping", at: node)
                return nil
            }
            guard entries.count <= maximum else {
                reader.report("has \(entries.count) keys; at most \(maximum) are allowed", at: node)
                return nil
            }
            var result: [String: Element] = [:]
            for entry in entries { result[entry.key] = kind.read(entry.value, &reader) }
            return result
        } render: { values in
            .object(JSON.Object(values.sorted { $0.key < $1.key }.map { ($0.key, kind.render($0.value)) }))
        }
    }
}
