import BelayCore
import BelayJSON

extension ModelAttempt {
    /// What `model_attempt_failed` says.
    var view: JSON.Object {
        var view: JSON.Object = [
            "attempt": .int(Int64(self.number)), "path": .string("\(self.path)"),
            "endpoint": .text(self.endpoint), "failure": self.failure.view,
            "duration_ms": .int(self.duration.milliseconds),
        ]
        // An attempt that nobody bills has cost nothing, which is another thing than an unknown price.
        view.set(self.cost ?? .known(.zero))
        return view
    }
}

extension Event.ModelAnswered {
    var view: JSON.Object {
        var view: JSON.Object = [
            "step": .int(Int64(self.step)), "content": .array(self.content.map(\.view)),
            "stop_reason": .string(self.stopReason.word), "path": .string("\(self.path)"), "usage": self.usage.view,
            "duration_ms": .int(self.milliseconds), "degraded": .bool(self.isDegraded),
        ]
        view.set(self.cost)
        return view
    }
}

extension Event.ModelCallFailed {
    var view: JSON.Object {
        [
            "step": .int(Int64(self.step)), "failure": self.failure.view, "user_message": .string(self.userMessage),
        ]
    }
}

extension Event.ContextCompacted {
    var view: JSON.Object {
        let facts: [JSON] = self.summary.facts.map {
            ["name": .string($0.name), "value": .string($0.value), "from": .string($0.source.rawValue)]
        }
        var view: JSON.Object = [
            "cause": .string(self.cause.word), "through": .int(Int64(self.through)),
            "replaced": .int(Int64(self.replaced)), "kept_earlier": .int(Int64(self.earlier.count)),
            "summary": .string(self.summary.text), "facts": .array(facts),
            "unread": .int(Int64(self.summary.unread)), "rejected_facts": .int(Int64(self.rejectedFacts)),
            "usage": self.usage.view, "path": .text(self.path.map { "\($0)" }), "duration_ms": .int(self.milliseconds),
            "failure": .text(self.failure),
        ]
        view.set(self.cost)
        return view
    }
}

extension ModelFailure {
    fileprivate var view: JSON {
        [
            "kind": .string(self.kind.code), "message": .string(self.message),
            "status": self.status.map { .int(Int64($0)) } ?? .null,
            "retry_after_ms": self.retryAfter.map { .int($0.milliseconds) } ?? .null,
            "usage": self.usage?.view ?? .null,
        ]
    }
}

extension Content {
    /// A part of an answer; `type` says which.
    fileprivate var view: JSON {
        switch self {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .toolCall(let call):
            [
                "type": "tool_call", "call_id": .string(call.id), "name": .string(call.name),
                "arguments": .string(call.arguments),
            ]
        // The signature means something to its provider only.
        case .reasoning(let reasoning):
            ["type": "reasoning", "text": .string(reasoning.text), "provider": .string(reasoning.origin)]
        case .toolResult(let result):
            [
                "type": "tool_result", "call_id": .string(result.callID), "content": .string(result.content),
                "is_error": .bool(result.isError),
            ]
        case .image(let attachment): attachment.view("image")
        case .file(let attachment): attachment.view("file")
        }
    }
}

extension Attachment {
    fileprivate func view(_ type: String) -> JSON {
        [
            "type": .string(type), "media_type": .string(self.mediaType), "data": .text(self.data),
            "url": .text(self.url), "name": .text(self.name),
        ]
    }
}

extension JSON.Object {
    /// Adds a cost as heads show it: exact decimal dollars, null when no price is known.
    mutating func set(_ cost: Cost) {
        self["cost_usd"] = cost.amount.map { .string($0.plainDollars) } ?? .null
        if case .estimated = cost { self["cost_is_estimate"] = true } else { self["cost_is_estimate"] = false }
    }
}
