import BelayCore
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

/// What reaches the log of whoever operates a runtime.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeReportTests {
    @Test func aCircuitThatOpensIsAWarning() async throws {
        let log = LogRecorder()
        let runtime = Runtime(
            store: InMemoryExecutionStore(clock: ManualWallClock()), gateway: ScriptedModel([]), logger: log.logger())
        let broken = Tool.check { _ in throw ToolFailure(.unavailable, "down") }
        let agent = try runtime.equip(.support([broken]))
        let invocation = ToolInvocation(
            execution: ExecutionID(rawValue: "exe_1"), callID: "c1", arguments: ["number": "A-1"],
            idempotencyKey: "k", user: User("ada"))
        for _ in 0..<5 { _ = await agent.tools.execute("check_order", invocation) }
        #expect(log.lines == ["warning: a tool's circuit is open now agent=support tool=check_order"])
        #expect(runtime.toolStatistics.map(\.circuit) == [.open])
        #expect(runtime.toolStatistics.first?.failures == [.unavailable: 5])
    }

    @Test func theEndOfAnExecutionIsALineAtLevelInfo() async throws {
        let log = LogRecorder()
        let clock = ManualWallClock()
        let runtime = Runtime(
            store: InMemoryExecutionStore(clock: clock), gateway: ScriptedModel([.text("A secret answer.")]),
            logger: log.logger(from: .info), clock: WallTimeClock(clock), wallClock: clock)
        try runtime.register(Agent("support", version: "1", instructions: "Help."))
        let started = try await runtime.start(
            StartRequest(agent: "support", task: "A private matter", user: User("kaya")))
        runtime.runInBackground()
        _ = try await runtime.outcome(of: started.head.id)
        await runtime.shutdown()
        #expect(
            log.lines == [
                "info: an execution ended agent=support cost=$0.0001 cost_is_lower_bound=false duration_ms=0 "
                    + "execution=\(started.head.id) reason=completed state=completed steps=1 tool_calls=0"
            ])
    }

    @Test func theEndOfAnMCPServerIsAWarningAndItsRestartANotice() {
        let log = LogRecorder()
        let runtime = Runtime(
            store: InMemoryExecutionStore(clock: ManualWallClock()), gateway: ScriptedModel([]), logger: log.logger())
        runtime.log(.ready(server: "clock", peer: "time 1", revision: "2025-11-25"))
        runtime.log(.ended(server: "clock", reason: "exit code 3", lastWords: "no database"))
        runtime.log(.restarting(server: "clock", after: .seconds(2)))
        #expect(
            log.lines == [
                "warning: an MCP server ended reason=exit code 3 server=clock standard_error=no database",
                "notice: an MCP server is started again after=2.0 seconds server=clock",
            ])
    }
}
