import BelayJSON
import Foundation
import Testing

extension CrashTests {
    /// What a server needs of memory, after many executions and with many that wait. `scripts/kill-test --memory` runs
    /// the long form.
    @Suite(.serialized, .timeLimit(.minutes(60)))
    struct MemoryTests {
        private static let script = JobScript(turns: [["look"], ["tag"]])
        private static let clients = 32

        private static func number(_ name: String, _ otherwise: Int) -> Int {
            ProcessInfo.processInfo.environment["BELAY_MEMORY_\(name)"].flatMap { Int($0) } ?? otherwise
        }

        private func withServer(
            _ body: @Sendable (ChildProcess, API, Project) async throws -> Void
        ) async throws {
            var tools = EffectService.tools
            tools["pay"] = tools["pay"]?.replacing("effect: once", with: "effect: once, approval: always")
            try await Project.run(["belay.yaml": Project.configuration(tools: tools)]) { project in
                _ = try await EffectService.start(in: project, seed: 1, slowest: 0, losses: 0)
                // Job 1 waits for consent.
                let scenario = JobScript(turns: [["pay"]]).rules(for: [1]) + Self.script.rules(for: [0])
                try await project.startMock(JSON.object(["rules": .array(scenario)]).serialized())
                let (server, api) = try await project.serve()
                try await body(server, api, project)
            }
        }

        @Test func manyExecutionsLeaveNothingBehind() async throws {
            let executions = Self.number("EXECUTIONS", 600)
            try await self.withServer { server, api, _ in
                var samples: [Int] = []
                for sample in 1...10 {
                    try await Self.run(executions / 10, of: 0, at: api)
                    samples.append(try await server.residentKilobytes)
                    print("MemoryTests: after \(sample * executions / 10) executions \(samples[sample - 1]) KiB")
                }
                // What is filled once (caches, connections, arenas) is there after the first samples.
                let (early, late) = (samples[1...4].max() ?? 0, samples[7...9].max() ?? 0)
                Self.expectLittle(early, late, for: executions / 2, "\(samples)")
            }
        }

        @Test func waitingCostsNothing() async throws {
            let executions = Self.number("WAITING", 400)
            try await self.withServer { server, api, project in
                try await Self.run(1, of: 0, at: api)
                let fresh = try await server.residentKilobytes
                // Warm: what a first load needs is there.
                try await Self.run(executions, of: 0, at: api)
                let before = try await server.residentKilobytes
                try await Self.run(executions, of: 1, at: api)
                let waits = try await api.get("/v1/waits?limit=1000").json["items"]?.arrayValue ?? []
                #expect(waits.count == min(executions, 1_000))
                let after = try await server.residentKilobytes
                server.send(SIGTERM)
                _ = try await server.ended()
                let (next, again) = try await project.serve()
                try await Self.run(1, of: 0, at: again)
                let restarted = try await next.residentKilobytes
                print(
                    "MemoryTests: \(before) KiB before, \(after) KiB with \(executions) waiting; "
                        + "\(fresh) KiB for a new server with none, \(restarted) KiB for one that finds them")
                Self.expectLittle(before, after, for: executions, "with \(executions) waiting")
                // Nothing of them is loaded.
                #expect(restarted <= fresh + 4_096, "\(fresh) KiB with none, \(restarted) KiB with \(executions)")
            }
        }

        /// An execution grows the store's file by some 10 KiB, and SQLite keeps the last 16 MiB of that in memory. Whatever
        /// else stays of each (its state, its journal, a task) makes it more than this.
        private static let kilobytesOfEach = 24

        private static func expectLittle(_ before: Int, _ after: Int, for executions: Int, _ what: String) {
            let most = min(executions * self.kilobytesOfEach, max(before / 5, 8_192))
            #expect(after - before <= most, "grew from \(before) to \(after) KiB, \(most) are allowed: \(what)")
        }

        /// Runs executions of a job until they have ended or wait.
        private static func run(_ count: Int, of job: Int, at api: API) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<Self.clients {
                    group.addTask {
                        for _ in stride(from: client, to: count, by: Self.clients) {
                            let task: JSON = ["task": .string(JobScript.task(job)), "wait": 60]
                            let reply = try await api.post("/v1/agents/clerk/executions", task)
                            #expect(reply.json["state"] == (job == 0 ? "completed" : "waiting"), "\(reply.text)")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
