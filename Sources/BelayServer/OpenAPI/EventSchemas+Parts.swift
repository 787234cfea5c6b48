import BelayCore
import BelayJSON

extension EventSchemas {
    typealias Purpose = Event.ModelCallPlanned.Purpose
    typealias Resolution = Event.ToolCallResolved.Resolution

    private static let textOrNull = Schemas.textOrNull
    static let dollarsOrNull: JSON = [
        "type": ["string", "null"], "description": "Exact decimal dollars; null when no price is known.",
    ]
    static let flag: JSON = ["type": "boolean"]

    static let reason = Self.choice(TerminationReason.allCases.map(\.rawValue))

    static let accepted: JSON.Object = [
        "execution": Schemas.text, "agent": Schemas.text, "version": Schemas.text, "task": Schemas.text,
        "user": Schemas.text, "customer": Self.textOrNull, "role": Schemas.text, "session": Self.textOrNull,
        "continues": Self.textOrNull, "critical": Self.flag,
        "conversation": [
            "type": "array", "items": Self.object(["role": Self.choice(["user", "assistant"]), "text": Schemas.text]),
        ],
        "limits": Self.object([
            "steps": Schemas.count, "tokens_per_step": Schemas.count, "timeout_ms": Schemas.count,
            "tool_calls": Schemas.count, "tokens": Schemas.count, "cost_usd": Schemas.text, "repeats": Schemas.count,
            "model_pauses": Schemas.count, "session_tokens": Schemas.count,
            "at_limit": Self.choice(LimitPolicy.allCases.map(\.rawValue)),
        ]),
    ]

    static let limitApproached: JSON.Object = [
        "limit": Self.choice(LimitKind.allCases.map(\.rawValue)),
        "unit": Self.choice(LimitKind.allCases.map(\.figures)), "spent": Schemas.count, "allowed": Schemas.count,
        "detail": Schemas.text,
    ]

    static let contextCompacted: JSON.Object = [
        "cause": Self.choice(Event.ContextCompacted.Cause.allCases.map(\.word)), "through": Schemas.count,
        "replaced": Schemas.count, "kept_earlier": Schemas.count, "summary": Schemas.text,
        "facts": [
            "type": "array",
            "items": Self.object([
                "name": Schemas.text, "value": Schemas.text,
                "from": Self.choice(PinnedFact.Source.allCases.map(\.rawValue)),
            ]),
        ],
        "unread": Schemas.count, "rejected_facts": Schemas.count, "usage": Schemas.usage, "path": Self.textOrNull,
        "duration_ms": Schemas.count, "failure": Self.textOrNull, "cost_usd": Self.dollarsOrNull,
        "cost_is_estimate": Self.flag,
    ]

    static let planStep = Self.object([
        "id": Schemas.text, "title": Schemas.text, "tool": Self.textOrNull,
        "depends_on": ["type": "array", "items": Schemas.text],
    ])

    static let modelAttemptFailed: JSON.Object = [
        "attempt": Schemas.count, "path": Schemas.text, "endpoint": Self.textOrNull, "failure": Self.modelFailure,
        "duration_ms": Schemas.count, "cost_usd": Self.dollarsOrNull, "cost_is_estimate": Self.flag,
    ]

    static let modelAnswered: JSON.Object = [
        "step": Schemas.count, "content": ["type": "array", "items": ["oneOf": .array(Self.content)]],
        "stop_reason": Self.choice(StopReason.allCases.map(\.word)), "path": Schemas.text, "usage": Schemas.usage,
        "duration_ms": Schemas.count, "degraded": Self.flag, "cost_usd": Self.dollarsOrNull,
        "cost_is_estimate": Self.flag,
    ]

    private static let content: [JSON] = [
        Self.object(["type": ["const": "text"], "text": Schemas.text]),
        Self.object([
            "type": ["const": "tool_call"], "call_id": Schemas.text, "name": Schemas.text, "arguments": Schemas.text,
        ]),
        Self.object(["type": ["const": "reasoning"], "text": Schemas.text, "provider": Schemas.text]),
        Self.object([
            "type": ["const": "tool_result"], "call_id": Schemas.text, "content": Schemas.text,
            "is_error": Self.flag,
        ]),
        Self.object([
            "type": ["enum": ["image", "file"]], "media_type": Schemas.text, "data": Self.textOrNull,
            "url": Self.textOrNull, "name": Self.textOrNull,
        ]),
    ]

    static let modelFailure = Self.object([
        "kind": Self.choice(ModelFailure.Kind.allCases.map(\.code)), "message": Schemas.text,
        "status": ["type": ["integer", "null"]], "retry_after_ms": ["type": ["integer", "null"]],
        "usage": ["anyOf": [Schemas.usage, ["type": "null"]]],
    ])

    static let toolFailure = Self.object([
        "kind": Self.choice(ToolFailure.Kind.allCases.map(\.word)), "message": Schemas.text,
        "may_have_happened": Self.flag,
    ])

    static let waitOpened: JSON.Object = [
        "wait": Schemas.text, "kind": Schemas.waitKind, "question": Schemas.text, "context": [:],
        "answer_schema": [:], "call_id": Self.textOrNull, "expires": Schemas.text,
    ]

    /// An object that has all of these.
    static func object(_ properties: JSON.Object) -> JSON {
        [
            "type": "object", "required": .array(properties.keys.map { .string($0) }),
            "properties": .object(properties),
        ]
    }

    static func choice(_ words: [String]) -> JSON { ["enum": .array(words.map { .string($0) })] }
}
