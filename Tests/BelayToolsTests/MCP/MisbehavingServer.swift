import Foundation

@testable import BelayTools

/// A small MCP server in Python that misbehaves as it is told, in a temporary folder that goes when the test is over.
final class MisbehavingServer: Sendable {
    let folder: URL

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "belay-mcp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        try Self.script.write(to: self.folder.appending(path: "server.py"), atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    /// - Parameter mode: What it does wrong; empty for nothing.
    func specification(_ mode: String = "", rules: ToolRules = ToolRules()) -> MCPServerSpecification {
        MCPServerSpecification(
            "test", command: ["python3", "-u", self.folder.appending(path: "server.py").path, mode],
            environment: ["GREETING": "hello there"], rules: rules)
    }

    /// What the server noted down while it ran, a line each.
    var notes: [String] {
        let text = (try? String(contentsOf: self.folder.appending(path: "notes"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private static let script = #"""
        import json, os, subprocess, sys, time
        mode = sys.argv[1]
        here = os.path.dirname(os.path.abspath(__file__))

        def note(text):
            with open(os.path.join(here, "notes"), "a") as file:
                file.write(text + "\n")

        def send(message):
            sys.stdout.write(json.dumps(dict(message, jsonrpc="2.0"), ensure_ascii=False) + "\n")
            sys.stdout.flush()

        def text(value):
            return {"content": [{"type": "text", "text": value}]}

        note("pid %d" % os.getpid())
        if mode == "dies":
            sys.stderr.write("cannot open the database: %s\n" % os.environ["GREETING"])
            sys.exit(3)
        if mode == "mute":
            time.sleep(3600)
        if mode == "child":
            child = subprocess.Popen(["sh", "-c", "trap '' TERM; while true; do sleep 0.1; done"])
            note("pid %d" % child.pid)
        if mode == "noisy":
            print("Welcome to the server!")
            for _ in range(2000):
                sys.stderr.write("x" * 1000 + "\n")

        def call(id, name, arguments):
            if name == "echo":
                send({"id": id, "result": text(arguments.get("text", ""))})
            elif name == "environment":
                send({"id": id, "result": text(",".join(sorted(os.environ)))})
            elif name == "close":
                note("close")
                os._exit(7)
            elif name == "hang":
                note("hang")
            elif name == "big":
                send({"id": id, "result": text("x" * 10000000)})
            elif name == "huge":
                send({"id": id, "result": text("x" * 20000000)})
            elif name == "garbage":
                note("garbage")
                print("<html>502 Bad Gateway</html>")
            elif name == "wrong_id":
                note("wrong_id")
                send({"id": id + 1000, "result": text("not yours")})
            elif name == "ask":
                send({"id": "s1", "method": "ping"})
                send({"id": "s2", "method": "roots/list"})
                note(sys.stdin.readline().strip())
                note(sys.stdin.readline().strip())
                send({"id": id, "result": text("asked")})
            else:
                send({"id": id, "error": {"code": -32602, "message": "Unknown tool: " + name}})

        names = ["echo", "environment", "close", "hang", "big", "huge", "garbage", "wrong_id", "ask"]
        for line in sys.stdin:
            message = json.loads(line)
            method, id, params = message.get("method"), message.get("id"), message.get("params") or {}
            if method == "initialize":
                revision = "1999-01-01" if mode == "ancient" else "2024-11-05"
                send({"id": id, "result": {"protocolVersion": revision, "capabilities": {"tools": {}},
                                           "serverInfo": {"name": "crooked", "version": "1"}}})
            elif method == "tools/list":
                page = int(params.get("cursor") or 0)
                result = {"tools": [{"name": name, "description": "", "inputSchema": {"type": "object"}}
                                    for name in names[page:page + 4]]}
                if mode == "endless":
                    result["nextCursor"] = str(page + 1)
                elif page + 4 < len(names):
                    result["nextCursor"] = str(page + 4)
                send({"id": id, "result": result})
            elif method == "tools/call":
                call(id, params["name"], params.get("arguments") or {})
            elif method == "notifications/cancelled":
                note("cancelled %s" % params.get("requestId"))
            elif method == "notifications/initialized":
                note("initialized")
        """#
}
