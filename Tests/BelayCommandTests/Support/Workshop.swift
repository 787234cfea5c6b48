import BelayJSON

/// A service of the kind that tools call: it counts what was really done, and misbehaves where it is asked to.
struct Workshop: Sendable {
    let api: API

    static func start(in project: Project) async throws -> Workshop {
        try project.write("workshop.py", Self.script)
        let process = try await project.start("python3", ["-u", "workshop.py"])
        let url = try await process.line(beginning: "workshop listens on ")
        project.set("WORKSHOP", to: url)
        return Workshop(api: API(url: url))
    }

    /// What was done, in order: the body of each request, with its key.
    func effects() async throws -> [JSON] { try await self.api.get("/effects").json.arrayValue ?? [] }

    /// A tool that does something once, takes half a second for it, and can say later whether it did.
    static let record = """
        {
            description: Records a part of a job,
            http: {method: POST, url: "${WORKSHOP}/effects"},
            probe: {method: GET, url: "${WORKSHOP}/effects/{idempotency_key}"},
            parameters: {
              type: object, required: [job, part], additionalProperties: false,
              properties: {job: {type: string}, part: {type: integer}}
            },
            effect: once, timeout: 20s
          }
        """

    /// Not idempotent on purpose: a request that comes twice happens twice. It happens when the request arrives, the
    /// answer comes later.
    private static let script = #"""
        import json, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        done, lock = [], threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def log_message(self, *arguments):
                pass

            def answer(self, status, body, kind="application/json"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers.get("Idempotency-Key", "")
                with lock:
                    done.append(dict(body, key=key))
                if self.path == "/lost":
                    self.close_connection = True
                    return
                time.sleep(0.5)
                self.answer(200, json.dumps({"recorded": body}).encode())

            def do_GET(self):
                if self.path == "/effects":
                    with lock:
                        return self.answer(200, json.dumps(done).encode())
                if self.path.startswith("/effects/"):
                    key = self.path.split("/")[-1]
                    with lock:
                        found = [entry for entry in done if entry["key"] == key]
                    return self.answer(200 if found else 404, json.dumps(found[:1]).encode())
                if self.path == "/big":
                    return self.answer(200, b"x" * 20_000_000, "text/plain")
                if self.path == "/page":
                    return self.answer(200, b"<html>Welcome</html>", "text/html")
                if self.path == "/hang":
                    time.sleep(120)
                self.close_connection = True

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass

        server = Server(("127.0.0.1", 0), Handler)
        print("workshop listens on http://127.0.0.1:%d" % server.server_address[1], flush=True)
        server.serve_forever()
        """#
}
