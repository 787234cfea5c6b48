import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayServer

/// What only somebody with bad intentions sends, byte by byte: a typed problem all the same, and nothing changed.
@Suite(.timeLimit(.minutes(5)))
struct HostileInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var line = "POST /v1/agents/support/executions HTTP/1.1"
        var headers = ""
        var body: String? = #"{"task":"x"}"#
        var status = 400
        var code = "parameter_invalid"
        var parameter: String?
        var says = ""

        var testDescription: String { self.name }
        var bytes: [UInt8] {
            var text = "\(self.line)\r\nHost: localhost\r\n\(self.headers)"
            if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
            return Array((text + "\r\n" + (self.body ?? "")).utf8)
        }
    }

    static let headers: [Case] = [
        Case(
            name: "two idempotency keys", headers: "Idempotency-Key: a\r\nIdempotency-Key: b\r\n",
            parameter: "Idempotency-Key", says: "Idempotency-Key is given twice."),
        Case(
            name: "the same idempotency key twice", headers: "Idempotency-Key: a\r\nidempotency-key: a\r\n",
            parameter: "Idempotency-Key", says: "Idempotency-Key is given twice."),
        Case(
            name: "an idempotency key of 300 characters",
            headers: "Idempotency-Key: \(String(repeating: "k", count: 300))\r\n", parameter: "Idempotency-Key",
            says: "1 to 255 characters"),
        Case(
            name: "an idempotency key beyond ASCII", headers: "Idempotency-Key: schlüssel\r\n",
            parameter: "Idempotency-Key", says: "printable ASCII"),
        Case(
            name: "an idempotency key with a tab", headers: "Idempotency-Key: a\tb\r\n", parameter: "Idempotency-Key",
            says: "printable ASCII"),
        Case(
            name: "gzip", headers: "Content-Encoding: gzip\r\n", status: 415, code: "encoding_unsupported",
            parameter: "Content-Encoding", says: "Bodies in gzip are not read."),
        Case(
            name: "a form", headers: "Content-Type: application/x-www-form-urlencoded\r\n", status: 415,
            code: "content_type_unsupported", parameter: "Content-Type", says: "application/json"),
        Case(
            name: "plain text", headers: "Content-Type: text/plain\r\n", status: 415,
            code: "content_type_unsupported", parameter: "Content-Type", says: "application/json"),
        Case(
            name: "a header without a colon", headers: "Nonsense\r\n", code: "request_malformed", says: "HTTP/1.1"),
        Case(
            name: "a header with a zero byte", headers: "X-Name: a\0b\r\n", code: "request_malformed",
            says: "HTTP/1.1"),
        Case(
            name: "two lengths", headers: "Content-Length: 3\r\n", code: "request_malformed", says: "HTTP/1.1"),
        Case(
            name: "a huge header", headers: "X-Big: \(String(repeating: "b", count: 20_000))\r\n", status: 431,
            code: "headers_too_large", says: "too large"),
        Case(
            name: "many headers", headers: String(repeating: "X-A: b\r\n", count: 150), status: 431,
            code: "headers_too_large", says: "too large"),
        Case(
            name: "two last events", line: "GET /v1/executions/ID/events HTTP/1.1",
            headers: "Last-Event-ID: 1\r\nLast-Event-ID: 2\r\n", body: nil, parameter: "Last-Event-ID",
            says: "given twice"),
        Case(
            name: "a negative last event", line: "GET /v1/executions/ID/events HTTP/1.1",
            headers: "Last-Event-ID: -1\r\n", body: nil, parameter: "Last-Event-ID", says: "number of an event"),
        Case(
            name: "a last event with a sign", line: "GET /v1/executions/ID/events HTTP/1.1",
            headers: "Last-Event-ID: +1\r\n", body: nil, parameter: "Last-Event-ID", says: "number of an event"),
        Case(
            name: "a huge last event", line: "GET /v1/executions/ID/events HTTP/1.1",
            headers: "Last-Event-ID: 99999999999999999999\r\n", body: nil, parameter: "Last-Event-ID",
            says: "number of an event"),
        Case(
            name: "a last event that will never be", line: "GET /v1/executions/ID/events HTTP/1.1",
            headers: "Last-Event-ID: 9223372036854775807\r\n", body: nil, code: "cursor_out_of_range",
            parameter: "Last-Event-ID", says: "there is no event"),
    ]

    static let lines: [Case] = [
        Case(
            name: "half a percent", line: "GET /v1/executions?agent=%4 HTTP/1.1", body: nil, parameter: "agent",
            says: "percent-encoding"),
        Case(
            name: "no hexadecimal", line: "GET /v1/executions?agent=%zz HTTP/1.1", body: nil, parameter: "agent",
            says: "percent-encoding"),
        Case(
            name: "percent in a name", line: "GET /v1/executions?%ff=1 HTTP/1.1", body: nil, parameter: "%ff",
            says: "percent-encoding"),
        Case(
            name: "half a percent in the path", line: "GET /v1/executions/%4 HTTP/1.1", body: nil, parameter: "id",
            says: "percent-encoding"),
        Case(
            name: "a cursor that was tampered with", line: "GET /v1/executions?cursor=AAAA HTTP/1.1", body: nil,
            code: "cursor_invalid", parameter: "cursor", says: "not given out by this list"),
        Case(
            name: "a limit of 2^63", line: "GET /v1/executions?limit=9223372036854775808 HTTP/1.1", body: nil,
            parameter: "limit", says: "from 1 to 1000"),
        Case(
            name: "a limit in another script", line: "GET /v1/executions?limit=%D9%A3 HTTP/1.1", body: nil,
            parameter: "limit", says: "from 1 to 1000"),
        Case(name: "no HTTP", line: "HELO there", body: nil, code: "request_malformed", says: "HTTP/1.1"),
    ]

    static let bodies: [Case] = [
        Case(
            name: "a number beyond doubles", body: #"{"task":"x","wait":1e999}"#, parameter: "wait",
            says: "from 0 to 300"),
        Case(name: "2^63", body: #"{"task":"x","wait":9223372036854775808}"#, parameter: "wait", says: "0 to 300"),
        Case(name: "NaN", body: #"{"task":"x","wait":NaN}"#, code: "body_not_json", says: "line 1, column"),
        Case(name: "a lone surrogate", body: #"{"task":"\ud800"}"#, code: "body_not_json", says: "line 1, column"),
        Case(
            name: "a zero byte in a session", body: #"{"task":"x","session":"a\u0000"}"#, parameter: "session",
            says: "control character"),
        Case(
            name: "a zero byte in the JSON", body: "{\"task\":\"x\0\"}", code: "body_not_json", says: "line 1, column"),
        Case(
            name: "a thousand levels", body: #"{"task":\#(String(repeating: "[", count: 1_000))"#,
            code: "body_not_json", says: "nest"),
    ]

    @Test(arguments: Self.headers + Self.lines + Self.bodies)
    func isRefusedInWordsAndChangesNothing(_ hostile: Case) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let id = try await scenario.startedID()
            let before = try await scenario.fingerprint()
            let reply = try await Wire.open(scenario.port) { wire in
                let text = String(decoding: hostile.bytes, as: UTF8.self).replacing("/ID/", with: "/\(id)/")
                try await wire.send(text)
                return try await wire.reply()
            }
            #expect(reply.isProblem, "\(reply)")
            #expect(reply.status == hostile.status && reply.code == hostile.code, "\(reply.code ?? "") \(reply.detail)")
            #expect(try reply.json["parameter"]?.stringValue == hostile.parameter)
            #expect(reply.detail.contains(hostile.says), "\(reply.detail)")
            #expect(try await scenario.fingerprint() == before)
        }
    }

    @Test func aBodyInChunksWithoutEndIsGivenUp() async throws {
        var options = ServerOptions()
        options.connections.request = .seconds(4)
        try await ServerScenario.run(options: options, drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(
                    "POST /v1/agents/support/executions HTTP/1.1\r\nHost: localhost\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"tas\r\n")
                let reply = try await wire.reply()
                #expect(reply.status == 408 && reply.code == "request_timeout" && reply.isProblem)
            }
            #expect(try await scenario.fingerprint().isEmpty)
        }
    }

    @Test(arguments: ["application/json; charset=utf-8", "Application/JSON", "application/problem+json"])
    func jsonByAnyNameIsRead(_ type: String) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.send(
                "POST", "/v1/agents/support/executions", ["task": "x"],
                headers: ["Content-Type": type, "Content-Encoding": "identity"])
            #expect(reply.status == 201, "\(reply.detail)")
        }
    }
}
