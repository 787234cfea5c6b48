import Belay
import BelayServer

/// Everything that a person needs who is called because of an execution: how it stands, what happened, what is open, and
/// what may be done about it, as commands to paste.
struct ExecutionPage {
    let head: ExecutionHead
    let entries: [JournalEvent]
    /// The open ones.
    let waits: [WaitRecord]
    let project: ProjectOptions

    var text: String {
        let story = Story(self.entries, showsDurations: true)
        var sections = [self.summary, self.entries.map(story.line)]
        let uncertain = UncertainCalls(self.entries, hasEnded: self.head.ended != nil)
        sections += uncertain.settledByTheRuntime
        sections += uncertain.leftOpen
        sections += self.waits.map { WaitHelp($0, project: self.project).lines }
        if self.head.ended == nil { sections.append(self.ways) }
        return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var summary: [String] {
        let head = self.head
        let reason = head.reason.map { " (\($0.rawValue))" } ?? ""
        let end = head.ended ?? head.updated
        let lasted = Story.seconds(head.started.duration(to: end).milliseconds)
        var lines = [
            "\(head.id) \(head.state.rawValue)\(reason)",
            "  agent    \(head.agent) \(head.version), for \(head.user.id) of \(head.user.tenant)",
            "  started  \(head.started.text), \(head.ended == nil ? "last event" : "ended") after \(lasted)",
            "  so far   \(head.steps.counted("step")), \(head.toolCalls.counted("tool call")), "
                + "\(head.usage.total.counted("token")), \(self.cost)",
        ]
        if head.isDegraded { lines.append("  degraded an earlier answer stood in: no model could be reached") }
        if let session = head.session { lines.append("  session  \(session)") }
        if case .failed(let failed)? = self.entries.last(where: { $0.event.isEnding })?.event {
            lines.append("  failure  \(failed.failure.code): \(failed.failure.message)")
        }
        return lines
    }

    private var cost: String {
        self.head.hasUnknownCost && self.head.cost == .zero ? "cost unknown" : self.head.costWords
    }

    private var ways: [String] {
        var lines = ["What may be done"]
        if !self.waits.contains(where: { $0.wait.kind != .timer }) {
            lines.append(
                "  Go on here, if no server does:  \(self.project.commandLine("executions resume \(self.head.id)"))")
        }
        lines.append("  Stop it:  \(self.project.commandLine("executions cancel \(self.head.id)"))")
        return lines
    }
}
