import BelayJSON
import Foundation
import Testing

extension CrashTests {
    /// What a running server does when its disk is full or fails, what people see of it, and what is there afterwards.
    @Suite(.serialized, .timeLimit(.minutes(5)))
    struct DiskFaultTests {
        private static let script = JobScript(turns: [["tag"], ["pay"], ["mail"], ["book"], ["tag", "mail"]])
        private static let jobs = 6

        private static func configuration(store: String) -> String {
            Project.configuration(
                tools: EffectService.tools,
                more: "store: {path: \(store)}\nruntime: {lease: 1s, poll_interval: 100ms}")
        }

        /// Runs a server in the middle of its work, and checks everything once its work is done.
        ///
        /// - Parameter body: Gets the server, and returns the one that ends the work.
        private func withServer(
            in project: Project, _ body: (_ server: ChildProcess, API, EffectService) async throws -> API
        ) async throws {
            let service = try await EffectService.start(in: project, seed: 1, slowest: 500, losses: 0)
            let mock = try await project.startMock(Self.script.scenario(jobs: Self.jobs))
            let (server, api) = try await project.serve()
            var jobs: [Int: String] = [:]
            for job in 0..<Self.jobs { jobs[job] = try await api.start(JobScript.task(job), key: "job-\(job)") }
            _ = try await Patience.wait(for: "some effects") { try await service.books().count > 2 ? true : nil }
            let last = try await body(server, api, service)
            var open: [JSON] = []
            _ = try await Patience.wait(for: "all jobs to end", circumstances: { "\(open)" }) {
                try await Person(service: service).answerAll(at: last)
                let all = try await last.get("/v1/executions").json["items"]?.arrayValue ?? []
                open = all.filter { $0["ended"] == .null }
                return open.isEmpty ? true : nil
            }
            let answers = try await mock.get("/_mock/requests").json["requests"]?.arrayValue ?? []
            let audit = try await Audit(
                of: Self.script, jobs: jobs, api: last, effects: service.books(), answers: answers)
            try await audit.check()
        }

        /// A task that is refused as long as the store can't be written; clients send it again.
        private static func checkRefusal(of api: API) async throws {
            let reply = try await Patience.wait(for: "a refusal") {
                let reply = try await api.post("/v1/agents/clerk/executions", ["task": "One more"])
                return reply.status == 503 ? reply : nil
            }
            #expect(reply.json["code"] == "store_unavailable", "\(reply)")
            #expect(try await api.get("/health/ready").status == 503)
            #expect(try await api.get("/health/live").status == 200)
            // What was written can be read.
            #expect(try await api.get("/v1/executions").json["items"]?.arrayValue?.count ?? 0 >= Self.jobs)
        }

        @Test(.enabled(if: FaultyDisk.canMount))
        func aFullDiskHoldsTheWorkUpUntilThereIsRoom() async throws {
            try await Project.run(["belay.yaml": Self.configuration(store: "disk/belay.db")]) { project in
                try await FaultyDisk.full(megabytes: 16, in: project) {
                    try await self.withServer(in: project) { server, api, _ in
                        try FaultyDisk.fill(in: project)
                        try await Self.checkRefusal(of: api)
                        // Longer than a lease.
                        try await Task.sleep(for: .seconds(3))
                        let lines = server.errors.split(separator: "\n").filter { $0.contains("the disk is full") }
                        #expect((1...20).contains(lines.count), "\(server.errors)")
                        try FaultyDisk.free(in: project)
                        _ = try await Patience.wait(for: "the server to be ready") {
                            try await api.get("/health/ready").status == 200 ? true : nil
                        }
                        return api
                    }
                }
            }
        }

        @Test(.enabled(if: FaultyDisk.canMount))
        func aServerThatIsKilledOnAFullDiskLeavesASoundStore() async throws {
            try await Project.run(["belay.yaml": Self.configuration(store: "disk/belay.db")]) { project in
                try await FaultyDisk.full(megabytes: 16, in: project) {
                    try await self.withServer(in: project) { server, api, _ in
                        try FaultyDisk.fill(in: project)
                        try await Self.checkRefusal(of: api)
                        server.send(SIGKILL)
                        _ = try await server.ended()
                        // There is no room for the index of the log, without which nothing can be read.
                        let refused = try await project.belay("serve", "--port", "0")
                        #expect(refused.status == 69, "\(refused)")
                        #expect(refused.errors.contains("the disk is full"), "\(refused)")
                        try FaultyDisk.free(in: project)
                        return try await project.serve().api
                    }
                }
            }
        }

        @Test(.enabled(if: FaultyDisk.compiler != nil))
        func aFailedSyncEndsTheServerAndTheNextOneGoesOn() async throws {
            try await Project.run(["belay.yaml": Self.configuration(store: "belay.db")]) { project in
                try await FaultyDisk.breakSyncs(in: project)
                try await self.withServer(in: project) { server, api, _ in
                    try project.write("broken", "")
                    let ended = try await server.ended()
                    #expect(ended.status == 69, "\(ended)")
                    #expect(ended.errors.contains("could not be synced"), "\(ended)")
                    // While the disk is broken nobody gets anywhere, and nothing is made worse.
                    let refused = try await project.belay("serve", "--port", "0")
                    #expect(refused.status == 69, "\(refused)")
                    try FileManager.default.removeItem(atPath: project.path("broken"))
                    return try await project.serve().api
                }
            }
        }
    }
}
