import BelayCore
import BelayJSON
import BelayYAML

/// An approval rule as the file spells it, with the arguments as names.
extension Kind where Value == ApprovalRule {
    static let approval: Kind = {
        let above: JSON = [
            "type": "object", "additionalProperties": false, "required": ["argument", "limit"],
            "properties": ["argument": ["type": "string"], "limit": Kind<Double>.number.schema],
        ]
        let unless: JSON = [
            "type": "object", "additionalProperties": false, "required": ["argument", "is_one_of"],
            "properties": ["argument": ["type": "string"], "is_one_of": ["type": "array"]],
        ]
        let schema: JSON = [
            "anyOf": [
                ["enum": ["never", "always"]],
                [
                    "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
                    "properties": ["above": above, "unless": unless],
                ],
            ]
        ]
        return Kind("`never`, `always`, `{above: ...}` or `{unless: ...}`", schema: schema) { node, reader in
            ApprovalReading.read(node, &reader)
        } render: { rule in
            switch rule {
            case .never: "never"
            case .always: "always"
            case .above(let argument, let limit): ["above": ["argument": .string(argument), "limit": JSON(limit)]]
            case .unless(let argument, let allowed):
                ["unless": ["argument": .string(argument), "is_one_of": .array(allowed)]]
            }
        }
    }()
}

private enum ApprovalReading {
    struct Above: Sendable {
        var argument = ""
        var limit = 0.0
        static let section = Section<Above>(
            "", make: { Above() },
            keys: [
                Key("argument", \.argument, .nonEmptyText, required: true, "the name of an argument"),
                Key("limit", \.limit, .number, required: true, "the largest number that needs no approval"),
            ])
    }

    struct Unless: Sendable {
        var argument = ""
        var values: [JSON] = []
        static let section = Section<Unless>(
            "", make: { Unless() },
            keys: [
                Key("argument", \.argument, .nonEmptyText, required: true, "the name of an argument"),
                Key("is_one_of", \.values, .list(of: .json), required: true, "the values that need no approval"),
            ])
    }

    static func read(_ node: Located, _ reader: inout Reader) -> ApprovalRule? {
        switch node.value {
        case .scalar(let scalar) where scalar.text == "never": return .never
        case .scalar(let scalar) where scalar.text == "always": return .always
        case .mapping(let entries) where entries.count == 1 && entries[0].key == "above":
            var above = Above()
            Above.section.read(entries[0].value, into: &above, &reader)
            return .above(argument: above.argument, limit: above.limit)
        case .mapping(let entries) where entries.count == 1 && entries[0].key == "unless":
            var unless = Unless()
            Unless.section.read(entries[0].value, into: &unless, &reader)
            return .unless(argument: unless.argument, isOneOf: unless.values)
        default:
            reader.expected(
                "'never', 'always', {above: {argument: NAME, limit: NUMBER}} or {unless: {argument: NAME, is_one_of: "
                    + "[...]}}",
                at: node)
            return nil
        }
    }
}
