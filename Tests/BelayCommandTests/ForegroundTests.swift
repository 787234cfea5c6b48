import BelayJSON
import Foundation
import Testing

/// Commands that drive executions themselves: what they take, and how they stop.
@Suite(.timeLimit(.minutes(5)))
struct ForegroundTests {
    private static let scenario = """
        rules:
          - when: {task: hang}
            reply: {text: Late., latency: {first_token: 50s}}
          - when: {task: slow}
            reply: {text: Slowly., latency: {first_token: 8s}}
        reply: All is well.
        """

    /// A project whose leases outlast the test, so that only a lease that was given back lets it go on.
    private func withProject(_ body: @Sendable (Project, API) async throws -> Void) async throws {
        let configuration = Project.configuration(more: "runtime: {lease: 100s}")
        try await Project.run(["belay.yaml": configuration]) { project in
            try await body(project, project.startMock(Self.scenario))
        }
    }

    /// Starts a command and sends it a signal in the middle of its model call.
    private func stop(
        _ arguments: [String], with signal: Int32, in project: Project, _ mock: API
    ) async throws -> ChildProcess {
        let process = try await project.start(Binary.path, arguments)
        try await Self.untilAsked(mock)
        process.send(signal)
        _ = try await process.line(beginning: "Stopping: what runs has 20 s to finish")
        return process
    }

    private static func untilAsked(_ mock: API) async throws {
        _ = try await Patience.wait(for: "a model call") {
            let open = try await mock.get("/_mock/stats").json["in_flight"]?.intValue ?? 0
            return open > 0 ? true : nil
        }
    }

