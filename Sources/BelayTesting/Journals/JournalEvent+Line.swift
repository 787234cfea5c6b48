import BelayCore

extension JournalEvent {
    /// The event in one line, for people who read a failed test.
    public var line: String {
        let details = self.event.details.replacing("\n", with: " ").prefix(200)
        return "\(self.sequence) \(self.event.name.rawValue)\(details.isEmpty ? "" : ": \(details)")"
    }
}

extension Event {
    fileprivate var details: String {
        switch self {
        case .accepted(let accepted): "\(accepted.agent) \(accepted.version), \(accepted.task)"
        case .planned(let planned), .planRevised(let planned): planned.plan.steps.map(\.id).joined(separator: ", ")
        case .limitApproached(let approached): "\(approached.kind.rawValue), \(approached.detail)"
        case .limitReached(let reached): "\(reached.reason.rawValue), \(reached.detail)"
        case .completed(let completed): "\(completed.reason.rawValue), \(completed.output)"
        case .failed(let failed): "\(failed.failure.code), \(failed.failure.message)"
        case .cancelRequested(let request): "by \(request.by)"
        case .cancelled: ""
        case .modelCallPlanned(let planned): "step \(planned.step), \(planned.purpose.rawValue)"
        case .attemptFailed(let failed): "\(failed.attempt.number) on \(failed.attempt.path)"
        case .modelAnswered(let answer):
            (["step \(answer.step)", answer.text]
                + answer.toolCalls.map { "\($0.id) = \($0.name)(\($0.arguments))" }).filter { !$0.isEmpty }
                .joined(separator: ", ")
        case .modelCallFailed(let failed): "step \(failed.step), \(failed.failure.kind.rawValue)"
        case .waitOpened, .waitAnswered, .waitExpired: self.waitDetails
        case .sessionContinued(let continued): "\(continued.tokens) tokens before"
        case .contextCompacted(let compacted):
            "\(compacted.cause.rawValue), \(compacted.replaced) messages through \(compacted.through)"
                + (compacted.failure.map { ", \($0)" } ?? "")
        case .outputTruncated(let cut): "\(cut.callID), \(cut.kept) of \(cut.characters) characters"
        case .loopDetected(let loop): loop.detail
        case .outputRejected(let rejected): "\(rejected.validator), \(rejected.error)"
        case .escalated(let escalated): "tier \(escalated.tier), \(escalated.reason)"
        case .feedbackReceived(let feedback): "\(feedback.score) by \(feedback.by)"
        case .toolCallDenied, .toolCallApproved, .toolCallDispatched, .toolCallSucceeded, .toolCallFailed,
            .toolCallInDoubt, .toolCallResolved, .toolCallBilled:
            self.callDetails
        }
    }

    private var waitDetails: String {
        switch self {
        case .waitOpened(let wait):
            "\(wait.id), \(wait.kind.rawValue)\(wait.callID.map { " of \($0)" } ?? ""), \(wait.question)"
        case .waitAnswered(let answered): "\(answered.wait) by \(answered.by), \(answered.answer.serialized())"
        case .waitExpired(let expired): "\(expired.wait)"
        default: ""
        }
    }

    private var callDetails: String {
        switch self {
        case .toolCallDenied(let denied): "\(denied.callID), \(denied.failure.message)"
        case .toolCallApproved(let approved): "\(approved.callID) by \(approved.by)"
        case .toolCallDispatched(let dispatched): "\(dispatched.callID), attempt \(dispatched.attempt)"
        case .toolCallSucceeded(let succeeded): "\(succeeded.callID), \(succeeded.output.prefix(80))"
        case .toolCallFailed(let failed): "\(failed.callID), \(failed.failure.kind.rawValue), \(failed.failure.message)"
        case .toolCallInDoubt(let doubt): "\(doubt.callID), \(doubt.policy.rawValue), \(doubt.reason)"
        case .toolCallBilled(let billed):
            "\(billed.callID), \(billed.cost)\(billed.anomaly.map { ", \($0.rawValue)" } ?? "")"
        case .toolCallResolved(let resolved): "\(resolved.callID), \(resolved.resolution.rawValue) by \(resolved.by)"
        default: ""
        }
    }
}
