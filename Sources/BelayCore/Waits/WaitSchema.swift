import BelayJSON

/// What an answer to each kind of wait has to look like.
public enum WaitSchema {
    /// `{"decision": "approve" | "reject" | "edit", "arguments": {...}, "reason": "..."}`; `edit` needs arguments.
    public static let approval: JSON = [
        "type": "object",
        "properties": [
            "decision": ["enum": ["approve", "reject", "edit"]], "arguments": ["type": "object"],
            "reason": ["type": "string", "maxLength": 4_000],
        ],
        "required": ["decision"], "additionalProperties": false,
        "if": ["properties": ["decision": ["const": "edit"]]], "then": ["required": ["arguments"]],
    ]

    /// What one tool's approval has to look like: like `approval`, with arguments that fit the tool's own schema.
    ///
    /// The wait keeps it, so that an answer can be checked where nobody has the tool.
    ///
    /// - Parameter parameters: JSON Schema of the tool's arguments. Left out when it can't stand inside another schema, or
    ///   is larger than 256 KiB; edited arguments are then checked when the call is about to be made.
    public static func approval(ofArguments parameters: JSON) -> JSON {
        guard var arguments = parameters.objectValue, parameters.bytes().count <= Self.maxParametersBytes else {
            return Self.approval
        }
        // Its references begin at its own root: with an identifier it is a schema of its own inside the other.
        if arguments["$id"] == nil { arguments["$id"] = "urn:belay:arguments" }
        var schema = Self.approval
        schema["properties"]?["arguments"] = .object(arguments)
        do {
            _ = try JSONSchema(schema)
            return schema
        } catch {
            return Self.approval
        }
    }

    private static let maxParametersBytes = 256 << 10

    /// `{"text": "..."}`
    public static let input: JSON = [
        "type": "object", "properties": ["text": ["type": "string", "minLength": 1, "maxLength": 100_000]],
        "required": ["text"], "additionalProperties": false,
    ]

    /// `{"action": "answer" | "return", "text": "..."}`: the person answers the user, or hands the task back with advice.
    public static let handoff: JSON = [
        "type": "object",
        "properties": [
            "action": ["enum": ["answer", "return"]],
            "text": ["type": "string", "minLength": 1, "maxLength": 100_000],
        ],
        "required": ["action", "text"], "additionalProperties": false,
    ]

    /// `{"decision": "raise" | "stop", "by": 10, "reason": "..."}`; `raise` needs `by`, in the unit of the limit.
    ///
    /// - Parameters:
    ///   - most: The largest `by`.
    ///   - isWhole: Whether `by` has to be a whole number.
    public static func limit(most: JSON, isWhole: Bool) -> JSON {
        // Less than a nano-dollar can't be reckoned with.
        var by: JSON = isWhole ? ["type": "integer", "minimum": 1] : ["type": "number", "minimum": 0.000000001]
        by["maximum"] = most
        return [
            "type": "object",
            "properties": [
                "decision": ["enum": ["raise", "stop"]], "by": by, "reason": ["type": "string", "maxLength": 4_000],
            ],
            "required": ["decision"], "additionalProperties": false,
            "if": ["properties": ["decision": ["const": "raise"]]], "then": ["required": ["by"]],
        ]
    }

    /// `{"resolution": "happened" | "did_not_happen", "output": "..."}`
    public static let resolution: JSON = [
        "type": "object",
        "properties": [
            "resolution": ["enum": ["happened", "did_not_happen"]], "output": ["type": "string", "maxLength": 100_000],
        ],
        "required": ["resolution"], "additionalProperties": false,
    ]
}
