import BelayJSON
import Testing

/// A conversation, and an execution of its session, that wait for somebody: neither goes on in silence.
@Suite(.timeLimit(.minutes(5)))
struct ChatWaitTests {
    private static let scenario = """
        rules:
          - when: {last_role: user, last_message: record}
            reply: {tool_calls: [{name: record, arguments: {job: red, part: 7}}]}
          - when: {last_role: tool, tool: record}
            reply: "The tool said: {{result}}"
        reply: Hello.
        """

    private func withWorkshop(_ body: @Sendable (Project, Workshop) async throws -> Void) async throws {
        let tool = Workshop.record.replacing("effect: once", with: "effect: once, approval: always")
        try await Project.run(["belay.yaml": Project.configuration(tools: ["record": tool])]) { project in
            let workshop = try await Workshop.start(in: project)
            try await project.startMock(Self.scenario)
            try await body(project, workshop)
        }
    }

    @Test func anApprovalIsGivenInTheConversation() async throws {
        try await self.withWorkshop { project, workshop in
            let talked = try await project.belay("chat", input: "record it\nyes please\napprove\nHi\n")
            #expect(talked.status == 0, "\(talked)")
            #expect(talked.output.hasPrefix("The tool said: ") && talked.output.hasSuffix("\nHello.\n"), "\(talked)")
            #expect(talked.errors.contains("record is about to run for local"), "\(talked)")
            #expect(talked.errors.contains("That is no answer. Write approve, or reject"), "\(talked)")
            #expect(try await workshop.effects().map { $0["part"] } == [7])
        }
    }

    @Test func aRefusalTellsTheAgentWhy() async throws {
        try await self.withWorkshop { project, workshop in
            let talked = try await project.belay("chat", input: "record it\nreject not today\n")
            #expect(talked.status == 0 && talked.output.contains("not today"), "\(talked)")
            #expect(try await workshop.effects().isEmpty)
        }
    }

    @Test func whatIsLeftOpenIsSaidAndTakenUpAgain() async throws {
        try await self.withWorkshop { project, workshop in
            let talked = try await project.belay("chat", "--session", "s1", input: "record it\n")
            #expect(talked.status == 75, "\(talked)")
            let waits = try await project.belay("waits", "list", "--json").json["items"]
            let wait = try #require(waits?[0]?["id"]?.stringValue)
            #expect(talked.errors.contains("The conversation waits for \(wait)."), "\(talked)")
            #expect(talked.errors.contains("belay waits answer \(wait) --approve\n"), "\(talked)")
            #expect(talked.errors.hasSuffix("Then go on with: belay chat --session s1\n"), "\(talked)")
            // A further line is no further task, which would wait for a day.
            let again = try await project.belay("chat", "--session", "s1", input: "approve\nHi\n")
            #expect(again.status == 0 && again.output.hasSuffix("Hello.\n"), "\(again)")
            #expect(again.errors.contains("An earlier message of this session is not done"), "\(again)")
            #expect(try await workshop.effects().count == 1)
            let all = try await project.belay("executions", "list", "--json").json["items"]?.arrayValue
            #expect(all?.count == 2)
        }
    }

    @Test func resumeSaysWhatItStandsBehind() async throws {
        try await self.withWorkshop { project, _ in
            let talked = try await project.belay("chat", "--session", "s1", "--user", "ada", input: "record it\n")
            #expect(talked.status == 75, "\(talked)")
            let first = try #require(
                try await project.belay("executions", "list", "--json").json["items"]?[0]?["id"]?.stringValue)
            let (process, api) = try await project.serve()
            let body: JSON = ["task": "Hi", "session": "s1", "user": ["id": "ada"]]
            let reply = try await api.post("/v1/agents/clerk/executions", body)
            let second = try #require(reply.json["id"]?.stringValue, "\(reply)")
            process.send(15)
            _ = try await process.ended()
            let resumed = try await project.belay("executions", "resume", second)
            #expect(resumed.status == 75, "\(resumed)")
            #expect(
                resumed.errors.hasPrefix("\(second) waits behind \(first) of its session, which waits for somebody.\n"),
                "\(resumed)")
            #expect(resumed.errors.contains("belay waits answer wait_"), "\(resumed)")
        }
    }
}
