import BelayHTTP
import BelayIngress
import BelayJSON
import Testing

/// What is wrong with a request is said in its vendor's form, with the name of what is wrong, and nobody else hears of it.
@Suite(.timeLimit(.minutes(5)))
struct BadRequestTests {
    @Test func noBadRequestReachesAProvider() async throws {
        try await FaultBench.run { bench in
            for bad in BadRequest.all {
                let reply = try await bench.post(Ask(wire: bad.wire, streams: false), bytes: bad.bytes)
                #expect(try bad.mismatch(reply) == nil, "\(bad.testDescription)")
            }
            #expect(bench.upstream.requests.isEmpty && bench.gateway.statistics.calls == 0)
        }
    }

    /// A streamed request is refused before its stream begins: with a status, and not inside of it.
    @Test(arguments: IngressProtocol.allCases)
    func aStreamThatWasAskedForWronglyIsNone(wire: IngressProtocol) async throws {
        try await FaultBench.run { bench in
            let ask = Ask(wire: wire, streams: true)
            let reply = try await bench.post(ask, ask.body(with: ["temprature": 1]))
            #expect(reply.status == 400 && reply.headers["content-type"] == "application/json")
            #expect(bench.upstream.requests.isEmpty)
        }
    }

    /// A body that doesn't arrive in time, from a client that keeps the connection open.
    @Test(arguments: IngressProtocol.allCases)
    func aSlowBodyIsRefusedInTime(wire: IngressProtocol) async throws {
        var setting = FaultBench.Setting()
        setting.server = { $0.connections.request = .seconds(2) }
        try await FaultBench.run(setting) { bench in
            // As Anthropic's clients ask for beta features.
            let path = Ask(wire: wire, streams: false).path + (wire == .messages ? "?beta=true" : "")
            let head =
                "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 1000\r\n\r\n{\"model\": \"default\""
            let answer = try await RawExchange.run(port: bench.port, Array(head.utf8))
            #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
            let body = try #require(answer.split(separator: "\r\n\r\n").last)
            let slow = BadRequest(name: "a slow body", wire: wire, bytes: [])
            #expect(slow.mismatch(inBody: try JSON.parse(String(body))) == nil, "\(answer)")
            #expect(bench.upstream.requests.isEmpty && bench.gateway.statistics.calls == 0)
        }
    }
}
