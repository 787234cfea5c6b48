import BelayJSON
import Foundation
import Synchronization
import Testing

extension CrashTests {
    /// One execution with every class of effects and a consent, killed before and after each of its writes to the store,
    /// and carried on by `belay serve`.
    @Suite(.timeLimit(.minutes(10)))
    struct CrashMatrixTests {
        private static let script = JobScript(turns: [["look", "tag"], ["pay"], ["mail"], ["book"]])
        /// More writes than there are.
        private static let jobs = 100
        /// Cells at the same time: most of their time they wait for a dead process's lease to run out.
        private static let width = 8

        /// Where the process dies; nowhere in the first cell, which counts the writes.
        private struct Cell: Sendable {
            var job: Int
            var death: (moment: String, write: Int)?
        }

        private static var configuration: String {
            var tools = EffectService.tools
            tools["pay"] = tools["pay"]?.replacing("effect: once", with: "effect: once, approval: always")
            return Project.configuration(tools: tools, more: "runtime: {lease: 1s, poll_interval: 50ms}")
        }

        @Test func anyWriteMayBeTheLastOne() async throws {
            try await Project.run { stage in
                let service = try await EffectService.start(in: stage, seed: 1, slowest: 20, losses: 0)
                let mock = try await stage.startMock(Self.script.scenario(jobs: Self.jobs))
                let writes = try await self.run(Cell(job: 0), service, mock)
                #expect((12...30).contains(writes), "\(writes) writes")
                let plans = (1...writes).flatMap { [("before", $0), ("after", $0)] }
                var cells = plans.enumerated().map { Cell(job: $0.offset + 1, death: $0.element) }[...]
                let deaths = try await withThrowingTaskGroup(of: Int.self) { group in
                    func startNext() {
                        guard let cell = cells.popFirst() else { return }
                        group.addTask { try await self.run(cell, service, mock) }
                    }
                    for _ in 0..<Self.width { startNext() }
                    var deaths = 0
                    while let writes = try await group.next() {
                        if writes == 0 { deaths += 1 }
                        startNext()
                    }
                    return deaths
                }
                // A claim more or less is a matter of time: what was planned for the last write may not come so far.
                #expect(deaths >= plans.count - 4)
                print("CrashMatrixTests: \(writes) writes, killed before and after each: \(deaths) deaths")
            }
        }

        /// - Returns: How many writes there were; 0 when the process died.
        private func run(_ cell: Cell, _ service: EffectService, _ mock: API) async throws -> Int {
            let writes = Mutex(0)
            try await Project.run(["belay.yaml": Self.configuration]) { project in
                project.set("EFFECTS", to: service.api.url)
                project.set("MODEL_URL", to: mock.url + "/v1")
                let death = cell.death.map { [$0.moment, "\($0.write)"] } ?? []
                let mortal = try await project.start(Binary.mortal, [JobScript.task(cell.job), "key"] + death).ended()
                let count = mortal.output.split { $0 == " " || $0 == "\n" }.last.flatMap { Int($0) } ?? 0
                #expect(mortal.status == (count == 0 ? 128 + SIGKILL : 0), "\(cell): \(mortal)")
                #expect(count < cell.death?.write ?? .max, "\(cell) came too far: \(mortal)")
                writes.withLock { $0 = count }
                let (_, api) = try await project.serve()
                // Nobody told the client whether its request arrived: it sends it again.
                let id = try await api.start(JobScript.task(cell.job), key: "key")
                try await self.untilEnded(id, at: api, service)
                // The mock's log may be short of what it sent a moment ago; this takes it after all was settled.
                let answers = try await mock.get("/_mock/requests").json["requests"]?.arrayValue ?? []
                let audit = try await Audit(
                    of: Self.script, jobs: [cell.job: id], api: api, effects: service.books(), answers: answers)
                try await audit.check()
            }
            return writes.withLock { $0 }
        }

        private func untilEnded(_ id: String, at api: API, _ service: EffectService) async throws {
            _ = try await Patience.wait(for: "\(id) to end") {
                try await Person(service: service).answerAll(at: api)
                return try await api.get("/v1/executions/\(id)").json["ended"] == .null ? nil : true
            }
        }
    }
}
