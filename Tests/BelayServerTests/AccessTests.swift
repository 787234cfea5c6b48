import BelayCore
import BelayTesting
import Testing

@testable import BelayServer

@Suite(.timeLimit(.minutes(5)))
struct AccessTests {
    private static let options = ServerOptions(keys: [
        APIKey("first-key", name: "first"), APIKey("second-key", name: "second"),
    ])

    @Test(arguments: [
        ["Authorization": "Bearer first-key"], ["authorization": "bearer  second-key"], ["X-API-Key": "second-key"],
    ])
    func aKnownKeyIsLetIn(_ headers: [String: String]) async throws {
        try await ServerScenario.run(options: Self.options) { scenario in
            let reply = try await scenario.send("GET", "/v1/waits", nil, headers: headers)
            #expect(reply.status == 200)
        }
    }

    @Test(arguments: [
        ("GET", "/v1/waits"), ("POST", "/v1/agents/support/executions"), ("GET", "/openapi.json"),
        ("GET", "/v1/nothing"), ("GET", "/health/../v1/waits"), ("OPTIONS", "/v1/waits"),
    ])
    func nothingIsSaidWithoutAKey(_ method: String, _ path: String) async throws {
        try await ServerScenario.run(options: Self.options) { scenario in
            let missing = try await scenario.send(method, path)
            if path.hasPrefix("/health/") {
                #expect(missing.status == 404 && missing.code == "route_unknown")
            } else {
                #expect(missing.status == 401 && missing.code == "key_missing" && missing.isProblem)
                #expect(missing.headers["www-authenticate"] == "Bearer")
            }
            #expect(try await scenario.fingerprint().isEmpty)
        }
    }

    @Test(arguments: [
        ["Authorization": "Bearer first-keY"], ["Authorization": "Bearer "], ["X-API-Key": ""],
        ["X-API-Key": "first-key second-key"],
    ])
    func anUnknownKeyIsRefused(_ headers: [String: String]) async throws {
        try await ServerScenario.run(options: Self.options) { scenario in
            let reply = try await scenario.send("GET", "/v1/waits", nil, headers: headers)
            #expect(reply.status == 401 && reply.isProblem)
            #expect(["key_unknown", "key_missing"].contains(reply.code ?? ""))
            #expect(!reply.detail.contains("key second"))
        }
    }

    @Test func anotherSchemeIsNoKey() async throws {
        try await ServerScenario.run(options: Self.options) { scenario in
            let reply = try await scenario.send("GET", "/v1/waits", nil, headers: ["Authorization": "Basic Zmlyc3Q="])
            #expect(reply.status == 401 && reply.code == "key_missing")
        }
    }

    @Test func healthNeedsNoKey() async throws {
        try await ServerScenario.run(options: Self.options) { scenario in
            for path in ["/health/live", "/health/ready"] {
                let reply = try await scenario.send("GET", path)
                #expect(reply.status == 200)
            }
        }
    }

    @Test func itsOwnPagesMayUseIt() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.send(
                "POST", "/v1/agents/support/executions", ["task": "x"], headers: ["Origin": "http://localhost"])
            #expect(reply.status == 201)
        }
    }
}
