import BelayCore
import BelayJSON

extension Event.ToolCallDenied {
    var view: JSON.Object { ["call_id": .string(self.callID), "failure": self.failure.view] }
}

extension Event.ToolCallSucceeded {
    var view: JSON.Object {
        [
            "call_id": .string(self.callID), "output": .string(self.output), "duration_ms": .int(self.milliseconds),
        ]
    }
}

extension Event.ToolCallFailed {
    var view: JSON.Object {
        [
            "call_id": .string(self.callID), "failure": self.failure.view, "duration_ms": .int(self.milliseconds),
        ]
    }
}

extension Event.ToolCallInDoubt {
    var view: JSON.Object {
        [
            "call_id": .string(self.callID), "policy": .string(self.policy.word), "reason": .string(self.reason),
            "settles_at": .text(self.settlesAt?.text),
        ]
    }
}

extension Event.OutputTruncated {
    var view: JSON.Object {
        [
            "call_id": .string(self.callID), "characters": .int(Int64(self.characters)),
            "kept": .int(Int64(self.kept)),
        ]
    }
}

extension Event.ToolCallApproved {
    var view: JSON.Object {
        [
            "call_id": .string(self.callID), "by": .string(self.by), "arguments_sha256": .string(self.argumentsDigest),
            "edited_arguments": .text(self.editedArguments),
        ]
    }
}

extension Event.ToolCallDispatched {
    var view: JSON.Object {
        [
            "call_id": .string(self.callID), "idempotency_key": .string(self.idempotencyKey),
            "arguments_sha256": .string(self.argumentsDigest), "attempt": .int(Int64(self.attempt)),
            "repairs": .array((self.repairs ?? []).map { .string(Self.word(of: $0)) }),
            "most_cost_usd": .text(self.mostCost?.plainDollars),
        ]
    }

    /// The kinds of repairs are an open set, so they are put into the API's spelling and not listed.
    private static func word(of repair: String) -> String {
        var word = ""
        for character in repair {
            if character.isUppercase, !word.isEmpty { word += "_" }
            word += character.lowercased()
        }
        return word
    }
}

extension Event.ToolCallBilled {
    var view: JSON.Object {
        var view: JSON.Object = ["call_id": .string(self.callID), "anomaly": .text(self.anomaly?.rawValue)]
        view.set(self.cost)
        return view
    }
}

extension Event.ToolCallResolved {
    var view: JSON.Object {
        [
            "call_id": .string(self.callID), "resolution": .string(self.resolution.word), "output": .text(self.output),
            "by": .string(self.by),
        ]
    }
}

extension ToolFailure {
    fileprivate var view: JSON {
        [
            "kind": .string(self.kind.word), "message": .string(self.message),
            "may_have_happened": .bool(self.mayHaveHappened),
        ]
    }
}
