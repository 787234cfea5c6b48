import BelayCore
import BelayJSON
import Foundation
import Testing

@testable import BelayTools

/// A server that others wrote: `mcp-server-time` from PyPI. `BELAY_MCP_TIME` says where its program is.
@Suite(.timeLimit(.minutes(5)))
struct MCPTimeServerTests {
    private static let program = ProcessInfo.processInfo.environment["BELAY_MCP_TIME"]

    init() {
        if Self.program == nil { print("MCPTimeServerTests: skipped, BELAY_MCP_TIME does not name the program") }
    }

    @Test func convertsATimeAndRefusesAZoneThatDoesNotExist() async throws {
        guard let program = Self.program else { return }
        let specification = MCPServerSpecification(
            "clock", command: [program, "--local-timezone", "UTC"], tools: ["convert_time"], prefix: "clock_",
            rules: ToolRules(effect: .readOnly))
        let reports = Reports<MCPReport>()
        let server = MCPServer(specification) { reports.add($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            let pipeline = try ToolPipeline.of(try await server.tools())
            #expect(pipeline.names == ["clock_convert_time"])
            var invocation = ToolInvocation.sample
            invocation.arguments = [
                "source_timezone": "Asia/Tokyo", "time": "12:00", "target_timezone": "Asia/Kolkata",
            ]
            let output = try #require(await pipeline.execute("clock_convert_time", invocation).output)
            #expect(output.contains("08:30:00+05:30"))
            invocation.arguments["target_timezone"] = "Mars/Olympus"
            #expect(await pipeline.execute("clock_convert_time", invocation).failure?.kind == .rejected)
        }
        guard case .ready(_, _, let revision)? = reports.all.first else {
            Issue.record("the server was never ready")
            return
        }
        #expect(MCPConnection.revisions.contains(revision))
    }
}
