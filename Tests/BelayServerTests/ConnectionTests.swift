import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayServer

@Suite(.timeLimit(.minutes(5)))
struct ConnectionTests {
    @Test func headersThatAreTooLargeAreRefusedInWords() async throws {
        try await ServerScenario.run { scenario in
            let reply = try await scenario.send(
                "GET", "/v1/waits", nil, headers: ["X-Long": String(repeating: "x", count: 20_000)])
            #expect(reply.status == 431 && reply.code == "headers_too_large" && reply.isProblem)
        }
    }

    @Test func whatIsNotHTTPIsRefusedInWords() async throws {
        try await ServerScenario.run { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send("HELLO\r\n\r\n")
                let reply = try await wire.reply()
                #expect(reply.status == 400 && reply.code == "request_malformed" && reply.isProblem)
                #expect(try await wire.isHungUp())
            }
        }
    }

    @Test(arguments: [
        "GET /v1/waits HTTP/1.1\r\nHost: localhost\r\n",
        "POST /v1/agents/support/executions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n{\"task\":",
    ])
    func aRequestThatDoesNotArriveInTimeIsGivenUp(_ part: String) async throws {
        let options = ServerOptions(connections: ConnectionLimits(request: .seconds(5)))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(part)
                if part.hasPrefix("POST") {
                    let reply = try await wire.reply()
                    #expect(reply.status == 408 && reply.code == "request_timeout" && reply.isProblem)
                }
                #expect(try await wire.isHungUp())
            }
            #expect(try await scenario.fingerprint().isEmpty)
        }
    }

    @Test func aBodyThatIsCutShortIsNoRequest() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(
                    "POST /v1/agents/support/executions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"task\":\"x\"}"
                )
            }
            #expect(try await scenario.send("GET", "/health/live").status == 200)
            #expect(try await scenario.fingerprint().isEmpty)
        }
    }

    @Test func whoAsksWhetherToSendABodyIsToldToAtOnce() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                for _ in 0..<2 {
                    try await wire.send(
                        "POST /v1/agents/support/executions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n"
                            + "Expect: 100-continue\r\n\r\n")
                    #expect(try await wire.head().status == 100)
                    try await wire.send(#"{"task":"x"}"#)
                    #expect(try await wire.reply().status == 201)
                }
                // Without a body there is nothing to ask for.
                try await wire.request("GET", "/health/live", headers: ["Expect": "100-continue"])
                #expect(try await wire.head().status == 200)
            }
        }
    }

    @Test(arguments: ["", "Expect: 100-continue\r\n"], [2 << 20, 1_000_000_000_000])
    func aBodyThatIsSaidToBeTooLargeIsRefusedUnread(expectation: String, length: Int) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.send(
                    "POST /v1/agents/support/executions HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(length)\r\n"
                        + expectation + "\r\n")
                let reply = try await wire.reply()
                #expect(reply.status == 413 && reply.code == "body_too_large" && reply.isProblem)
                #expect(reply.headers["connection"] == "close")
                #expect(try await wire.isHungUp())
            }
            #expect(try await scenario.fingerprint().isEmpty)
        }
    }

    @Test func whoIsStillSendingGetsTheRefusalAllTheSame() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.send(
                "POST", "/v1/agents/support/executions", bytes: [UInt8](repeating: 32, count: 8 << 20))
            #expect(reply.status == 413 && reply.code == "body_too_large")
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        let options = ServerOptions(connections: ConnectionLimits(idle: .seconds(5)))
        try await ServerScenario.run(options: options) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.request("GET", "/health/live")
                #expect(try await wire.reply().status == 200)
                #expect(try await wire.isHungUp())
            }
        }
    }

    @Test func furtherConnectionsWaitForTheirTurn() async throws {
        let options = ServerOptions(connections: ConnectionLimits(count: 1))
        try await ServerScenario.run(options: options) { scenario in
            try await withThrowingTaskGroup(of: Int.self) { group in
                try await Wire.open(scenario.port) { wire in
                    try await wire.request("GET", "/health/live")
                    #expect(try await wire.reply().status == 200)
                    group.addTask { try await scenario.send("GET", "/health/live").status }
                }
                #expect(try await group.next() == 200)
            }
        }
    }

    @Test func oneConnectionServesManyRequestsAlsoBadOnes() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.request("POST", "/v1/agents/support/executions", body: Array(#"{"task":"x"}"#.utf8))
                #expect(try await wire.reply().status == 201)
                try await wire.request("POST", "/v1/agents/support/executions", body: Array("{".utf8))
                #expect(try await wire.reply().status == 400)
                try await wire.request("POST", "/v1/nothing", body: Array("{}".utf8))
                #expect(try await wire.reply().status == 404)
                try await wire.request("GET", "/health/live")
                #expect(try await wire.reply().status == 200)
            }
        }
    }

    @Test func headAnswersLikeGetWithoutABody() async throws {
        try await ServerScenario.run { scenario in
            let reply = try await scenario.send("HEAD", "/v1/waits")
            #expect(reply.status == 200 && reply.headers["content-type"] == "application/json")
        }
    }

    @Test func optionsNamesTheMethods() async throws {
        try await ServerScenario.run { scenario in
            let list = try await scenario.send("OPTIONS", "/v1/executions")
            #expect(list.status == 204 && list.headers["allow"] == "GET, HEAD, OPTIONS")
            let start = try await scenario.send("OPTIONS", "/v1/agents/support/executions")
            #expect(start.status == 204 && start.headers["allow"] == "POST, OPTIONS")
            let wrong = try await scenario.send("GET", "/v1/agents/support/executions")
            #expect(wrong.status == 405 && wrong.headers["allow"] == "POST, OPTIONS" && wrong.isProblem)
        }
    }
}
