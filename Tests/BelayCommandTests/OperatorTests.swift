import BelayJSON
import Foundation
import Testing

/// What people do from the command line beside a server that runs.
@Suite(.timeLimit(.minutes(5)))
struct OperatorTests {
    private static let scenario = """
        rules:
          - when: {task: slow}
            reply: {text: Late., latency: {first_token: 50s}}
          - when: {last_role: user, task: {matches: "record (?:it's )?(?<job>\\\\w+)"}}
            reply: {tool_calls: [{name: record, arguments: {job: "{{capture.job}}", part: 7}}]}
          - when: {last_role: tool}
            reply: "The tool said: {{result}}"
        reply: All is well.
        """

    private func withServer(_ body: @Sendable (Project, API, Workshop) async throws -> Void) async throws {
        try await self.withServer { project, api, workshop, _ in try await body(project, api, workshop) }
    }

    private func withServer(_ body: @Sendable (Project, API, Workshop, API) async throws -> Void) async throws {
        let tool = Workshop.record.replacing("effect: once", with: "effect: once, approval: always")
        let configuration = Project.configuration(tools: ["record": tool], more: "runtime: {lease: 2s}")
        try await Project.run(["belay.yaml": configuration]) { project in
            let workshop = try await Workshop.start(in: project)
            let mock = try await project.startMock(Self.scenario)
            let (_, api) = try await project.serve()
            try await body(project, api, workshop, mock)
        }
    }

    /// Waits until a model call is on its way.
    private static func untilAsked(_ mock: API) async throws {
        _ = try await Patience.wait(for: "a model call") {
            let open = try await mock.get("/_mock/stats").json["in_flight"]?.intValue ?? 0
            return open > 0 ? true : nil
        }
    }

    /// The open approval, as `waits list` shows it.
    private func approval(of id: String, in project: Project, _ api: API) async throws -> String {
        _ = try await api.execution(id, in: "waiting")
        let listed = try await project.belay("waits", "list", "--json", "--kind", "approval")
        let wait = try listed.json["items"]?.arrayValue?.first { $0["execution"]?.stringValue == id }
        return try #require(wait?["id"]?.stringValue, "\(listed)")
    }

    @Test func anApprovalLetsTheCallGo() async throws {
        try await self.withServer { project, api, workshop in
            let id = try await api.start("Please record blue")
            let wait = try await self.approval(of: id, in: project, api)
            #expect(try await workshop.effects().isEmpty)
            let table = try await project.belay("waits", "list")
            #expect(table.output.contains(wait) && table.output.hasPrefix("WAIT "))
            let answered = try await project.belay("waits", "answer", wait, "--approve", "--by", "ada")
            #expect(answered.status == 0)
            #expect(answered.errors == "Answered \(wait).\n")
            let view = try await api.execution(id, in: "completed")
            #expect(view["output"]?.stringValue?.contains("blue") == true)
            #expect(try await workshop.effects().map { $0["part"] } == [7])
            let story = try await project.belay("executions", "show", id)
            #expect(story.output.contains("ada approved call"))
            let all = try await project.belay("waits", "list", "--all", "--json")
            #expect(try all.json["items"]?[0]?["status"] == "answered")
        }
    }

    @Test func aRejectionTellsTheAgentWhy() async throws {
        try await self.withServer { project, api, workshop in
            let id = try await api.start("Please record red")
            let wait = try await self.approval(of: id, in: project, api)
            let answered = try await project.belay(
                "waits", "answer", wait, "--reject", "--reason", "not today", "--json")
            #expect(try answered.json["status"] == "answered")
            let view = try await api.execution(id, in: "completed")
            #expect(view["output"]?.stringValue?.contains("not today") == true, "\(view)")
            #expect(try await workshop.effects().isEmpty)
        }
    }

    @Test func consentMayHaveAReasonToo() async throws {
        try await self.withServer { project, api, _ in
            let id = try await api.start("Please record red")
            let wait = try await self.approval(of: id, in: project, api)
            let answered = try await project.belay(
                "waits", "answer", wait, "--approve", "--reason", "as agreed", "--json")
            #expect(try answered.json["answer"] == ["decision": "approve", "reason": "as agreed"], "\(answered)")
            _ = try await api.execution(id, in: "completed")
        }
    }

    @Test func waitsComeInPages() async throws {
        try await self.withServer { project, api, _ in
            var waits: [String] = []
            for job in ["a", "b", "c"] {
                waits.append(try await self.approval(of: api.start("Please record \(job)"), in: project, api))
            }
            let page = try await project.belay("waits", "list", "--json", "--limit", "2").json
            #expect(page["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == [waits[2], waits[1]])
            let cursor = try #require(page["next"]?.stringValue)
            let rest = try await project.belay("waits", "list", "--json", "--cursor", cursor).json
            #expect(rest["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == [waits[0]])
            #expect(rest["next"] == .null)
            let table = try await project.belay("waits", "list", "--limit", "2")
            #expect(table.errors == "More: --cursor \(cursor)\n", "\(table)")
            let foreign = try await project.belay("executions", "list", "--cursor", cursor)
            #expect(foreign.status == 65, "\(foreign)")
            #expect(foreign.errors == "this cursor was not given out by the list\n")
        }
    }