    private func onlyExecution(in project: Project) async throws -> (id: String, state: String) {
        let list = try await project.belay("executions", "list", "--json").json["items"]?.arrayValue ?? []
        #expect(list.count == 1, "\(list)")
        return (list.first?["id"]?.stringValue ?? "", list.first?["state"]?.stringValue ?? "")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalStopsGentlyAndSaysHowToGoOn(signal: Int32) async throws {
        try await self.withProject { project, mock in
            let ended = try await self.stop(["run", "slow"], with: signal, in: project, mock).ended()
            #expect(ended.status == 128 + signal, "\(ended)")
            #expect(ended.output.isEmpty)
            let (id, state) = try await self.onlyExecution(in: project)
            #expect(ended.errors.hasSuffix("Stopped. Go on with: belay executions resume \(id)\n"), "\(ended)")
            #expect(state != "completed")
            let resumed = try await project.belay("executions", "resume", id)
            #expect(resumed.status == 0 && resumed.output == "Slowly.\n", "\(resumed)")
            // What was under way was finished and kept.
            let events = try await project.belay("executions", "events", id).output.split(separator: "\n")
            #expect(try events.count { try JSON.parse(String($0))["path"] != nil } == 1)
        }
    }

    @Test func resumeIsStoppedLikeRun() async throws {
        try await self.withProject { project, mock in
            let process = try await self.stop(["run", "slow"], with: SIGINT, in: project, mock)
            process.send(SIGINT)
            _ = try await process.ended()
            let (id, _) = try await self.onlyExecution(in: project)
            let python = try await project.python(
                """
                import sqlite3
                store = sqlite3.connect('belay.db')
                store.execute('UPDATE execution SET lease_expires = 1')
                store.commit()
                """)
            #expect(python.status == 0, "\(python)")
            let resumed = try await self.stop(["executions", "resume", id], with: SIGTERM, in: project, mock).ended()
            #expect(resumed.status == 143, "\(resumed)")
            #expect(resumed.errors.hasSuffix("Go on with: belay executions resume \(id)\n"))
        }
    }

    @Test func aSecondCtrlCEndsAtOnce() async throws {
        try await self.withProject { project, mock in
            let process = try await self.stop(["run", "hang"], with: SIGINT, in: project, mock)
            let start = ContinuousClock.now
            process.send(SIGINT)
            let ended = try await process.ended()
            #expect(ended.status == 130, "\(ended)")
            #expect(start.duration(to: .now) < .seconds(10))
        }
    }

    @Test func runDrivesItsOwnExecutionOnly() async throws {
        try await self.withProject { project, mock in
            _ = try await self.stop(["run", "slow"], with: SIGINT, in: project, mock).ended()
            let (other, state) = try await self.onlyExecution(in: project)
            let before = try await project.belay("executions", "events", other).output
            let answered = try await project.belay("run", "How are things?")
            #expect(answered.status == 0 && answered.output == "All is well.\n", "\(answered)")
            let talked = try await project.belay("chat", input: "How are things?\nAnd now?\n")
            #expect(talked.status == 0 && talked.output == "All is well.\nAll is well.\n", "\(talked)")
            #expect(try await project.belay("executions", "show", "--json", other).json["state"]?.stringValue == state)
            #expect(try await project.belay("executions", "events", other).output == before)
            #expect(try await project.belay("executions", "resume", other).output == "Slowly.\n")
        }
    }

    @Test func chatGoesOnWithWhatIsLeftOfItsSession() async throws {
        try await self.withProject { project, mock in
            let talking = try await project.start(Binary.path, ["chat", "--session", "s1"], input: "slow\n")
            try await Self.untilAsked(mock)
            talking.send(SIGTERM)
            let ended = try await talking.ended()
            #expect(ended.status == 143, "\(ended)")
            let (id, _) = try await self.onlyExecution(in: project)
            #expect(ended.errors.contains("Stopped. Go on with: belay chat --session s1\n"), "\(ended)")
            #expect(ended.errors.hasSuffix("The last message is unanswered: belay executions resume \(id)\n"))
            let again = try await project.belay("chat", "--session", "s1", input: "How are things?\n")
            // The mock goes by how a conversation began.
            #expect(again.status == 0 && again.output == "Slowly.\n", "\(again)")
            #expect(try await project.belay("executions", "show", "--json", id).json["state"] == "completed")
        }
    }

    @Test func chatStopsAtItsPrompt() async throws {
        try await self.withProject { project, _ in
            // The input stays open, and the process is the shell's own.
            let script = "mkfifo input; sleep 30 >input & exec \"$0\" chat --session s1 -c ./belay.yaml <input"
            let talking = try await project.start("sh", ["-c", script, Binary.path])
            _ = try await talking.line(beginning: "Session s1.")
            talking.send(SIGINT)
            let ended = try await talking.ended()
            #expect(ended.status == 130, "\(ended)")
            #expect(ended.errors.hasSuffix("Go on with: belay chat --session s1 --config ./belay.yaml\n"), "\(ended)")
        }
    }

    @Test func chatPrintsALineForEachTurnForPrograms() async throws {
        try await self.withProject { project, _ in
            let talked = try await project.belay("chat", "--json", input: "How are things?\nAnd now?\n")
            #expect(talked.status == 0 && talked.errors.isEmpty, "\(talked)")
            let lines = try talked.output.split(separator: "\n").map { try JSON.parse(String($0)) }
            #expect(lines.count == 3, "\(talked)")
            #expect(lines.first?["agent"] == "clerk")
            #expect(lines.dropFirst().allSatisfy { $0["output"] == "All is well." && $0["state"] == "completed" })
        }
    }

    @Test func aTaskComesFromStandardInput() async throws {
        try await self.withProject { project, _ in
            let answered = try await project.belay("run", "--json", "-", input: "How are\nthings?\n")
            #expect(try answered.json["output"] == "All is well.", "\(answered)")
            let id = try answered.json["id"]?.stringValue ?? ""
            let events = try await project.belay("executions", "events", id).output
            #expect(try JSON.parse(String(events.split(separator: "\n")[0]))["task"] == "How are\nthings?")
            let empty = try await project.belay("run", "-", input: "")
            #expect(empty.status == 65 && empty.errors.contains("task is empty"), "\(empty)")
            let long = try await project.belay("run", "-", input: String(repeating: "x", count: 262_200))
            #expect(long.status == 65, "\(long)")
            #expect(long.errors == "standard input has more than the 262144 bytes that a task may have\n", "\(long)")
            let script = "printf '\\377\\376' | \"$0\" run -"
            let wrong = try await project.start("sh", ["-c", script, Binary.path]).ended()
            #expect(wrong.status == 65, "\(wrong)")
            #expect(wrong.errors == "standard input is not UTF-8; convert it first\n")
        }
    }
}
