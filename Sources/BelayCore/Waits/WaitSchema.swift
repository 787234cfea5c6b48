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

    /// `{"resolution": "happened" | "did_not_happen", "output": "..."}`
    public static let resolution: JSON = [
        "type": "object",
        "properties": [
            "resolution": ["enum": ["happened", "did_not_happen"]], "output": ["type": "string", "maxLength": 100_000],
        ],
        "required": ["resolution"], "additionalProperties": false,
    ]
}