    @Test func showSaysHowItStandsAndEachWayOnAsACommand() async throws {
        try await self.withServer { project, api, workshop in
            let id = try await api.start("Please record it's red")
            _ = try await self.approval(of: id, in: project, api)
            let page = try await project.belay("executions", "show", id).output
            let lines = page.split(separator: "\n").map(String.init)
            #expect(lines.first == "\(id) waiting")
            #expect(lines.contains { $0.hasPrefix("  so far   1 step, 1 tool call, ") && $0.contains("$") }, "\(page)")
            #expect(lines.contains { $0.contains("s] main/mock answered") }, "\(page)")
            #expect(page.contains("\nWaits (approval): "), "\(page)")
            #expect(page.contains("belay executions cancel \(id)"), "\(page)")
            // What is printed to be pasted works when it is pasted.
            let consent = try #require(lines.first { $0.hasPrefix("  Consent with changes:") }, "\(page)")
            let command = try #require(consent.split(separator: ":", maxSplits: 1).last)
            let script = "belay() { \"$0\" \"$@\"; }; \(command)"
            let answered = try await project.start("sh", ["-c", script, Binary.path]).ended()
            #expect(answered.status == 0, "\(answered)")
            _ = try await api.execution(id, in: "completed")
            #expect(try await workshop.effects().map { $0["part"] } == [7])
            let after = try await project.belay("executions", "show", id).output
            #expect(after.hasPrefix("\(id) completed (completed)\n"), "\(after)")
            #expect(!after.contains("What may be done"), "\(after)")
        }
    }

    @Test func anEditedCallIsMadeAsEdited() async throws {
        try await self.withServer { project, api, workshop in
            let id = try await api.start("Please record green")
            let wait = try await self.approval(of: id, in: project, api)
            let edit = #"{"decision": "edit", "arguments": {"job": "teal", "part": 8}}"#
            #expect(try await project.belay("waits", "answer", wait, "--answer", edit).status == 0)
            _ = try await api.execution(id, in: "completed")
            let effects = try await workshop.effects()
            #expect(effects.map { $0["job"] } == ["teal"])
        }
    }

    @Test func aRunningExecutionIsCancelledFromAnotherProcess() async throws {
        try await self.withServer { project, api, _, mock in
            let id = try await api.start("Something slow")
            try await Self.untilAsked(mock)
            let asked = try await project.belay("executions", "cancel", id)
            #expect(asked.status == 0)
            #expect(asked.errors.hasPrefix("Asked \(id) to stop"))
            _ = try await api.execution(id, in: "cancelled")
            let again = try await project.belay("executions", "cancel", id)
            #expect(again.status == 65)
            #expect(again.errors == "The execution \(id) has ended.\n")
            let resumed = try await project.belay("executions", "resume", id)
            #expect(resumed.status == 1)
            #expect(resumed.errors.hasSuffix("\(id) was cancelled.\n"))
        }
    }

    @Test func listShowAndEventsAgreeWithTheServer() async throws {
        try await self.withServer { project, api, _ in
            var ids: [String] = []
            for number in 1...3 { ids.append(try await api.start("Task \(number)")) }
            for id in ids { _ = try await api.execution(id, in: "completed") }

            let list = try await project.belay("executions", "list", "--json", "--state", "completed")
            #expect(try list.json["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == ids.reversed())
            let page = try await project.belay("executions", "list", "--json", "--limit", "2")
            let cursor = try #require(try page.json["next"]?.stringValue)
            let rest = try await project.belay("executions", "list", "--json", "--cursor", cursor)
            #expect(try rest.json["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == [ids[0]])
            let table = try await project.belay("executions", "list", "--agent", "clerk").output
            #expect(table.split(separator: "\n").count == 4)

            let shown = try await project.belay("executions", "show", "--json", ids[0])
            #expect(try shown.json == (try await api.get("/v1/executions/\(ids[0])").json))
            let story = try await project.belay("executions", "show", ids[0])
            #expect(story.output.contains("accepted for anonymous by clerk"))
            let events = try await project.belay("executions", "events", ids[0]).output.split(separator: "\n")
            #expect(try events.map { try JSON.parse(String($0)) } == (try await api.journal(of: ids[0])))
            let later = try await project.belay("executions", "events", ids[0], "--after", "2").output
            #expect(later.split(separator: "\n").count == events.count - 2)
        }
    }

    @Test func severalProcessesWorkOnOneStore() async throws {
        try await self.withServer { project, api, _ in
            try await withThrowingTaskGroup { group in
                for number in 1...4 {
                    group.addTask {
                        let answered = try await project.belay("run", "How are things, \(number)?")
                        #expect(answered.status == 0, "\(answered)")
                        #expect(answered.output == "All is well.\n")
                    }
                    group.addTask {
                        let id = try await api.start("Task \(number)")
                        _ = try await api.execution(id, in: "completed")
                    }
                }
                try await group.waitForAll()
            }
            let all = try await project.belay("executions", "list", "--json").json["items"]?.arrayValue ?? []
            #expect(all.count == 8)
            for head in all {
                let journal = try await api.journal(of: head["id"]?.stringValue ?? "")
                #expect(journal.count { $0["type"] == "model_answered" } == 1)
                #expect(journal.map { $0["sequence"]?.intValue } == (0..<journal.count).map { $0 + 1 })
            }
        }
    }

    @Test func whatAKilledServerLeftIsResumedByHand() async throws {
        try await Project.run(["belay.yaml": Project.configuration(more: "runtime: {lease: 2s}")]) { project in
            let mock = try await project.startMock("{reply: All is well., faults: [{kind: silence, times: 1}]}")
            let (process, api) = try await project.serve()
            let id = try await api.start("How are things?")
            try await Self.untilAsked(mock)
            process.send(SIGKILL)
            _ = try await process.ended()
            let resumed = try await project.belay("executions", "resume", id)
            #expect(resumed.status == 0, "\(resumed)")
            #expect(resumed.output == "All is well.\n")
        }
    }
}
