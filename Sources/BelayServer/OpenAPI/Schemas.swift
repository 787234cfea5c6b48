import BelayCore
import BelayJSON
import BelayResilience

/// JSON Schemas of what goes in and out.
enum Schemas {
    static let text: JSON = ["type": "string"]
    static let name: JSON = ["type": "string", "minLength": 1, "maxLength": 256]
    static let textOrNull: JSON = ["type": ["string", "null"]]
    static let state: JSON = ["enum": .array(ExecutionState.allCases.map { .string($0.rawValue) })]
    static let waitKind: JSON = ["enum": .array(WaitKind.allCases.map { .string($0.rawValue) })]

    static let start = Self.object(
        [
            "task": ["type": "string", "minLength": 1],
            "user": Self.object(["id": Self.name, "customer": Self.name, "role": Self.name], required: ["id"]),
            "session": Self.name,
            "session_policy": [
                "enum": .array(SessionPolicy.allCases.map { .string($0.rawValue) }), "default": "enqueue",
            ],
            "critical": ["type": "boolean", "default": false],
            "wait": [
                "type": "number", "minimum": 0, "maximum": .int(Int64(ExecutionEndpoints.longestWait)), "default": 0,
                "description": "Seconds to wait for the outcome before answering.",
            ],
            "stream": ["type": "boolean", "default": false],
        ], required: ["task"])

    static let cancel = Self.object(["by": Self.name], required: [])
    static let message = Self.object(
        ["text": ["type": "string", "minLength": 1], "by": Self.name], required: ["text"])
    static let feedback = Self.object(
        [
            "score": ["type": "number", "minimum": 0, "maximum": 1],
            "comment": ["type": "string", "maxLength": .int(Int64(ExecutionEndpoints.longestComment))], "by": Self.name,
        ],
        required: ["score"])
    static let answer = Self.object(["answer": ["type": "object"], "by": Self.name], required: ["answer"])
    static let health = Self.object(["status": Self.text], required: ["status"])

    /// What counts model calls is the gateway's, which may be anybody's.
    static let statistics: JSON = [
        "type": "object", "required": ["tools"],
        "properties": ["tools": ["type": "array", "items": Self.toolStatistics]],
    ]

    private static let toolStatistics = EventSchemas.object([
        "tool": Self.text, "agent": Self.textOrNull, "version": Self.textOrNull,
        "circuit": EventSchemas.choice(CircuitState.allCases.map(\.word)), "breaker_openings": Self.count,
        "calls": Self.count, "successes": Self.count,
        "failures": [
            "type": "object", "additionalProperties": Self.count,
            "propertyNames": EventSchemas.choice(ToolFailure.Kind.allCases.map(\.word)),
        ],
        "abandoned": Self.count,
    ])

    static let usage = EventSchemas.object([
        "fresh_input": Self.count, "cache_read": Self.count, "cache_write": Self.count, "output": Self.count,
        "reasoning": Self.count, "total": Self.count,
    ])
    static let count: JSON = ["type": "integer"]

    static let execution: JSON = [
        "type": "object",
        "properties": [
            "id": Self.text, "agent": Self.text, "version": Self.text, "state": Self.state,
            "reason": Self.textOrNull, "task": Self.text, "user": Self.text, "customer": Self.textOrNull,
            "session": Self.textOrNull, "steps": Self.count, "tool_calls": Self.count, "usage": Self.usage,
            "cost_usd": Self.text, "cost_is_lower_bound": ["type": "boolean"],
            "degraded": ["type": "boolean"], "started": Self.text,
            "updated": Self.text, "ended": Self.textOrNull, "last_event": Self.count, "output": Self.textOrNull,
            "waits": ["type": "array", "items": Self.wait], "failure": ["type": ["object", "null"]],
        ],
        "required": ["id", "agent", "version", "state", "task", "degraded", "started"],
    ]

    static let wait: JSON = [
        "type": "object",
        "properties": [
            "id": Self.text, "kind": Self.waitKind, "status": Self.text, "execution": Self.text,
            "agent": Self.text, "user": Self.text, "call_id": Self.textOrNull, "question": Self.text, "context": [:],
            "answer_schema": [:], "opened": Self.text,
            "expires": Self.text, "answer": [:], "answered_by": Self.textOrNull, "answered": Self.textOrNull,
        ],
        "required": ["id", "kind", "status", "execution", "question", "expires"],
    ]

    static let problem: JSON = [
        "type": "object",
        "properties": [
            "type": Self.text, "title": Self.text, "status": ["type": "integer"], "code": Self.text,
            "detail": Self.text,
            "parameter": Self.text, "may_have_happened": ["type": "boolean"],
        ],
        "required": ["type", "title", "status", "code", "detail"],
    ]

    static func page(of item: JSON) -> JSON {
        [
            "type": "object",
            "properties": [
                "items": ["type": "array", "items": item], "next": ["type": ["string", "integer", "null"]],
            ],
            "required": ["items", "next"],
        ]
    }

    private static func object(_ properties: JSON, required: JSON) -> JSON {
        ["type": "object", "properties": properties, "required": required, "additionalProperties": false]
    }
}
