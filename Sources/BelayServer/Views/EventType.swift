import BelayCore

/// The names by which clients know events. A name is never given another meaning.
///
/// They are the API's own, apart from those that the journal is stored with.
public enum EventType: String, Sendable, Hashable, CaseIterable {
    case accepted, planned
    case planRevised = "plan_revised"
    case limitApproached = "limit_approached"
    case limitReached = "limit_reached"
    case completed, failed
    case cancelRequested = "cancel_requested"
    case cancelled
    case modelCallPlanned = "model_call_planned"
    case modelAttemptFailed = "model_attempt_failed"
    case modelAnswered = "model_answered"
    case modelCallFailed = "model_call_failed"
    case toolCallDenied = "tool_call_denied"
    case toolCallApproved = "tool_call_approved"
    case toolCallDispatched = "tool_call_dispatched"
    case toolCallSucceeded = "tool_call_succeeded"
    case toolCallFailed = "tool_call_failed"
    case toolCallInDoubt = "tool_call_in_doubt"
    case toolCallResolved = "tool_call_resolved"
    case toolCallBilled = "tool_call_billed"
    case waitOpened = "wait_opened"
    case waitAnswered = "wait_answered"
    case waitExpired = "wait_expired"
    case sessionContinued = "session_continued"
    case contextCompacted = "context_compacted"
    case outputTruncated = "output_truncated"
    case loopDetected = "loop_detected"
    case outputRejected = "output_rejected"
    case escalated
    case feedbackReceived = "feedback_received"
}
