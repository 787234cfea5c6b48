import BelayCore
import BelayHTTP
import BelayJSON
import Foundation
import Subprocess
import Testing

@testable import BelayTools

/// The same tool against a real server on a real socket.
@Suite(.timeLimit(.minutes(5)))
struct HTTPToolWireTests {
    private static let script = #"""
        import http.server, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length).decode()
                if self.path.startswith("/away"):
                    self.send_response(302)
                    self.send_header("Location", "/orders/1")
                    self.end_headers()
                    return
                if self.path.startswith("/big"):
                    self.send_response(200)
                    self.end_headers()
                    for _ in range(20):
                        self.wfile.write(b"x" * (1 << 20))
                    return
                if self.path.startswith("/cut"):
                    self.send_response(200)
                    self.send_header("Content-Length", "100")
                    self.end_headers()
                    self.wfile.write(b"{")
                    return
                self.send_response(200)
                self.end_headers()
                self.wfile.write(" ".join([self.path, self.headers["Idempotency-Key"], body]).encode())
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """#

    /// Starts the server, calls the tool at `path` and stops the server.
    private func execute(_ path: String) async throws -> ToolAttempt {
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .kill, allowedDurationToNextStep: .zero)]
        return try await Subprocess.run(
            .name("python3"), arguments: ["-c", Self.script], platformOptions: options, input: .none, output: .sequence,
            error: .discarded
        ) { process in
            var first: [UInt8] = []
            for try await buffer in process.standardOutput {
                buffer.withUnsafeBytes { first += Array($0) }
                if first.contains(0x0A) { break }
            }
            let port = String(decoding: first, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            let specification = HTTPToolSpecification(call: .init("POST", "http://127.0.0.1:\(port)\(path)"))
            let pipeline = try ToolPipeline.of([Tool(.refund(), http: specification)])
            let execution = await pipeline.execute("create_refund", .sample)
            await process.teardown(using: options.teardownSequence)
            return execution
        }.closureResult
    }

    @Test func aCallArrivesAsTheSpecificationSays() async throws {
        #expect(try await self.execute("/orders/{order}").output == #"/orders/A-1 key-1 {"amount":20}"#)
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let failure = try await self.execute("/away").failure
        #expect(failure?.kind == .rejected)
        #expect(failure?.message.contains("redirect (302)") == true)
    }

    @Test func twentyMegabytesAreRefusedAtTheFirst() async throws {
        let failure = try await self.execute("/big").failure
        #expect(failure?.kind == .invalidOutput)
        #expect(failure?.mayHaveHappened == true)
    }

    @Test func aBodyThatEndsTooEarlyMayHaveHappened() async throws {
        let failure = try #require(try await self.execute("/cut").failure)
        // Whether the end of the connection or the missing bytes are noticed first is the transport's affair.
        #expect([.unavailable, .invalidOutput].contains(failure.kind))
        #expect(failure.mayHaveHappened)
    }

    @Test func aClosedPortDidNotHappen() async throws {
        let specification = HTTPToolSpecification(call: .init("POST", "http://127.0.0.1:1/"))
        let pipeline = try ToolPipeline.of([Tool(.refund(), http: specification)])
        let failure = await pipeline.execute("create_refund", .sample).failure
        #expect(failure?.kind == .unavailable)
        #expect(failure?.mayHaveHappened == false)
    }
}
