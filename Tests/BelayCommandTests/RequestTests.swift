import BelayJSON
import Testing

/// Requests that can't be served: each is refused with a sentence, and nothing changes.
@Suite(.timeLimit(.minutes(5)))
struct RequestTests {
    private static let scenario = """
        rules:
          - when: {last_role: user}
            reply: {tool_calls: [{name: record, arguments: {job: a, part: 1}}]}
        reply: Done.
        """

    @Test func commandsThatNameNothing() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await self.expect(project, ["run", ""], "The task is empty. Say what the agent shall do.")
            try await self.expect(project, ["run", "  \n"], "The task is empty. Say what the agent shall do.")
            try await self.expect(
                project, ["run", "--agent", "nobody", "Hello"], "There is no agent nobody. Known agents: clerk.")
            try await self.expect(
                project, ["chat", "--agent", "nobody"], "There is no agent nobody. Known agents: clerk.")
            try await self.expect(project, ["executions", "show", "exec_x"], "There is no execution exec_x.")
            try await self.expect(project, ["executions", "events", "exec_x"], "There is no execution exec_x.")
            try await self.expect(project, ["executions", "cancel", "exec_x"], "There is no execution exec_x.")
            try await self.expect(project, ["executions", "resume", "exec_x"], "There is no execution exec_x.")
            try await self.expect(
                project, ["executions", "list", "--cursor", "later"], "this cursor was not given out by the list")
            try await self.expect(
                project, ["waits", "answer", "wait_x", "--approve"], "There is no wait wait_x.")
            try await self.expect(
                project, ["waits", "answer", "wait_x", "--answer", "{"],
                "--answer is not JSON: ")
            let list = try await project.belay("executions", "list", "--json")
            #expect(try list.json == ["items": [], "next": .null])
        }
    }

    private func expect(_ project: Project, _ arguments: [String], _ message: String) async throws {
        let refused = try await project.start(Binary.path, arguments).ended()
        #expect(refused.status == 65, "\(arguments): \(refused)")
        #expect(refused.errors.hasPrefix(message), "\(arguments): \(refused)")
        #expect(refused.errors.split(separator: "\n").count == 1)
        #expect(refused.output.isEmpty)
    }

    @Test func requestsThatCannotBeServed() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let (_, api) = try await project.serve()
            let agent = "/v1/agents/clerk/executions"
            let large = String(repeating: "x", count: 300 << 10)
            let deep = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
            let cases: [(path: String, body: String, status: Int, code: String)] = [
                (agent, #"{"task": " "}"#, 400, "task_invalid"),
                (agent, #"{"task": "\#(large)"}"#, 413, "task_too_large"),
                (agent, #"{"task": "\#(String(repeating: "x", count: 2 << 20))"}"#, 413, "body_too_large"),
                ("/v1/agents/nobody/executions", #"{"task": "Hello"}"#, 404, "agent_unknown"),
                (agent, "task=Hello", 400, "body_not_json"),
                (agent, #"{"task": \#(deep)}"#, 400, "body_not_json"),
                ("/v1/executions/exec_x/cancel", "{}", 404, "execution_not_found"),
                ("/v1/waits/wait_x/answer", #"{"answer": {}}"#, 404, "wait_not_found"),
            ]
            for (path, body, status, code) in cases {
                let reply = try await api.post(path, bytes: Array(body.utf8))
                #expect(reply.status == status, "\(path): \(reply)")
                #expect(reply.json["code"]?.stringValue == code, "\(path): \(reply)")
                #expect(reply.json["detail"]?.stringValue?.isEmpty == false)
            }
            #expect(try await api.get("/v1/executions?cursor=later").json["status"] == 400)
            #expect(try await api.get("/v1/executions").json["items"] == [])
        }
    }

    @Test func anAnswerIsCheckedAndCountsOnce() async throws {
        let tool = Workshop.record.replacing("effect: once", with: "effect: once, approval: always")
        let configuration = Project.configuration(tools: ["record": tool])
        try await Project.run(["belay.yaml": configuration]) { project in
            let workshop = try await Workshop.start(in: project)
            try await project.startMock(Self.scenario)
            let waiting = try await project.belay("run", "--json", "Record it")
            #expect(waiting.status == 75)
            let wait = try #require(try waiting.json["waits"]?[0]?["id"]?.stringValue)

            let wrong = try await project.belay("waits", "answer", wait, "--answer", #"{"decision": "maybe"}"#)
            #expect(wrong.status == 65)
            #expect(wrong.errors.hasPrefix("answer/decision: "), "\(wrong)")
            let missing = try await project.belay("waits", "answer", wait, "--answer", #"{"decision": "edit"}"#)
            #expect(missing.status == 65)
            #expect(missing.errors.contains("arguments"), "\(missing)")
            #expect(try await workshop.effects().isEmpty)
            let open = try await project.belay("waits", "list", "--json")
            #expect(try open.json["items"]?.arrayValue?.count == 1)

            #expect(try await project.belay("waits", "answer", wait, "--reject").status == 0)
            let second = try await project.belay("waits", "answer", wait, "--approve")
            #expect(second.status == 65)
            #expect(second.errors == "The wait \(wait) was answered, expired or cancelled before.\n")
            #expect(try await project.belay("waits", "list", "--json").json == ["items": [], "next": .null])
            #expect(try await workshop.effects().isEmpty)
        }
    }
}
