import BelayCore
import BelayJSON

extension Event {
    /// The event as clients get it: its type, and its own fields. A field without a value is null, never absent.
    var view: (type: EventType, fields: JSON.Object) {
        switch self {
        case .accepted(let event): (.accepted, event.view)
        case .planned(let event): (.planned, event.view)
        case .planRevised(let event): (.planRevised, event.view)
        case .limitApproached(let event): (.limitApproached, event.view)
        case .limitReached(let event):
            (.limitReached, ["reason": .string(event.reason.rawValue), "detail": .string(event.detail)])
        case .completed(let event):
            (.completed, ["output": .string(event.output), "reason": .string(event.reason.rawValue)])
        case .failed(let event): (.failed, ["failure": event.failure.view])
        case .cancelRequested(let event): (.cancelRequested, ["by": .string(event.by)])
        case .cancelled: (.cancelled, [:])
        case .modelCallPlanned(let event):
            (.modelCallPlanned, ["step": .int(Int64(event.step)), "purpose": .string(event.purpose.word)])
        case .attemptFailed(let event): (.modelAttemptFailed, event.attempt.view)
        case .modelAnswered(let event): (.modelAnswered, event.view)
        case .modelCallFailed(let event): (.modelCallFailed, event.view)
        case .toolCallDenied(let event): (.toolCallDenied, event.view)
        case .toolCallApproved(let event): (.toolCallApproved, event.view)
        case .toolCallDispatched(let event): (.toolCallDispatched, event.view)
        case .toolCallSucceeded(let event): (.toolCallSucceeded, event.view)
        case .toolCallFailed(let event): (.toolCallFailed, event.view)
        case .toolCallInDoubt(let event): (.toolCallInDoubt, event.view)
        case .toolCallResolved(let event): (.toolCallResolved, event.view)
        case .toolCallBilled(let event): (.toolCallBilled, event.view)
        case .waitOpened(let wait): (.waitOpened, wait.eventView)
        case .waitAnswered(let event):
            (
                .waitAnswered,
                ["wait": .string(event.wait.rawValue), "answer": event.answer, "by": .string(event.by)]
            )
        case .waitExpired(let event): (.waitExpired, ["wait": .string(event.wait.rawValue)])
        case .sessionContinued(let event): (.sessionContinued, ["tokens": .int(Int64(event.tokens))])
        case .contextCompacted(let event): (.contextCompacted, event.view)
        case .outputTruncated(let event): (.outputTruncated, event.view)
        case .loopDetected(let event): (.loopDetected, ["detail": .string(event.detail)])
        case .outputRejected(let event):
            (.outputRejected, ["validator": .string(event.validator), "error": .string(event.error)])
        case .escalated(let event):
            (.escalated, ["tier": .int(Int64(event.tier)), "reason": .string(event.reason)])
        case .feedbackReceived(let event): (.feedbackReceived, event.view)
        }
    }
}

extension Event.Accepted {
    fileprivate var view: JSON.Object {
        let conversation: [JSON] = (self.conversation ?? []).map {
            ["role": .string($0.role.rawValue), "text": .string($0.text)]
        }
        return [
            "execution": .string(self.execution.rawValue), "agent": .string(self.agent),
            "version": .string(self.version), "task": .string(self.task), "user": .string(self.user.id),
            "customer": .text(self.user.customer), "role": .string(self.user.role),
            "session": .text(self.session?.rawValue), "continues": .text(self.continues?.rawValue),
            "conversation": .array(conversation), "limits": self.limits.view, "critical": .bool(self.isCritical),
        ]
    }
}

extension ExecutionLimits {
    /// The limits under the names that they have in `belay.yaml`, with their units.
    fileprivate var view: JSON {
        [
            "steps": .int(Int64(self.maxSteps)), "tokens_per_step": .int(Int64(self.maxTokensPerStep)),
            "timeout_ms": .int(self.timeout.milliseconds), "tool_calls": .int(Int64(self.maxToolCalls)),
            "tokens": .int(Int64(self.maxTokens)), "cost_usd": .string(self.maxCost.plainDollars),
            "repeats": .int(Int64(self.maxRepeats)), "model_pauses": .int(Int64(self.maxModelPauses)),
            "session_tokens": .int(Int64(self.maxSessionTokens)), "at_limit": .string(self.atLimit.rawValue),
        ]
    }
}

extension Event.LimitApproached {
    fileprivate var view: JSON.Object {
        [
            "limit": .string(self.kind.rawValue), "unit": .string(self.kind.figures), "spent": .int(self.spent),
            "allowed": .int(self.allowed), "detail": .string(self.detail),
        ]
    }
}

extension Event.Planned {
    fileprivate var view: JSON.Object {
        let steps: [JSON] = self.plan.steps.map { step in
            [
                "id": .string(step.id), "title": .string(step.title), "tool": .text(step.tool),
                "depends_on": .array(step.dependsOn.map { .string($0) }),
            ]
        }
        return ["call_id": .string(self.callID), "steps": .array(steps)]
    }
}

extension ExecutionFailure {
    var view: JSON { ["code": .string(self.code), "message": .string(self.message)] }
}

extension Wait {
    /// The wait with the words that a list of waits has for it; its identifier is the event's `wait`.
    fileprivate var eventView: JSON.Object {
        [
            "wait": .string(self.id.rawValue), "kind": .string(self.kind.rawValue), "question": .string(self.question),
            "context": self.context, "answer_schema": self.answerSchema ?? .null, "call_id": .text(self.callID),
            "expires": .string(self.expires.text),
        ]
    }
}

extension Event.FeedbackReceived {
    fileprivate var view: JSON.Object {
        ["score": JSON(self.score), "comment": .text(self.comment), "by": .string(self.by)]
    }
}
