import BelayCore
import BelayJSON

/// JSON Schemas of the events of an execution: one for each type, and one for all of them.
enum EventSchemas {
    static let reference: JSON = ["$ref": "#/components/schemas/Event"]

    /// The schemas by the name that the document has for them.
    static var components: JSON.Object {
        var components = JSON.Object()
        var references: [JSON] = []
        var mapping = JSON.Object()
        for type in EventType.allCases {
            let reference = "#/components/schemas/\(type.schemaName)"
            components[type.schemaName] = Self.schema(of: type)
            references.append(["$ref": .string(reference)])
            mapping[type.rawValue] = .string(reference)
        }
        components["Event"] = [
            "oneOf": .array(references),
            "discriminator": ["propertyName": "type", "mapping": .object(mapping)],
        ]
        return components
    }

    /// Every field is there in every event of its type; one without a value is null.
    private static func schema(of type: EventType) -> JSON {
        var properties: JSON.Object = [
            "sequence": ["type": "integer", "minimum": 1], "time": ["type": "string", "format": "date-time"],
            "type": ["const": .string(type.rawValue)],
        ]
        for (name, schema) in Self.fields(of: type) { properties[name] = schema }
        return [
            "type": "object", "required": .array(properties.keys.map { .string($0) }),
            "properties": .object(properties),
        ]
    }

    private static func fields(of type: EventType) -> JSON.Object {
        switch type {
        case .accepted: Self.accepted
        case .planned, .planRevised: ["call_id": Schemas.text, "steps": ["type": "array", "items": Self.planStep]]
        case .limitApproached: Self.limitApproached
        case .limitReached: ["reason": Self.reason, "detail": Schemas.text]
        case .completed: ["output": Schemas.text, "reason": Self.reason]
        case .failed: ["failure": Self.object(["code": Schemas.text, "message": Schemas.text])]
        case .cancelRequested: ["by": Schemas.text]
        case .cancelled: [:]
        case .modelCallPlanned: ["step": Schemas.count, "purpose": Self.choice(Purpose.allCases.map(\.word))]
        case .modelAttemptFailed: Self.modelAttemptFailed
        case .modelAnswered: Self.modelAnswered
        case .modelCallFailed:
            ["step": Schemas.count, "failure": Self.modelFailure, "user_message": Schemas.text]
        case .toolCallDenied: ["call_id": Schemas.text, "failure": Self.toolFailure]
        case .toolCallApproved:
            [
                "call_id": Schemas.text, "by": Schemas.text, "arguments_sha256": Schemas.text,
                "edited_arguments": Schemas.textOrNull,
            ]
        case .toolCallDispatched:
            [
                "call_id": Schemas.text, "idempotency_key": Schemas.text, "arguments_sha256": Schemas.text,
                "attempt": Schemas.count, "repairs": ["type": "array", "items": Schemas.text],
                "most_cost_usd": Self.dollarsOrNull,
            ]
        case .toolCallSucceeded: ["call_id": Schemas.text, "output": Schemas.text, "duration_ms": Schemas.count]
        case .toolCallFailed: ["call_id": Schemas.text, "failure": Self.toolFailure, "duration_ms": Schemas.count]
        case .toolCallInDoubt:
            [
                "call_id": Schemas.text, "policy": Self.choice(InDoubtPolicy.allCases.map(\.word)),
                "reason": Schemas.text, "settles_at": Schemas.textOrNull,
            ]
        case .toolCallResolved:
            [
                "call_id": Schemas.text, "resolution": Self.choice(Resolution.allCases.map(\.word)),
                "output": Schemas.textOrNull, "by": Schemas.text,
            ]
        case .toolCallBilled:
            [
                "call_id": Schemas.text, "cost_usd": Self.dollarsOrNull, "cost_is_estimate": Self.flag,
                "anomaly": ["enum": .array(ToolCostAnomaly.allCases.map { .string($0.rawValue) } + [.null])],
            ]
        case .waitOpened: Self.waitOpened
        case .waitAnswered: ["wait": Schemas.text, "answer": [:], "by": Schemas.text]
        case .waitExpired: ["wait": Schemas.text]
        case .sessionContinued: ["tokens": Schemas.count]
        case .contextCompacted: Self.contextCompacted
        case .outputTruncated: ["call_id": Schemas.text, "characters": Schemas.count, "kept": Schemas.count]
        case .loopDetected: ["detail": Schemas.text]
        case .outputRejected: ["validator": Schemas.text, "error": Schemas.text]
        case .escalated: ["tier": Schemas.count, "reason": Schemas.text]
        case .feedbackReceived:
            [
                "score": ["type": "number", "minimum": 0, "maximum": 1], "comment": Schemas.textOrNull,
                "by": Schemas.text,
            ]
        }
    }
}

extension EventType {
    /// `ModelAnsweredEvent` for `model_answered`.
    fileprivate var schemaName: String {
        self.rawValue.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() + "Event"
    }
}
