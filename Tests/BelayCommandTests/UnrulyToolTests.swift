import BelayJSON
import Testing

/// Tools that return too much, nothing, or something else: the agent hears about it, and the execution ends well.
@Suite(.timeLimit(.minutes(5)))
struct UnrulyToolTests {
    private static let scenario = """
        rules:
          - when: {last_role: user, task: {matches: "use (?<tool>\\\\w+)"}}
            reply: {tool_calls: [{name: use, arguments: {}}]}
          - when: {last_role: tool}
            reply: "I could not do it: {{result}}"
        """

    struct Case: Sendable, CustomTestStringConvertible {
        var path: String
        var kind: String
        /// What the agent's answer says.
        var words: String

        var testDescription: String { self.path }
    }

    static let cases = [
        Case(path: "big", kind: "invalid_output", words: "too large (more than 1048576 bytes)"),
        Case(path: "hang", kind: "timeout", words: "1 s"),
        Case(path: "page", kind: "invalid_output", words: "JSON"),
        Case(path: "close", kind: "unavailable", words: "connection"),
    ]

    private static func tool(_ path: String, effect: String) -> String {
        """
        {
            description: Does something, http: {method: GET, url: "${WORKSHOP}/\(path)"}, effect: \(effect),
            output: {type: object}, timeout: \(path == "hang" ? "1s" : "30s")
          }
        """
    }

    @Test(arguments: Self.cases)
    func theAgentSaysHonestlyWhatWentWrong(_ unruly: Case) async throws {
        let configuration = Project.configuration(tools: ["use": Self.tool(unruly.path, effect: "readOnly")])
        try await Project.run(["belay.yaml": configuration]) { project in
            _ = try await Workshop.start(in: project)
            try await project.startMock(Self.scenario)
            let answered = try await project.belay("run", "--json", "Please use it")
            #expect(answered.status == 0, "\(answered)")
            let view = try answered.json
            #expect(view["state"] == "completed")
            let output = try #require(view["output"]?.stringValue)
            #expect(output.hasPrefix("I could not do it: ") && output.contains(unruly.words), "\(output)")
            let failure = try await self.failure(of: view["id"]?.stringValue ?? "", in: project)
            #expect(failure["kind"]?.stringValue == unruly.kind, "\(failure)")
        }
    }

    /// The failure of the one tool call, as the journal has it.
    private func failure(of id: String, in project: Project) async throws -> JSON {
        let events = try await project.belay("executions", "events", id).output.split(separator: "\n").map {
            try JSON.parse(String($0))
        }
        return events.first { $0["type"] == "tool_call_failed" }?["failure"] ?? .null
    }

    @Test(arguments: ["big", "hang", "page", "close"])
    func whatMayHaveHappenedIsPutToAPerson(path: String) async throws {
        let configuration = Project.configuration(tools: ["use": Self.tool(path, effect: "once")])
        try await Project.run(["belay.yaml": configuration]) { project in
            _ = try await Workshop.start(in: project)
            try await project.startMock(Self.scenario)
            let waiting = try await project.belay("run", "--json", "Please use it")
            #expect(waiting.status == 75, "\(waiting)")
            let view = try waiting.json
            let wait = try #require(view["waits"]?[0])
            #expect(wait["kind"] == "resolution")
            let id = try #require(view["id"]?.stringValue)
            let shown = try await project.belay("executions", "show", id)
            #expect(shown.output.contains("In doubt: "), "\(shown)")
            for answer in [#"{"resolution":"happened"}"#, #"{"resolution":"did_not_happen"}"#] {
                #expect(
                    shown.output.contains("belay waits answer \(wait["id"]?.stringValue ?? "") --answer '\(answer)'"),
                    "\(shown)")
            }
            let answer = #"{"resolution": "happened", "output": "it is done"}"#
            let answered = try await project.belay(
                "waits", "answer", wait["id"]?.stringValue ?? "", "--answer", answer)
            #expect(answered.status == 0)
            let resumed = try await project.belay("executions", "resume", id)
            #expect(resumed.status == 0)
            #expect(resumed.output.contains("it is done"), "\(resumed)")
        }
    }
}
