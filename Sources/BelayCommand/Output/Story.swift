import BelayCore
import BelayServer

/// A journal as a person reads it: a line for each event, in words.
struct Story {
    private let start: Timestamp?
    /// Whether model and tool calls are followed by how long they took.
    private let showsDurations: Bool

    init(_ entries: [JournalEvent], showsDurations: Bool = false) {
        self.start = entries.first?.time
        self.showsDurations = showsDurations
    }

    func line(_ entry: JournalEvent) -> String {
        let offset = (self.start ?? entry.time).duration(to: entry.time).milliseconds
        let number = String(entry.sequence)
        let padding = String(repeating: " ", count: max(0, 3 - number.count))
        let since = Self.seconds(offset)
        let indent = String(repeating: " ", count: max(0, 8 - since.count))
        // What somebody wrote must not look like a line of ours.
        let words = "\(self.duration(of: entry.event))\(Self.words(entry))".spellingOut(.onTerminal)
            .replacing("\n", with: " ")
        return "\(padding)\(number)  +\(indent)\(since)  \(words)"
    }

    /// Brings a line without a number under the words of the others.
    static let indent = String(repeating: " ", count: 16)

    static func seconds(_ milliseconds: Int64) -> String {
        let tenths = milliseconds / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }

    private func duration(of event: Event) -> String {
        guard self.showsDurations else { return "" }
        return switch event {
        case .modelAnswered(let answer): "[\(Self.seconds(answer.milliseconds))] "
        case .toolCallSucceeded(let succeeded): "[\(Self.seconds(succeeded.milliseconds))] "
        case .toolCallFailed(let failed): "[\(Self.seconds(failed.milliseconds))] "
        case .attemptFailed(let failed): "[\(Self.seconds(failed.attempt.duration.milliseconds))] "
        default: ""
        }
    }

    private static func short(_ text: String, _ limit: Int = 160) -> String {
        let line = text.replacing("\n", with: " ")
        return line.count > limit ? "\(line.prefix(limit))…" : line
    }

    static func words(_ attempt: ModelAttempt) -> String {
        "attempt \(attempt.number) on \(attempt.path) failed "
            + "(\(attempt.failure.kind.rawValue)): \(Self.short(attempt.failure.message))"
    }

    private static func words(_ entry: JournalEvent) -> String {
        guard case .waitOpened(let wait) = entry.event, wait.kind == .timer else { return Self.words(entry.event) }
        let pause = entry.time.duration(to: wait.expires).milliseconds
        if let callID = wait.callID {
            return "call \(callID) may still be running; settled in \(Self.seconds(max(0, pause)))"
        }
        return "all paths failed; trying again in \(Self.seconds(max(0, pause)))"
    }

    private static func words(_ event: Event) -> String {
        switch event {
        case .accepted(let accepted):
            "accepted for \(accepted.user.id) by \(accepted.agent) \(accepted.version): \(Self.short(accepted.task))"
        case .planned(let planned): "made a plan of \(planned.plan.steps.count.counted("step"))"
        case .planRevised(let planned): "changed the plan to \(planned.plan.steps.count.counted("step"))"
        case .limitApproached(let approached): "near a limit (\(approached.kind.rawValue)): \(approached.detail)"
        case .limitReached(let reached): "limit reached (\(reached.reason.rawValue)): \(reached.detail)"
        case .completed(let completed): "completed (\(completed.reason.rawValue)): \(Self.short(completed.output, 400))"
        case .failed(let failed): "failed (\(failed.failure.code)): \(failed.failure.message)"
        case .cancelRequested(let request): "\(request.by) asked to cancel"
        case .cancelled: "cancelled"
        default: Self.wordsOnWork(event)
        }
    }

    private static func wordsOnWork(_ event: Event) -> String {
        switch event {
        case .modelCallPlanned(let planned):
            planned.purpose == .summary ? "asks a model to sum up" : "step \(planned.step): asks a model"
        case .attemptFailed(let failed): Self.words(failed.attempt)
        case .modelAnswered(let answer): "\(answer.path) answered\(Self.figures(answer)): \(Self.said(answer))"
        case .modelCallFailed(let failed): "no model answered (\(failed.failure.kind.rawValue)): \(failed.userMessage)"
        case .toolCallDenied(let denied): "call \(denied.callID) not made: \(Self.short(denied.failure.message))"
        case .toolCallApproved(let approved):
            "\(approved.by) approved call \(approved.callID)\(approved.editedArguments == nil ? "" : " with changes")"
        case .toolCallDispatched(let dispatched):
            "call \(dispatched.callID) sent\(dispatched.attempt > 1 ? " again (\(dispatched.attempt))" : "")"
        case .toolCallSucceeded(let succeeded): "call \(succeeded.callID) returned: \(Self.short(succeeded.output))"
        case .toolCallFailed(let failed):
            "call \(failed.callID) failed (\(failed.failure.kind.rawValue)): \(Self.short(failed.failure.message))"
        case .toolCallInDoubt(let doubt): "call \(doubt.callID) is in doubt (\(doubt.policy.word)): \(doubt.reason)"
        case .toolCallResolved(let resolved) where resolved.resolution == .notSent:
            "call \(resolved.callID) was taken back before it was sent"
        case .toolCallResolved(let resolved):
            "doubt about call \(resolved.callID) settled by \(resolved.by): \(resolved.resolution.word)"
        case .toolCallBilled(let billed):
            "call \(billed.callID) cost \(billed.cost.amount ?? .zero)"
                + (billed.anomaly.map { " (what it told of its cost: \($0.rawValue))" } ?? "")
        default: Self.wordsOnPeople(event)
        }
    }

    private static func wordsOnPeople(_ event: Event) -> String {
        switch event {
        case .waitOpened(let wait): "waits (\(wait.kind.rawValue)): \(Self.short(wait.question)) [\(wait.id)]"
        case .waitAnswered(let answered): "\(answered.by) answered: \(Self.short(answered.answer.serialized()))"
        case .waitExpired: "the wait is over without an answer"
        case .sessionContinued(let continued):
            "goes on with its session, which has used \(continued.tokens.counted("token"))"
        case .contextCompacted(let compacted):
            "\(compacted.replaced.counted("message")) of the context "
                + (compacted.failure.map { "left out (\($0))" } ?? "summed up (\(compacted.cause.word))")
                + ", \(compacted.summary.facts.count.counted("fact")) on record"
        case .outputTruncated(let cut):
            "output of call \(cut.callID) cut from \(cut.characters) to \(cut.kept) characters"
        case .loopDetected(let loop): "goes in circles: \(loop.detail)"
        case .outputRejected(let rejected): "answer not usable (\(rejected.validator)): \(rejected.error)"
        case .escalated(let escalated): "escalated to tier \(escalated.tier): \(Self.short(escalated.reason))"
        case .feedbackReceived(let feedback):
            "\(feedback.by) gave \(feedback.score)\(feedback.comment.map { ": \($0)" } ?? "")"
        default: event.name.rawValue
        }
    }

    private static func figures(_ answer: Event.ModelAnswered) -> String {
        let cost = answer.cost.amount.map { ", \($0)" } ?? ", price unknown"
        return " (\(answer.usage.total.counted("token"))\(cost)\(answer.isDegraded ? ", from the cache" : ""))"
    }

    private static func said(_ answer: Event.ModelAnswered) -> String {
        let calls = answer.toolCalls.map { "\($0.name)(\(Self.short($0.arguments, 120))) as \($0.id)" }
        return ([Self.short(answer.text)] + calls).filter { !$0.isEmpty }.joined(separator: " + ")
    }
}
