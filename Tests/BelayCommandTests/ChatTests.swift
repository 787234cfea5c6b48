import Testing

/// `belay chat` with its input from a program.
@Suite(.timeLimit(.minutes(5)))
struct ChatTests {
    private static let scenario = """
        rules:
          - when: {last_role: user, last_message: order}
            reply: {tool_calls: [{name: ask_user, arguments: {question: "Which order?"}}]}
          - when: {last_role: tool, tool: ask_user}
            reply: "Order {{result}} is on its way."
          - when: {last_message: again, turn: {min: 2}}
            reply: You asked about your order before.
        reply: Hello.
        """

    @Test func aQuestionIsAnsweredAndTheConversationGoesOn() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock(Self.scenario)
            let talked = try await project.belay(
                "chat", input: "Hi\nWhere is my order?\n1234\nOnce again please\n")
            #expect(talked.status == 0, "\(talked)")
            let lines = talked.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 4, "\(talked)")
            #expect(lines.first == "Hello.")
            #expect(lines.dropFirst().first == "Which order?")
            #expect(lines.dropFirst(2).first?.contains("1234") == true)
            #expect(lines.last == "You asked about your order before.")
            let list = try await project.belay("executions", "list", "--json")
            let sessions = Set(try list.json["items"]?.arrayValue?.compactMap { $0["session"]?.stringValue } ?? [])
            #expect(sessions.count == 1)
        }
    }

    @Test func anEmptyLineEndsIt() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock(Self.scenario)
            let talked = try await project.belay("chat", input: "Hi\n\nNever said\n")
            #expect(talked.status == 0)
            #expect(talked.output == "Hello.\n")
        }
    }

    @Test func aQuestionInRunIsAWaitThatAPersonAnswers() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock(Self.scenario)
            let waiting = try await project.belay("run", "--json", "Where is my order?")
            #expect(waiting.status == 75)
            let view = try waiting.json
            #expect(view["waits"]?[0]?["question"] == "Which order?")
            let wait = view["waits"]?[0]?["id"]?.stringValue ?? ""
            #expect(try await project.belay("waits", "answer", wait, "--text", "1234").status == 0)
            let resumed = try await project.belay("executions", "resume", view["id"]?.stringValue ?? "")
            #expect(resumed.status == 0)
            #expect(resumed.output.contains("1234"), "\(resumed)")
        }
    }
}
