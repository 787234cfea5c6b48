import BelayCore
import BelayJSON

extension Kind {
    /// A kind read from the text of a scalar. `parse` gets the text and whether it is plain (not quoted).
    static func scalar(
        _ words: String, schema: JSON, parse: @escaping @Sendable (String, Bool) -> Value?,
        render: @escaping @Sendable (Value) -> JSON
    ) -> Kind {
        Kind(words, schema: schema) { node, reader in
            if case .scalar(let scalar) = node.value, let value = parse(scalar.text, scalar.isPlain) { return value }
            reader.expected(words, at: node)
            return nil
        } render: {
            render($0)
        }
    }

    /// A JSON Schema that also accepts a reference such as `${PORT}` in place of the value.
    static func orReference(_ schema: JSON) -> JSON {
        ["anyOf": [schema, ["type": "string", "pattern": .string(#"\$\{[^}]*\}"#)]]]
    }
}

extension Kind where Value == String {
    /// Any text. Numbers are taken as they are written; `true`, `false`, lists and mappings are no text.
    static let text = Kind.scalar("text", schema: ["type": "string"]) { text, isPlain in
        isPlain && (text == "true" || text == "false") ? nil : text
    } render: {
        .string($0)
    }

    /// Text with at least one character that is not white space.
    static let nonEmptyText = Kind.text.checked { text in
        text.allSatisfy(\.isWhitespace) ? "must not be empty" : nil
    }

    /// An absolute `http` or `https` URL with a host. Printed without credentials and query values.
    static let url = Kind.scalar("URL that begins with http:// or https://", schema: ["type": "string"]) { text, _ in
        URLText.isAbsolute(text) ? text : nil
    } render: {
        .string(URLText.redacted($0))
    }
}

extension Kind where Value == Secret {
    /// A text that is never printed.
    static let secret = Kind<String>.text.map {
        Secret($0)
    } back: { _ in
        "***"
    }
}

extension Kind where Value == Bool {
    static let boolean = Kind.scalar("true or false", schema: Kind.orReference(["type": "boolean"])) { text, isPlain in
        isPlain ? ["true": true, "false": false][text] : nil
    } render: {
        .bool($0)
    }
}

extension Kind where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Kind {
        let words =
            range.upperBound == .max
            ? "whole number from \(range.lowerBound)" : "whole number from \(range.lowerBound) to \(range.upperBound)"
        var schema: JSON = ["type": "integer", "minimum": JSON(range.lowerBound)]
        if range.upperBound != .max { schema["maximum"] = JSON(range.upperBound) }
        return Kind.scalar(words, schema: Kind.orReference(schema)) { text, isPlain in
            guard isPlain, let number = Int(text.replacing("_", with: "")) else { return nil }
            return range.contains(number) ? number : nil
        } render: {
            JSON($0)
        }
    }
}

extension Kind where Value == Double {
    static let number = Kind.scalar("number", schema: Kind.orReference(["type": "number"])) { text, isPlain in
        guard isPlain, let number = Double(text), number.isFinite else { return nil }
        return number
    } render: {
        JSON($0)
    }
}

extension Kind where Value == Duration {
    /// - Parameter range: What is accepted; the default is 1 ms to 366 days.
    static func duration(_ range: ClosedRange<Duration> = .milliseconds(1)...(.seconds(366 * 86_400))) -> Kind {
        let schema: JSON = ["type": "string", "pattern": .string(#"^([0-9]+(ms|s|m|h|d)|.*\$\{[^}]*\}.*)$"#)]
        return Kind("duration such as 250ms, 10s, 5m, 24h or 7d", schema: schema) { node, reader in
            guard case .scalar(let scalar) = node.value, let value = DurationText.parse(scalar.text) else {
                var guess: String?
                if case .scalar(let scalar) = node.value, !scalar.isReferenced, UInt32(scalar.text) != nil {
                    guess = "\(scalar.text)s"
                }
                reader.expected("a duration such as 250ms, 10s, 5m, 24h or 7d", at: node, suggestion: guess)
                return nil
            }
            guard range.contains(value) else {
                let bounds = "\(DurationText.render(range.lowerBound)) to \(DurationText.render(range.upperBound))"
                reader.expected("a duration from \(bounds)", at: node)
                return nil
            }
            return value
        } render: {
            .string(DurationText.render($0))
        }
    }
}

extension Kind where Value == Money {
    /// Dollars, `"$0.50"` or `0.50`, at most nine decimals; never negative.
    static let money = Kind.scalar(
        "amount of dollars such as \"$0.50\" or 0.50, not negative",
        schema: [
            "anyOf": [
                ["type": "number", "minimum": 0],
                ["type": "string", "pattern": .string(#"^(\$?[0-9]+(\.[0-9]{1,9})?|.*\$\{[^}]*\}.*)$"#)],
            ]
        ]
    ) { text, _ in
        Money(dollars: text)
    } render: {
        .string($0.description)
    }
}

extension Kind where Value: RawRepresentable & CaseIterable, Value.RawValue == String, Value.AllCases: Sendable {
    /// One of a few words.
    static var word: Kind {
        let words = Value.allCases.map(\.rawValue)
        let schema = Kind.orReference(["enum": .array(words.map { .string($0) })])
        return Kind(words.map { "`\($0)`" }.joined(separator: ", "), schema: schema) { node, reader in
            guard case .scalar(let scalar) = node.value else {
                reader.expected("one word", at: node, allowed: words)
                return nil
            }
            if let value = Value(rawValue: scalar.text) { return value }
            let nearest = scalar.isReferenced ? nil : Suggestion.nearest(to: scalar.text, among: words)
            reader.report("unknown value \(node.words)", at: node, suggestion: nearest, allowed: words)
            return nil
        } render: {
            .string($0.rawValue)
        }
    }
}
