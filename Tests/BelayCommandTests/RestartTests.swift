import BelayJSON
import Foundation
import Testing

/// A server that is stopped, or killed, in the middle of ten executions, and started again.
@Suite(.timeLimit(.minutes(4)))
struct RestartTests {
    /// A sensible model: it goes by what the results say was recorded, so a call that was not carried out is made again.
    private static let scenario = #"""
        latency: {first_token: {uniform: [100ms, 500ms]}}
        rules:
          - when: {any_message: {matches: "\"part\": 2[,}]"}}
            reply: Both parts are recorded.
          - when: {task: {matches: "job (?<job>\\d+)"}, any_message: {matches: "\"part\": 1[,}]"}}
            reply: {tool_calls: [{name: record, arguments: {job: "{{capture.job | string}}", part: 2}}]}
          - when: {task: {matches: "job (?<job>\\d+)"}}
            reply: {tool_calls: [{name: record, arguments: {job: "{{capture.job | string}}", part: 1}}]}
        """#

    @Test func stoppedBySIGTERM() async throws {
        try await self.interrupt(SIGTERM) { ended, took in
            #expect(ended.status == 0, "\(ended)")
            #expect(took < .seconds(25), "the drain ends after 20 s at most")
        }
    }

    @Test func killedBySIGKILL() async throws {
        try await self.interrupt(SIGKILL) { ended, _ in #expect(ended.status == 128 + SIGKILL) }
    }

    private func interrupt(
        _ signal: Int32, check: @Sendable (ChildProcess.Ended, Duration) -> Void
    ) async throws {
        // That a call did not happen is known for sure after twice its timeout.
        let record = Workshop.record.replacing("timeout: 20s", with: "timeout: 4s")
        let configuration = Project.configuration(tools: ["record": record], more: "runtime: {lease: 3s}")
        try await Project.run(["belay.yaml": configuration]) { project in
            let workshop = try await Workshop.start(in: project)
            try await project.startMock(Self.scenario)
            let (first, api) = try await project.serve()
            var jobs: [String] = []
            for job in 0..<10 { jobs.append(try await api.start("Do job \(job)", key: "job-\(job)")) }
            _ = try await Patience.wait(for: "the first effects") {
                try await workshop.effects().count >= 4 ? true : nil
            }
            let stopping = ContinuousClock.now
            first.send(signal)
            let ended = try await first.ended()
            let stopped = ContinuousClock.now
            check(ended, stopping.duration(to: stopped))
            let left = try await project.belay("executions", "list", "--json").json["items"]?.arrayValue ?? []
            let unfinished = left.count { $0["state"] != "completed" }
            #expect(left.count == 10 && unfinished > 0, "the signal came too late: \(unfinished) of \(left.count)")

            let starting = ContinuousClock.now
            let (_, again) = try await project.serve()
            for id in jobs { _ = try await again.execution(id, in: "completed") }
            print(
                "RestartTests: signal \(signal): ended in \(stopping.duration(to: stopped)), \(unfinished) left, "
                    + "all done \(starting.duration(to: .now)) after the start")
            for id in jobs { try await self.checkJournal(id, at: again) }
            try self.checkEffects(try await workshop.effects())
            // The same keys are the same executions still.
            #expect(try await again.start("Do job 3", key: "job-3") == jobs[3])
            #expect(try await again.get("/v1/executions").json["items"]?.arrayValue?.count == 10)
        }
    }

    private func checkJournal(_ id: String, at api: API) async throws {
        let journal = try await api.journal(of: id)
        #expect(journal.map { $0["sequence"]?.intValue } == (0..<journal.count).map { $0 + 1 })
        let kinds = journal.compactMap { $0["type"]?.stringValue }
        #expect(kinds.first == "accepted", "\(journal.first ?? .null)")
        #expect(kinds.count { $0 == "completed" } == 1)
        #expect(kinds.last == "completed")
    }

    private func checkEffects(_ effects: [JSON]) throws {
        let parts = effects.map { "\($0["job"]?.stringValue ?? "?")/\($0["part"]?.intValue ?? 0)" }
        #expect(parts.sorted() == (0..<10).flatMap { ["\($0)/1", "\($0)/2"] }.sorted())
        #expect(Set(effects.compactMap { $0["key"]?.stringValue }).count == 20)
    }
}
