import BelayCore
import BelayHTTP
import BelayJSON
import Testing

@testable import BelayServer

/// What HTTP/1.1 asks of a connection, byte for byte.
@Suite(.timeLimit(.minutes(5)))
struct ConnectionProtocolTests {
    private static let start = "POST /v1/agents/support/executions HTTP/1.1\r\nHost: localhost\r\n"

    @Test func requestsSentAheadAreAnsweredInTheirOrder() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(
                    Self.start
                        + "Content-Length: 12\r\n\r\n{\"task\":\"x\"}GET /v1/nothing HTTP/1.1\r\nHost: a.localhost\r\n\r\n"
                        + "HEAD /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                )
                #expect(try await wire.reply().status == 201)
                #expect(try await wire.reply().status == 404)
                let head = try await wire.reply(toHead: true)
                let whole = try await wire.reply()
                #expect(head.status == 200 && whole.status == 200 && !whole.body.isEmpty)
                #expect(head.headers["content-length"] == "\(whole.body.count)")
            }
        }
    }

    @Test(arguments: [1, 7, 100])
    func aBodyThatComesInPiecesArrivesWhole(size: Int) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(Self.start + "Transfer-Encoding: chunked\r\n\r\n")
                var rest = Array(#"{"task":"Where is my order?"}"#.utf8)[...]
                while !rest.isEmpty {
                    let chunk = rest.prefix(size)
                    rest = rest.dropFirst(size)
                    try await wire.send(Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10])
                }
                try await wire.send("0\r\n\r\n")
                let reply = try await wire.reply()
                #expect(reply.status == 201)
                let id = try #require(try reply.json["id"]?.stringValue)
                let execution = try await scenario.send("GET", "/v1/executions/\(id)")
                #expect(try execution.json["task"] == "Where is my order?")
            }
        }
    }

    /// Larger than what is held for a reader that is slower than its client.
    @Test func aLargeBodyArrivesWhole() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                let body = Array(#"{"task":"x"\#(String(repeating: " ", count: 1_000_000))}"#.utf8)
                for _ in 0..<2 {
                    try await wire.request("POST", "/v1/agents/support/executions", body: body)
                    #expect(try await wire.reply().status == 201)
                }
            }
        }
    }

    @Test func whatNobodyReadsOfARequestIsSkipped() async throws {
        let options = ServerOptions(keys: [APIKey("right", name: "right")])
        try await ServerScenario.run(options: options, drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                for _ in 0..<2 {
                    let body = [UInt8](repeating: 32, count: 1_000_000)
                    try await wire.request("POST", "/v1/agents/support/executions", body: body)
                    #expect(try await wire.reply().status == 401)
                }
                try await wire.request("GET", "/health/live")
                #expect(try await wire.reply().status == 200)
            }
        }
    }

    @Test func aRequestGetsOneAnswerHoweverItEnds() async throws {
        let options = ServerOptions(keys: [APIKey("right", name: "right")])
        try await ServerScenario.run(options: options, drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(Self.start + "Content-Length: 100\r\n\r\n")
                #expect(try await wire.reply().status == 401)
                try await wire.send("{")
                try await wire.endSending()
                #expect(try await wire.isHungUp())
            }
        }
    }

    /// As many libraries for Java ask by themselves; curl does with `--http2`.
    @Test func whoOffersAnotherProtocolIsAnsweredAndLetGo() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.request(
                    "GET", "/health/live",
                    headers: ["Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"])
                let reply = try await wire.reply()
                #expect(reply.status == 200 && reply.headers["connection"] == "close")
                #expect(try await wire.isHungUp())
            }
        }
    }

    @Test func allThatWasAskedIsAnsweredAlsoAfterTheLastRequest() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                let get = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                try await wire.send(get + get + get)
                try await wire.endSending()
                for _ in 0..<3 { #expect(try await wire.reply().status == 200) }
                #expect(try await wire.isHungUp())
            }
        }
    }

    @Test func manyRequestsSentAheadAreAllAnswered() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                let get = "GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
                try await wire.send(String(repeating: get, count: 2_000))
                for _ in 0..<2_000 { #expect(try await wire.reply().status == 404) }
            }
        }
    }

    @Test func whoOwesARequestHoldsNoStopUp() async throws {
        let options = ServerOptions(grace: .milliseconds(50), connections: ConnectionLimits(request: .seconds(600)))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(Self.start + "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
                #expect(try await wire.head().status == 100)
                await scenario.stop()
                #expect(try await wire.reply().status == 408)
                #expect(try await wire.isHungUp())
            }
        }
    }

    @Test func aBodyThatEndsBeforeItsLengthIsNotTakenForAFaultOfTheServer() async throws {
        let log = LogRecorder()
        try await ServerScenario.run(drives: false, logger: log.logger) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(Self.start + "Content-Length: 100\r\n\r\n{")
                try await wire.endSending()
                #expect(try await wire.rest().hasPrefix("HTTP/1.1 400 "))
            }
        }
        #expect(log.lines.allSatisfy { !$0.contains("request failed") })
    }

    @Test func aClientOfHTTP10IsServedByItsRules() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send("GET /health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(try await wire.reply().headers["connection"] == "keep-alive")
                try await wire.send("GET /health/live HTTP/1.0\r\n\r\n")
                let last = try await wire.reply()
                #expect(last.status == 200 && last.headers["connection"] == "close")
                #expect(try await wire.isHungUp())
            }
        }
    }

    @Test func aStreamToAClientOfHTTP10EndsWithItsConnection() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let id = try await scenario.startedID()
            try await scenario.append([EventStreamTests.end], under: scenario.lease(id), state: .completed, .end)
            try await Wire.open(scenario.port) { wire in
                try await wire.send("GET /v1/executions/\(id)/events HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n")
                let head = try await wire.head()
                #expect(head.headers["transfer-encoding"] == nil && head.headers["content-length"] == nil)
                let rest = try await wire.rest()
                #expect(
                    rest.hasPrefix("retry: 1000\n\n") && rest.contains("event: completed") && rest.hasSuffix("\n\n"))
            }
        }
    }

    @Test func whoAsksForTheEndGetsIt() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.request("GET", "/health/live", headers: ["Connection": "close"])
                let reply = try await wire.reply()
                #expect(reply.status == 200 && reply.headers["connection"] == "close")
                #expect(try await wire.isHungUp())
            }
        }
    }

    @Test(arguments: [
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
        "GET /health/live HTTP/1.1\r\n\r\n",
        "POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nxx",
    ])
    func whatTwoServersMayUnderstandInTwoWaysIsRefused(_ request: String) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(request)
                let reply = try await wire.reply()
                #expect(reply.status == 400 && reply.code == "request_malformed" && reply.isProblem)
                #expect(try await wire.isHungUp())
            }
        }
    }

    @Test func answersSayWhenAndByWhom() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.send("GET", "/health/live")
            let date = try #require(reply.headers["date"])
            #expect(HTTPDate.unixSeconds(date) ?? 0 > 1_700_000_000 && reply.headers["server"] == "belay")
        }
    }

    @Test func datesAreWrittenAsTheyAreRead() {
        for seconds in [0, 784_111_777, 951_782_399, 951_782_400, 1_709_164_800, 4_102_444_799] as [Int64] {
            #expect(HTTPDate.unixSeconds(HTTPDate.text(unixSeconds: seconds)) == seconds)
        }
        #expect(HTTPDate.text(unixSeconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
