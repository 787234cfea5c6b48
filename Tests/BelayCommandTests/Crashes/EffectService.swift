import BelayJSON

/// A service with an operation for each class of effects. It outlives the servers that are killed, keeps books of what
/// really happened, and has its own share of lost answers.
struct EffectService: Sendable {
    /// What the service knows of one idempotency key.
    struct Entry: Sendable {
        var tool: String
        /// Which job's; nil when only an undoing was asked for.
        var job: Int?
        /// How often the operation was asked for.
        var requests: Int
        /// How often it happened.
        var effects: Int
        var isUndone: Bool
    }

    let api: API

    /// - Parameters:
    ///   - slowest: In milliseconds, of an operation's answer.
    ///   - losses: The share of operations that nobody is told the result of.
    static func start(
        in project: Project, seed: UInt64, slowest: Int, losses: Double = 0.04
    ) async throws -> EffectService {
        try project.write("effects.py", Self.script)
        let process = try await project.start(
            "python3", ["-u", "effects.py", String(seed), String(slowest), String(losses)])
        let url = try await process.line(beginning: "effects listen on ")
        project.set("EFFECTS", to: url)
        return EffectService(api: API(url: url))
    }

    /// By idempotency key.
    func books() async throws -> [String: Entry] {
        var books: [String: Entry] = [:]
        for (key, entry) in try await self.api.get("/books").json.objectValue ?? [:] {
            books[key] = Entry(
                tool: entry["tool"]?.stringValue ?? "", job: entry["job"]?.intValue,
                requests: entry["requests"]?.intValue ?? 0,
                effects: entry["effects"]?.intValue ?? 0, isUndone: entry["undone"] == true)
        }
        return books
    }

    /// Where the first request for a tool stops and never comes back.
    enum Gate: String, Sendable, CaseIterable {
        /// Before its effect, which then never happens.
        case before
        /// After its effect.
        case after
        /// Before its effect, which comes 2.5 seconds later, whoever listens by then.
        case late
    }

    func hold(_ tool: String, _ gate: Gate) async throws {
        _ = try await self.api.post("/gate/set", [tool: .string(gate.rawValue)])
    }

    func happened(_ key: String) async throws -> Bool { try await self.api.get("/done/\(key)").status == 200 }

    /// A tool of each class, by name. Those whose doubts are settled only when the call can't be running any more have a
    /// short timeout.
    static let tools: [String: String] = [
        "look": Self.tool("GET", "look?job={job}&part={part}", effect: "readOnly"),
        "tag": Self.tool("POST", "do/tag", effect: "idempotent"),
        "pay": Self.tool("POST", "do/pay", effect: "once", timeout: "3s", more: Self.probe),
        "mail": Self.tool("POST", "do/mail", effect: "once"),
        "book": Self.tool("POST", "do/book", effect: "compensatable", timeout: "3s", more: Self.compensation),
    ]

    private static let probe = "probe: {method: GET, url: \"${EFFECTS}/done/{idempotency_key}\"},"
    private static let compensation =
        "compensation: {method: POST, url: \"${EFFECTS}/undo/{idempotency_key}\", body: none},"

    static func tool(
        _ method: String, _ path: String, effect: String, timeout: String = "20s", more: String = ""
    ) -> String {
        """
        {
            description: Does its part of a job,
            http: {method: \(method), url: "${EFFECTS}/\(path)"},
            \(more)
            parameters: {
              type: object, required: [job, part], additionalProperties: false,
              properties: {job: {type: integer}, part: {type: integer}}
            },
            effect: \(effect), timeout: \(timeout)
          }
        """
    }

    /// Only `tag` looks at the key before it acts. What was undone before it came is refused when it comes.
    private static let script = #"""
        import json, random, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        seed, slowest, losses = sys.argv[1], int(sys.argv[2]) / 1000, float(sys.argv[3])
        books, gates, lock = {}, {}, threading.Lock()
        blank = {"tool": "?", "job": None, "requests": 0, "effects": 0, "undone": False}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def log_message(self, *arguments):
                pass

            def answer(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                verb, name = self.path.split("/")[1:3]
                if verb == "fail":
                    return self.answer(500, {"error": "out of order"})
                if verb == "undo":
                    return self.undo(name)
                if verb == "gate":
                    gates.update(json.loads(body))
                    return self.answer(200, gates)
                self.act(name, json.loads(body)["job"], self.headers["Idempotency-Key"])

            def act(self, tool, job, key):
                chance = random.Random(seed + key)
                before, after, luck = chance.uniform(0, 0.1), chance.uniform(0, 1), chance.random()
                with lock:
                    entry = books.setdefault(key, dict(blank, tool=tool))
                    entry["job"] = job
                    entry["requests"] += 1
                    first = entry["requests"] == 1
                time.sleep(before * slowest)
                if first and gates.get(tool) == "before":
                    return self.hold()
                if first and gates.get(tool) == "late":
                    time.sleep(2.5)
                if first and luck < losses / 2:
                    return self.answer(503, {"error": "try later"})
                with lock:
                    if entry["undone"]:
                        return self.answer(409, {"error": "was undone before"})
                    if tool != "tag" or entry["effects"] == 0:
                        entry["effects"] += 1
                if first and gates.get(tool) == "after":
                    return self.hold()
                time.sleep(after * slowest)
                if first and luck < losses:
                    self.close_connection = True
                    return
                self.answer(200, {"done": tool})

            def hold(self):
                time.sleep(30)
                self.close_connection = True

            def undo(self, key):
                with lock:
                    entry = books.setdefault(key, dict(blank))
                    entry["undone"] = True
                    happened = entry["effects"] > 0
                self.answer(200 if happened else 404, {"undone": happened})

            def do_GET(self):
                if self.path.startswith("/fail/"):
                    return self.answer(500, {"error": "out of order"})
                if self.path == "/books":
                    with lock:
                        return self.answer(200, books)
                if self.path.startswith("/done/"):
                    with lock:
                        entry = books.get(self.path.split("/")[-1])
                        happened = entry is not None and entry["effects"] > 0
                    return self.answer(200 if happened else 404, {"happened": happened})
                time.sleep(random.Random(seed + self.path).uniform(0, slowest))
                self.answer(200, {"seen": self.path})

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, request, client_address):
                pass

        server = Server(("127.0.0.1", 0), Handler)
        print("effects listen on http://127.0.0.1:%d" % server.server_address[1], flush=True)
        server.serve_forever()
        """#
}
