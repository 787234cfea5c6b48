import Foundation
import Testing

/// How much a server logs.
@Suite(.timeLimit(.minutes(5)))
struct LogLevelTests {
    @Test func aWordThatIsNoLevelIsRefused() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let flag = try await project.belay("serve", "--log-level", "loud")
            #expect(flag.status == 64 && flag.errors.contains("'loud'") && flag.errors.contains("critical"), "\(flag)")
            project.set("BELAY_LOG_LEVEL", to: "loud")
            let variable = try await project.belay("executions", "list")
            #expect(variable.status == 78, "\(variable)")
            #expect(
                variable.errors.contains(
                    "BELAY_LOG_LEVEL is \"loud\"; it has to be one of: trace, debug, info, notice, warning, error, critical."
                ), "\(variable)")
        }
    }

    @Test func theServerLogsAsMuchAsItIsAskedTo() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock("reply: Done.")
            for (level, logs) in [("info", true), ("notice", false)] {
                project.set("BELAY_LOG_LEVEL", to: level)
                let (process, api) = try await project.serve()
                _ = try await api.get("/v1/executions")
                process.send(SIGTERM)
                let ended = try await process.ended()
                #expect(ended.errors.contains("route=/v1/executions") == logs, "\(ended.errors)")
            }
        }
    }
}
