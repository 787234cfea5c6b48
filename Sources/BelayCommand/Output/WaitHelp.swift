import Belay
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
        let label = wait.kind == .resolution ? "In doubt" : "Waits (\(wait.kind.rawValue))"
        var lines = ["\(label): \(wait.question)"]
        if !wait.context.isNull { lines.append("  \(self.context)") }
        lines.append("  Open until \(wait.expires.text).")
        let width = self.ways.map(\.meaning.count).max() ?? 0
        for way in self.ways {
            let padding = String(repeating: " ", count: width - way.meaning.count)
            lines.append(
                "  \(way.meaning):\(padding)  \(self.project.commandLine("waits answer \(wait.id) \(way.arguments)"))")
        }
        return lines
    }

    /// A hand-off carries a conversation, which would push everything else off the screen.
    private var context: String {
        let text = self.record.wait.context.serialized()
        guard text.count > Self.shownContext else { return text }
        let whole = self.project.commandLine("executions show --json \(self.record.execution)")
        return "\(text.prefix(Self.shownContext))… (all of it: \(whole))"
    }

    private var ways: [(meaning: String, arguments: String)] {
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
        case .timer: []
        }
    }

    private static func answer(_ answer: JSON) -> String { "--answer \(answer.serialized().shellQuoted)" }
}
