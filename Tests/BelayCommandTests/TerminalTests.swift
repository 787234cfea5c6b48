import BelayJSON
import Testing

/// What users, tools and models write does nothing to the terminal that shows it.
@Suite(.timeLimit(.minutes(5)))
struct TerminalTests {
    private static let hostile = "a\u{1b}[2Jb\u{9b}1mc\u{202e}d\rforged"
    private static let spelled = "a\\u{1b}[2Jb\\u{9b}1mc\\u{202e}d\\u{d}forged"
    private static let scenario = #"""
        rules:
          - when: {last_role: user, last_message: ask}
            reply: {tool_calls: [{name: ask_user, arguments: {question: "a\e[2Jb\x9b1mc\u202ed\rforged"}}]}
        reply: "a\e[2Jb\x9b1mc\u202ed\rforged"
        """#

    /// Every control but the end of a line.
    private func expectHarmless(_ texts: String...) {
        for text in texts {
            let harmful = text.unicodeScalars.filter {
                ($0.properties.generalCategory == .control && $0 != "\n") || $0 == "\u{202e}"
            }
            #expect(harmful.isEmpty, "\(text.debugDescription)")
        }
    }

    @Test func textIsSpelledOutForPeopleAndExactForPrograms() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock(Self.scenario)
            let answered = try await project.belay("run", "say \(Self.hostile)")
            #expect(answered.status == 0)
            #expect(answered.output == Self.spelled + "\n", "\(answered)")
            let list = try await project.belay("executions", "list")
            #expect(list.output.contains(Self.spelled), "\(list)")
            let exact = try await project.belay("executions", "list", "--json")
            let head = try exact.json["items"]?[0]
            let id = head?["id"]?.stringValue ?? ""
            #expect(
                try await project.belay("executions", "show", "--json", id).json["output"]?.stringValue == Self.hostile)
            let shown = try await project.belay("executions", "show", id)
            #expect(shown.output.contains(Self.spelled), "\(shown)")
            let talked = try await project.belay("chat", input: "say\n")
            #expect(talked.output == Self.spelled + "\n", "\(talked)")
            self.expectHarmless(
                answered.output, answered.errors, list.output, shown.output, talked.output, talked.errors)
        }
    }

    @Test func aQuestionIsSpelledOut() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock(Self.scenario)
            let waiting = try await project.belay("run", "ask")
            #expect(waiting.status == 75, "\(waiting)")
            let list = try await project.belay("waits", "list")
            #expect(list.output.contains(Self.spelled), "\(list)")
            let talked = try await project.belay("chat", input: "ask\n")
            #expect(talked.status == 75 && talked.output == Self.spelled + "\n", "\(talked)")
            self.expectHarmless(waiting.errors, list.output, talked.output, talked.errors)
        }
    }
}
