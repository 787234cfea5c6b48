import Foundation
import Testing

/// MCP servers as tools, by way of `belay.yaml`.
@Suite(.timeLimit(.minutes(5)))
struct MCPCommandTests {
    /// A server that others wrote: `mcp-server-time` from PyPI.
    private static let program = ProcessInfo.processInfo.environment["BELAY_MCP_TIME"]

    @Test func anAgentAsksTheTimeServer() async throws {
        guard let program = Self.program else {
            print("MCPCommandTests: skipped, BELAY_MCP_TIME does not name the program")
            return
        }
        let tool = "{mcp: {command: [\(program), --local-timezone, UTC], prefix: clock_}, effect: readOnly}"
        try await Project.run(["belay.yaml": Project.configuration(tools: ["clock": tool])]) { project in
            try await project.startMock(
                """
                rules:
                  - when: {last_role: user, tools_offered: [clock_convert_time, clock_get_current_time]}
                    reply:
                      tool_calls:
                        - name: clock_convert_time
                          arguments: {source_timezone: Asia/Tokyo, time: "12:00", target_timezone: Asia/Kolkata}
                  - when: {tool: clock_convert_time}
                    reply: "In Kolkata it is {{result.target.datetime}}."
                """)
            let answered = try await project.belay("run", "Noon in Tokyo, when is it in Kolkata?")
            #expect(answered.status == 0, "\(answered)")
            #expect(answered.output.hasPrefix("In Kolkata it is 20"), "\(answered)")
            #expect(answered.output.hasSuffix("T08:30:00+05:30.\n"))
        }
    }

    @Test(arguments: [["run", "Hello"], ["serve", "--port", "0"], ["chat"]])
    func aServerThatDiesAtItsStartIsNamed(command: [String]) async throws {
        let script = "import sys; sys.stderr.write('cannot open the calendar\\\\n'); sys.exit(3)"
        let tool = "{mcp: {command: [python3, -c, \"\(script)\"]}}"
        try await Project.run(["belay.yaml": Project.configuration(tools: ["calendar": tool])]) { project in
            project.set("BELAY_LOG_LEVEL", to: "error")  // A busy machine may say that the server is awaited.
            let refused = try await project.start(Binary.path, command).ended()
            #expect(refused.status == 69, "\(refused)")
            #expect(refused.errors.hasPrefix("MCP server \"calendar\": "), "\(refused)")
            #expect(refused.errors.contains("exit code 3"))
            #expect(refused.errors.contains("cannot open the calendar"))
            #expect(refused.errors.split(separator: "\n").count == 1)
            // What only looks at the store does not need it.
            let list = try await project.belay("executions", "list", "--json")
            #expect(list.status == 0)
        }
    }

    @Test func aServerThatStopsReadingIsNamedAndTakesNobodyAlong() async throws {
        let script = """
            import json, os, sys, time
            opening = json.loads(sys.stdin.readline())
            os.close(0)
            answer = {"protocolVersion": opening["params"]["protocolVersion"], "capabilities": {"tools": {}},
                      "serverInfo": {"name": "deaf", "version": "1"}}
            print(json.dumps({"jsonrpc": "2.0", "id": opening["id"], "result": answer}), flush=True)
            time.sleep(60)
            """
        let files = [
            "belay.yaml": Project.configuration(tools: ["deaf": "{mcp: {command: [python3, deaf.py]}}"]),
            "deaf.py": script,
        ]
        try await Project.run(files) { project in
            project.set("BELAY_LOG_LEVEL", to: "error")  // A busy machine may say that the server is awaited.
            let refused = try await project.belay("run", "Hello")
            #expect(refused.status == 69, "\(refused)")
            #expect(refused.errors.hasPrefix("MCP server \"deaf\": "), "\(refused)")
        }
    }

    @Test func aProgramThatDoesNotExistIsNamed() async throws {
        let tool = "{mcp: {command: [no-such-program]}}"
        try await Project.run(["belay.yaml": Project.configuration(tools: ["calendar": tool])]) { project in
            let refused = try await project.belay("run", "Hello")
            #expect(refused.status == 69, "\(refused)")
            #expect(refused.errors.contains("the program \"no-such-program\" was not found"), "\(refused)")
        }
    }

    /// A server that notes its number and its child's, and ignores the end of its input and SIGTERM.
    private static let stubborn = #"""
        import json, os, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sh", "-c", "trap '' TERM; while true; do sleep 0.1; done"])
        with open("pids", "w") as file:
            file.write("%d %d\n" % (os.getpid(), child.pid))
        for line in sys.stdin:
            message = json.loads(line)
            results = {
                "initialize": {"protocolVersion": "2024-11-05", "capabilities": {"tools": {}},
                               "serverInfo": {"name": "stubborn", "version": "1"}},
                "tools/list": {"tools": [{"name": "rest", "description": "", "inputSchema": {"type": "object"}}]},
            }
            if "id" in message:
                sys.stdout.write(json.dumps(
                    {"jsonrpc": "2.0", "id": message["id"], "result": results.get(message["method"], {})}) + "\n")
                sys.stdout.flush()
        while True:
            time.sleep(0.1)
        """#

    @Test(arguments: [("serve", SIGTERM), ("serve", SIGINT), ("serve", SIGKILL), ("run", SIGTERM), ("run", SIGKILL)])
    func noServerOutlivesBelay(command: String, signal: Int32) async throws {
        let tool = "{mcp: {command: [python3, -u, stubborn.py]}}"
        let files = [
            "belay.yaml": Project.configuration(tools: ["lazy": tool], more: "runtime: {drain: 1s}"),
            "stubborn.py": Self.stubborn,
        ]
        try await Project.run(files) { project in
            let mock = try await project.startMock(
                "rules: [{when: {task: hang}, reply: {text: Late., latency: {first_token: 50s}}}]\nreply: Well.\n")
            let process: ChildProcess
            if command == "serve" {
                process = try await project.serve().process
            } else {
                process = try await project.start("run", "hang")
                _ = try await Patience.wait(for: "a model call") {
                    try await mock.get("/_mock/stats").json["in_flight"]?.intValue ?? 0 > 0 ? true : nil
                }
            }
            let text = String(decoding: try #require(project.bytes(of: "pids")), as: UTF8.self)
            let servers = text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
            #expect(servers.count == 2 && servers.allSatisfy(Self.isRunning), "\(text)")
            process.send(signal)
            // A second Ctrl-C would end it at once; one signal has to do.
            _ = try await process.ended()
            _ = try await Patience.wait(for: "the end of \(servers)") {
                servers.contains(where: Self.isRunning) ? nil : true
            }
        }
    }

    /// What nobody has reaped yet runs no more.
    private static func isRunning(_ process: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
            return kill(process, 0) == 0
        }
        return !status.contains(") Z ")
    }
}
