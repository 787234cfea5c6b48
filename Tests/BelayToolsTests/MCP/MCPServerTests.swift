import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting
import Foundation
import Testing

@testable import BelayTools

/// Real child processes, which end before each test does. Timeouts come from a manual clock where one is waited for.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct MCPServerTests {
    private let script: MisbehavingServer
    private let reports = Reports<MCPReport>()

    init() throws {
        self.script = try MisbehavingServer()
    }

    /// Runs a server while `body` uses it.
    private func serving<Value: Sendable>(
        _ mode: String = "", rules: ToolRules = ToolRules(), clock: any Clock<Duration> = ContinuousClock(),
        _ body: @escaping @Sendable (MCPServer) async throws -> Value
    ) async throws -> Value {
        let reports = self.reports
        let server = MCPServer(self.script.specification(mode, rules: rules), clock: clock) { reports.add($0) }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await server.run()
                return nil
            }
            defer { group.cancelAll() }
            let value = try await body(server)
            group.cancelAll()
            try await group.waitForAll()
            return value
        }
    }

    /// Passes a call through a pipeline, as an agent's calls are.
    private static func execute(
        _ server: MCPServer, _ tool: String, _ arguments: JSON = [:], clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> ToolAttempt {
        let pipeline = try ToolPipeline.of(try await server.tools(), clock: clock)
        var invocation = ToolInvocation.sample
        invocation.arguments = arguments
        return await pipeline.execute(tool, invocation)
    }

    private func isRunning(_ process: String) -> Bool {
        FileManager.default.fileExists(atPath: "/proc/\(process)")
    }

    /// It takes nothing any more, without an error.
    @Test func nothingIsWrittenForEverToAServerThatHasEnded() async {
        var (asked, room) = ([Int](), [3, 2, 0])
        let isWhole = await MCPProcess.write(Array("0123456789".utf8)) { bytes in
            asked.append(bytes.count)
            return room.removeFirst()
        }
        #expect(!isWhole && asked == [10, 7, 5])
        #expect(await MCPProcess.write(Array("01234".utf8)) { min($0.count, 2) })
    }

    @Test func listsAllPagesAndCallsATool() async throws {
        let names = try await self.serving { server in
            let output = try await Self.execute(server, "echo", ["text": "a\u{2028}b"]).output
            #expect(output == "a\u{2028}b")
            return try await server.tools().map(\.name)
        }
        #expect(names == ["echo", "environment", "close", "hang", "big", "huge", "garbage", "wrong_id", "ask"])
        #expect(self.reports.all == [.ready(server: "test", peer: "crooked 1", revision: "2024-11-05")])
        #expect(self.script.notes.contains("initialized"))
    }

    @Test func seesOnlyTheEnvironmentItIsGiven() async throws {
        let output = try await self.serving { try await Self.execute($0, "environment").output }
        let names = Set(output?.split(separator: ",").map(String.init) ?? [])
        #expect(names.isSuperset(of: ["GREETING", "HOME", "PATH"]))
        // What shells and Python set by themselves may be there, as they are here.
        let others = Set(ProcessInfo.processInfo.environment.keys)
            .subtracting(["HOME", "PATH", "PWD", "OLDPWD", "SHLVL", "LC_CTYPE", "_"]).filter { !$0.contains("PYENV") }
        #expect(names.isDisjoint(with: others))
    }

    @Test func manyCallsAtOnceEachGetTheirOwnAnswer() async throws {
        try await self.serving { server in
            let echo = try #require(try await server.tools().first)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        var invocation = ToolInvocation.sample
                        invocation.arguments = ["text": .string("\(number)")]
                        let output = try await echo.handler.call(invocation)
                        #expect(output == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func closingThePipeInACallMayHaveHappenedAndTheServerComesBack() async throws {
        let failure = try await self.serving { server in
            let failure = try await Self.execute(server, "close").failure
            while true {
                if let output = try? await Self.execute(server, "echo", ["text": "again"]).output {
                    #expect(output == "again")
                    return failure
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.mayHaveHappened == true)
        #expect(failure?.message.contains("ended before it answered") == true)
        #expect(self.script.notes.filter { $0.hasPrefix("pid") }.count == 2)
        #expect(
            self.reports.all.contains {
                if case .ended(_, let reason, _) = $0 { reason.contains("exit code 7") } else { false }
            })
    }

    @Test func closingThePipeDidNotHappenForAToolThatChangesNothing() async throws {
        let failure = try await self.serving(rules: ToolRules(effect: .readOnly)) {
            try await Self.execute($0, "close").failure
        }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.mayHaveHappened == false)
    }

    @Test(arguments: [
        ("hang", ToolFailure.Kind.timeout), ("garbage", .invalidOutput), ("wrong_id", .invalidOutput),
    ])
    func aCallWithoutAnAnswerEndsAtItsTimeoutAndIsCancelled(tool: String, kind: ToolFailure.Kind) async throws {
        let script = self.script
        let failure = try await self.serving { server in
            let clock = ManualClock()
            async let execution = Self.execute(server, tool, clock: clock)
            while !script.notes.contains(tool) { try await Task.sleep(for: .milliseconds(5)) }
            // The answer to another call shows that what was written before it has been read.
            #expect(try await Self.execute(server, "echo", ["text": "x"]).output == "x")
            await clock.sleepers(1)
            clock.advance(by: .seconds(30))
            let failure = try await execution.failure
            while !script.notes.contains(where: { $0.hasPrefix("cancelled") }) {
                try await Task.sleep(for: .milliseconds(5))
            }
            return failure
        }
        #expect(failure?.kind == kind)
        #expect(failure?.mayHaveHappened == true)
        #expect(kind == .timeout || failure?.message.contains("lines that are no MCP messages") == true)
    }

    @Test func aBigAnswerIsCutAndAHugeOneFails() async throws {
        try await self.serving { server in
            guard case .succeeded(let output, let length, _) = try await Self.execute(server, "big").execution else {
                Issue.record("10 MB are within the line's bound")
                return
            }
            #expect(length == 10_000_000)
            #expect(output.unicodeScalars.count <= 32_768)
            let failure = try await Self.execute(server, "huge").failure
            #expect(failure?.kind == .invalidOutput)
            #expect(failure?.mayHaveHappened == true)
            #expect(failure?.message == "The MCP server test sent a line of more than 16 MiB.")
        }
    }

    @Test func answersTheServersPingAndRefusesItsOtherRequests() async throws {
        let output = try await self.serving { try await Self.execute($0, "ask").output }
        #expect(output == "asked")
        let replies = try self.script.notes.filter { $0.hasPrefix("{") }.map { try JSON.parse($0) }
        #expect(replies.first == ["jsonrpc": "2.0", "id": "s1", "result": [:]])
        #expect(replies.last?["error"]?["code"] == -32601)
    }

    @Test func aServerThatWritesALotToItsStandardErrorStillWorks() async throws {
        let output = try await self.serving("noisy") { try await Self.execute($0, "echo", ["text": "hi"]).output }
        #expect(output == "hi")
    }

    @Test func aServerThatDiesAtItsStartSaysWhy() async throws {
        let error = await #expect(throws: MCPServerError.self) {
            try await self.serving("dies") { try await $0.tools() }
        }
        #expect(error?.reason.contains("exit code 3") == true)
        #expect(error?.reason.hasSuffix("cannot open the database: ***") == true)
    }

    @Test func aProgramThatDoesNotExistIsNamed() async throws {
        let server = MCPServer(MCPServerSpecification("gone", command: ["no-such-program-at-all"]))
        let error = await #expect(throws: MCPServerError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                defer { group.cancelAll() }
                _ = try await server.tools()
            }
        }
        #expect(error?.description == "MCP server \"gone\": the program \"no-such-program-at-all\" was not found")
    }

    @Test func aServerOfAnUnknownRevisionIsNotUsed() async throws {
        let error = await #expect(throws: MCPServerError.self) {
            try await self.serving("ancient") { try await $0.tools() }
        }
        #expect(error?.reason.contains("1999-01-01") == true)
    }

    @Test func processesThatDoNotEndAreBoundedHoweverWellTheyRan() async throws {
        let clock = ManualClock()
        let reports = self.reports
        let starts = Locked<[(connection: MCPConnection, end: AsyncStream<Void>.Continuation)]>([])
        let server = MCPServer(self.script.specification(), clock: clock, observer: { reports.add($0) }) {
            process, connection, onReady in
            let (forever, end) = AsyncStream<Void>.makeStream()
            onReady(MCPPeer(name: "peer", version: "1", revision: "2025-06-18"))
            starts.withLock { $0.append((connection, end)) }
            await Task { for await _ in forever {} }.value
            return process.end(of: connection, because: "late")
        }
        let running = Task { try await server.run() }
        for number in 1...4 {
            while starts.withLock({ $0.count }) < number, !Task.isCancelled { await Task.yield() }
            await clock.sleepers(1)
            clock.advance(by: .seconds(35))  // The bound of the start; it is ready.
            starts.withLock { $0[number - 1].connection }.close(.closed(reason: "gone"))
            // Its farewell, and that after it was cancelled.
            for _ in 1...2 {
                await clock.sleepers(1)
                clock.advance(by: .seconds(5))
            }
        }
        let isHeldBack = MCPReport.restarting(server: server.specification.name, after: .seconds(30))
        for _ in 1...3 {
            await clock.sleepers(1)
            #expect(starts.withLock { $0.count } == 4 && reports.all.contains(isHeldBack))
            clock.advance(by: .seconds(30))
        }
        for start in starts.withLock({ $0 }) { start.end.finish() }
        while starts.withLock({ $0.count }) < 5 { await clock.advanceToNext() }
        running.cancel()
        for start in starts.withLock({ $0 }) { start.end.finish() }
        clock.advance(by: .seconds(5))
        try await running.value
    }

    @Test func anEndlessListOfToolsIsRefused() async throws {
        let error = await #expect(throws: MCPServerError.self) {
            try await self.serving("endless") { try await $0.tools() }
        }
        #expect(error?.reason.contains("more than 100 pages") == true)
    }

    @Test func aToolThatTheServerDoesNotHaveIsAConfigurationError() async throws {
        var specification = self.script.specification()
        specification.tools = ["echo", "shout"]
        let server = MCPServer(specification)
        let error = await #expect(throws: MCPServerError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                defer { group.cancelAll() }
                _ = try await server.tools()
            }
        }
        #expect(error?.reason.contains("no tool \"shout\"; it has: echo, environment") == true)
    }

    @Test func aServerThatNeverAnswersTheHandshakeIsStoppedAndTriedAgain() async throws {
        let clock = ManualClock()
        let reports = self.reports
        try await self.serving("mute", clock: clock) { server in
            await clock.sleepers(2)  // The handshake's deadline, and the bound of the whole start.
            clock.advance(by: .seconds(30))
            while !reports.all.contains(where: { if case .restarting = $0 { true } else { false } }) {
                try await Task.sleep(for: .milliseconds(5))
            }
            let failure = try await MCPToolHandler(server: server, tool: "echo").failure()
            #expect(failure?.kind == .unavailable)
            #expect(failure?.mayHaveHappened == false)
        }
        guard case .ended(_, let reason, _)? = self.reports.all.first else {
            Issue.record("no end was reported")
            return
        }
        #expect(reason.hasPrefix("it did not answer the handshake within 30 s"))
    }

    @Test func aProcessWhoseEndIsNeverToldIsGivenUp() async throws {
        let clock = ManualClock()
        let reports = self.reports
        let forever = AsyncStream<Void>.makeStream()
        let server = MCPServer(self.script.specification(), clock: clock, observer: { reports.add($0) }) {
            process, connection, _ in
            // Listens to nobody, as a spawn that hangs.
            await Task { for await _ in forever.stream {} }.value
            return process.end(of: connection, because: "late")
        }
        let running = Task { try await server.run() }
        defer {
            running.cancel()
            forever.continuation.finish()
        }
        let tools = Task { try await server.tools() }
        // Not started; no end; not even after it was cancelled. The other sleeper is the deadline of the list.
        for wait in [35, 5, 5] as [Int64] {
            await clock.sleepers(2)
            clock.advance(by: .seconds(wait))
        }
        let error = await #expect(throws: MCPServerError.self) { try await tools.value }
        #expect(error?.reason == "it did not start within 30 s (its process does not end)")
        running.cancel()
        try await running.value
    }

    @Test func aCallThatTheServerWasNeverReadyForDidNotHappen() async throws {
        let failure = try await self.serving("mute") { server in
            let clock = ManualClock()
            let tool = Tool(descriptor: .refund(), handler: MCPToolHandler(server: server, tool: "echo"))
            let pipeline = try ToolPipeline.of([tool], clock: clock)
            async let execution = pipeline.execute("create_refund", .sample)
            await clock.sleepers(1)
            clock.advance(by: .seconds(30))
            return await execution.failure
        }
        #expect(
            failure == ToolFailure(.unavailable, "The MCP server test is not running: it was not ready in time."))
    }

    @Test func stoppingLeavesNoProcessBehind() async throws {
        try await self.serving("child") { _ = try await Self.execute($0, "echo", ["text": "x"]) }
        let processes = self.script.notes.filter { $0.hasPrefix("pid ") }.map { String($0.dropFirst(4)) }
        #expect(processes.count == 2)
        // The kernel takes a moment to remove what was killed and has no parent any more.
        while processes.contains(where: self.isRunning) { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func nothingRunsWithoutRun() async throws {
        let server = MCPServer(self.script.specification())
        let task = Task { try await server.tools() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

extension MCPToolHandler {
    fileprivate func failure() async throws -> ToolFailure? {
        do {
            _ = try await self.call(.sample)
            return nil
        } catch let failure as ToolFailure {
            return failure
        }
    }
}
