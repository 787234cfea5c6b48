import BelayCore
import BelayJSON
import BelayTools
import BelayYAML

extension APIKey {
    static let section = Section<APIKey>(
        "A key with who uses it. What comes with it happens in its tenant: it sees no other tenant's executions, waits and "
            + "outcomes.",
        make: { APIKey("", name: "") },
        keys: [
            Key("key", \.secret, .secret, required: true, "The key itself, at least 8 characters."),
            Key(
                "name", \.name, .clientName, default: "`key-1` for the first key, and so on",
                "Who uses it, as `rates` count and the log tells."),
            Key(
                "tenant", \.tenant, .clientName,
                "Whose data it reaches. Keys of the tenant `default` also see and set what concerns all tenants: "
                    + "statistics, outcomes, routes, budgets."),
        ])
}

extension Kind where Value == String {
    /// A name of a key or of a tenant.
    fileprivate static let clientName = Kind.text.checked { name in
        ToolNameRule.accepts(name) ? nil : "has to be \(ToolNameRule.words)"
    }
}

extension Kind where Value == [APIKey] {
    /// Keys alone, and keys with who uses them. Those without a name get one by their place.
    static let apiKeys: Kind = {
        let maximum = 100
        let section = APIKey.section
        var described = section.described(suffix: "[]")
        described.summary += " Instead of the mapping, the key alone may stand here."
        let schema: JSON = [
            "type": "array", "items": ["anyOf": [["type": "string"], section.schema]], "maxItems": JSON(maximum),
        ]
        return Kind("list of keys", schema: schema, sections: [described]) { node, reader in
            guard case .list(let elements) = node.value else {
                reader.expected("a list", at: node)
                return nil
            }
            guard elements.count <= maximum else {
                reader.report("has \(elements.count) elements; at most \(maximum) are allowed", at: node)
                return nil
            }
            var keys: [APIKey] = []
            for element in elements where !element.isNull {
                guard var key = Self.read(element, &reader), !key.secret.reveal().isEmpty else { continue }
                if key.name.isEmpty { key.name = "key-\(keys.count + 1)" }
                Self.check(key, at: element, among: keys, &reader)
                keys.append(key)
            }
            return keys
        } render: { keys in
            .array(keys.enumerated().map { Self.render($0.element, at: $0.offset) })
        }
    }()

    private static func read(_ node: Located, _ reader: inout Reader) -> APIKey? {
        var key = APIKey("", name: "")
        if case .mapping = node.value {
            APIKey.section.read(node, into: &key, &reader)
        } else {
            guard let text = Kind<String>.text.read(node, &reader) else { return nil }
            key.secret = Secret(text)
        }
        return key
    }

    private static func check(_ key: APIKey, at element: Located, among keys: [APIKey], _ reader: inout Reader) {
        let secret = key.secret.reveal()
        let place = element["key"] ?? element
        if secret == "***" {
            reader.report("'***' stands for a key that was not printed; put the key or a reference here", at: place)
        } else if secret.utf8.count < 8 {
            reader.report("an API key has at least 8 characters", at: place)
        } else if let other = keys.first(where: { $0.secret == key.secret }) {
            reader.report("this is the same key as '\(other.name)'; give each of them a key of its own", at: place)
        }
        if keys.contains(where: { $0.name == key.name }) {
            reader.report(
                "an earlier key is named '\(key.name)'; choose another name", at: element["name"] ?? element)
        }
    }

    /// As it was written: alone where it has nothing to say beside.
    private static func render(_ key: APIKey, at index: Int) -> JSON {
        let isPlain = key.name == "key-\(index + 1)" && key.tenant == User.defaultTenant
        return isPlain ? "***" : APIKey.section.render(key)
    }
}
