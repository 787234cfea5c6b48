import Belay
import BelayCore
import BelayJSON
import BelayServer

/// What a wait asks, and each way to answer it as a command to paste.
struct WaitHelp {
    /// Characters.
    private static let shownContext = 1_000

    private let record: WaitRecord
    private let project: ProjectOptions

    init(_ record: WaitRecord, project: ProjectOptions) {
        self.record = record
        self.project = project
    }

    var lines: [String] {
        let wait = self.record.wait
        if wait.kind == .timer { return ["Pauses until \(wait.expires.text): \(wait.question)"] }
        return self.question + ["  Open until \(wait.expires.text)."] + self.ways
    }

    /// What is asked, and what there is to decide it by.
    var question: [String] {
        let wait = self.record.wait
        let label = wait.kind == .resolution ? "In doubt" : "Waits (\(wait.kind.rawValue))"
        // Further lines are set in, so that none of them looks like one of ours.
        let question = wait.question.spellingOut(.onTerminal).replacing("\n", with: "\n  ")
        let context = wait.context.isNull ? [] : ["  \(self.context)"]
        return ["\(label): \(question)"] + context
    }

    /// A command for each way to answer.
    var ways: [String] {
        let width = self.meanings.map(\.meaning.count).max() ?? 0
        return self.meanings.map { way in
            let padding = String(repeating: " ", count: width - way.meaning.count)
            let command = self.project.commandLine("waits answer \(self.record.wait.id) \(way.arguments)")
            return "  \(way.meaning):\(padding)  \(command)"
        }
    }

    /// A hand-off carries a conversation, which would push everything else off the screen.
    private var context: String {
        let text = self.record.wait.context.serialized()
        guard text.count > Self.shownContext else { return text }
        let whole = self.project.commandLine("executions show --json \(self.record.execution)")
        return "\(text.prefix(Self.shownContext))… (all of it: \(whole))"
    }

    private var meanings: [(meaning: String, arguments: String)] {
        switch self.record.wait.kind {
        case .approval:
            [
                ("Consent", "--approve"), ("Refuse", "--reject --reason 'why'"),
                (
                    "Consent with changes",
                    Self.answer([
                        "decision": "edit", "arguments": self.record.wait.context["arguments"] ?? .object([:]),
                    ])
                ),
            ]
        case .input: [("Answer", "--text 'your answer'")]
        case .handoff:
            [
                ("Answer in its place", Self.answer(["action": "answer", "text": "your answer"])),
                ("Give it back with advice", Self.answer(["action": "return", "text": "your advice"])),
            ]
        case .resolution:
            [
                ("It happened", Self.answer(["resolution": "happened"])),
                ("It happened, with this result", Self.answer(["resolution": "happened", "output": "the result"])),
                ("It did not happen", Self.answer(["resolution": "did_not_happen"])),
            ]
        case .limit:
            [
                (
                    "Raise it",
                    Self.answer([
                        "decision": "raise", "by": self.record.wait.context["largest_raise"] ?? .int(1),
                    ])
                ), ("Stop here", Self.answer(["decision": "stop"])),
            ]
        case .timer: []
        }
    }

    private static func answer(_ answer: JSON) -> String { "--answer \(answer.serialized().shellQuoted)" }
}
