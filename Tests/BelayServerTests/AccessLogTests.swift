import BelayCore
import BelayJSON
import BelayTesting
import Logging
import Testing

@testable import BelayServer

@Suite(.timeLimit(.minutes(5)))
struct AccessLogTests {
    /// The lines of requests with what was logged of each: bytes, duration and request id are others each time.
    private static func lines(_ log: LogRecorder) -> [String] { log.lines.filter { $0.hasPrefix("request [") } }

    @Test func eachRequestIsALineWithoutAnythingThatSomebodyChose() async throws {
        let log = LogRecorder()
        try await ServerScenario.run(
            options: ServerOptions(keys: [APIKey("topsecret-key", name: "shop", tenant: "acme")]), drives: false,
            logger: log.logger(from: .info)
        ) { scenario in
            let key = ["x-api-key": "topsecret-key"]
            let started = try await scenario.send(
                "POST", "/v1/agents/support/executions", ["task": "private matter", "user": ["id": "kaya"]],
                headers: key)
            let id = try #require(try started.json["id"]?.stringValue)
            _ = try await scenario.send("GET", "/v1/executions/\(id)", headers: key)
            _ = try await scenario.send("GET", "/v1/executions?user=kaya&limit=wrong", headers: key)
            _ = try await scenario.send("GET", "/private/kaya", headers: key)
            _ = try await scenario.send("GET", "/v1/agents")
            let lines = Self.lines(log)
            let wanted = [
                ("POST", "/v1/agents/{agent}/executions", "201"), ("GET", "/v1/executions/{id}", "200"),
                ("GET", "/v1/executions", "400"), ("GET", "none", "404"), ("GET", "/v1/agents", "401"),
            ]
            #expect(lines.count == wanted.count)
            for (line, (method, route, status)) in zip(lines, wanted) {
                for part in ["\"method\": \(method)", "\"route\": \(route)", "\"status\": \(status)"] {
                    #expect(line.contains(part + ",") || line.contains(part + "]"), "\(part) in \(line)")
                }
                for part in ["duration_ms", "bytes", "hb.request.id"] { #expect(line.contains(part)) }
                #expect(line.contains("\"key\": shop") == (status != "401"))
                #expect(line.contains("\"tenant\": acme") == (status != "401"))
                for word in ["kaya", "private", "topsecret", "wrong", id] { #expect(!line.contains(word)) }
            }
        }
    }

    @Test func aMethodThatNobodyDefinedIsNotRepeated() async throws {
        let log = LogRecorder()
        try await ServerScenario.run(drives: false, logger: log.logger(from: .info)) { scenario in
            #expect(try await scenario.send("KAYA", "/v1/agents").status == 400)
            _ = try await scenario.send("DELETE", "/v1/agents")
            let lines = Self.lines(log)
            #expect(lines.count == 1 && lines.last?.contains("\"method\": DELETE") == true, "\(log.lines)")
            #expect(!log.lines.contains { $0.contains("KAYA") })
        }
    }

    @Test func aStreamIsALineWhenItEnds() async throws {
        let log = LogRecorder()
        try await ServerScenario.run(
            model: ScriptedModel([.text("Done.")]), logger: log.logger(from: .info)
        ) { scenario in
            let reply = try await scenario.start(["task": "x", "stream": true])
            #expect(reply.headers["content-type"] == "text/event-stream")
            #expect(String(decoding: reply.body, as: UTF8.self).contains("event: completed"))
            // The line follows when the body has gone out.
            while Self.lines(log).isEmpty, !Task.isCancelled { await Task.yield() }
            let lines = Self.lines(log)
            #expect(lines.count == 1)
            #expect(lines.first?.contains("\"bytes\": \(reply.body.count)") == true, "\(lines) \(reply.body.count)")
        }
    }

    @Test func nothingIsLoggedAtTheUsualLevel() async throws {
        let log = LogRecorder()
        try await ServerScenario.run(drives: false, logger: log.logger(from: .notice)) { scenario in
            _ = try await scenario.send("GET", "/v1/agents")
            #expect(log.lines.isEmpty)
        }
    }
}
