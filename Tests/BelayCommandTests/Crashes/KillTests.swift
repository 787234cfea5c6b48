import BelayJSON
import Foundation
import Testing

extension CrashTests {
    /// A server that is killed again and again at random moments, with everything in flight: at the end the books of the
    /// model, of the tools and of the journals agree. `scripts/kill-test` runs the long form.
    @Suite(.serialized, .timeLimit(.minutes(60)))
    struct KillTests {
        @Test(arguments: KillPlan.all)
        func theBooksAgreeAfterManyKills(plan: KillPlan) async throws {
            let configuration = Project.configuration(
                tools: EffectService.tools, more: "runtime: {lease: 1s, poll_interval: 100ms, concurrency: 500}")
            try await Project.run(["belay.yaml": configuration]) { project in
                let service = try await EffectService.start(in: project, seed: plan.seed, slowest: plan.slowest)
                let mock = try await project.startMock(plan.scenario)
                let siege = Siege(plan: plan, project: project, service: service, mock: mock)
                let (api, jobs) = try await siege.run()
                #expect(siege.leftAtTheLastKill > 0, "the last kill came too late")
                // Nothing may go on behind the end: what a killed server asked for may still be under way at the service.
                try await Task.sleep(for: .milliseconds(plan.slowest))
                let audit = try await Audit(
                    of: KillPlan.script, jobs: jobs, api: api, effects: service.books(), answers: siege.answers)
                try await audit.check()
                print("KillTests: seed \(plan.seed): \(siege.figures); \(audit.figures)")
                #expect(try await Self.integrity(of: project) == "ok")
            }
        }

        /// What SQLite itself says about the file.
        private static func integrity(of project: Project) async throws -> String {
            let script = """
                import sqlite3
                print(sqlite3.connect("belay.db").execute("PRAGMA integrity_check").fetchone()[0])
                """
            return try await project.python(script).output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}
