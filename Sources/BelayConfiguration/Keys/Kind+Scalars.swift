import BelayCore
import BelayJSON
import BelayYAML

extension Kind {
    /// A kind read from the text of a scalar. `parse` gives nil for what is none.
    static func scalar(
        _ words: String, schema: JSON, parse: @escaping @Sendable (Located.Scalar) -> Value?,
        render: @escaping @Sendable (Value) -> JSON
    ) -> Kind {
        Kind(words, schema: schema) { node, reader in
            if case .scalar(let scalar) = node.value, let value = parse(scalar) { return value }
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
    static let text = Kind.scalar("text", schema: ["type": "string"]) { scalar in
        scalar.boolean == nil ? scalar.text : nil
    } render: {
        .string($0)
    }

    /// Text with at least one character that is not white space.
    static let nonEmptyText = Kind.text.checked { text in
        text.allSatisfy(\.isWhitespace) ? "must not be empty" : nil
    }

    /// An absolute `http` or `https` URL with a host. Printed without credentials and query values.
    static let url = Kind.scalar("URL that begins with http:// or https://", schema: ["type": "string"]) { scalar in
        URLText.isAbsolute(scalar.text) ? scalar.text : nil
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
    static let boolean = Kind.scalar("true or false", schema: Kind.orReference(["type": "boolean"])) { scalar in
        scalar.boolean
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
        return Kind.scalar(words, schema: Kind.orReference(schema)) { scalar in
            scalar.integer.flatMap { range.contains($0) ? $0 : nil }
        } render: {
            JSON($0)
        }
    }
}

extension Kind where Value == Double {
    static let number = Kind.scalar("number", schema: Kind.orReference(["type": "number"])) { scalar in
        scalar.number
    } render: {
        JSON($0)
    }

    static func number(in range: ClosedRange<Double>) -> Kind {
        let words = "number from \(JSON(range.lowerBound).serialized()) to \(JSON(range.upperBound).serialized())"
        let schema: JSON = ["type": "number", "minimum": JSON(range.lowerBound), "maximum": JSON(range.upperBound)]
        return Kind.scalar(words, schema: Kind.orReference(schema)) { scalar in
            scalar.number.flatMap { range.contains($0) ? $0 : nil }
        } render: {
            JSON($0)
        }
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
    ) { scalar in
        Money(dollars: scalar.text)
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
            reader.unknownWord(scalar, at: node, known: words)
            return nil
        } render: {
            .string($0.rawValue)
        }
    }
}
