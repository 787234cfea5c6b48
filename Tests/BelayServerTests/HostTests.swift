import BelayCore
import BelayJSON
import Testing

@testable import BelayServer

/// A web page can let its own name point to this machine; the name is all that tells it apart then.
@Suite(.timeLimit(.minutes(5)))
struct HostTests {
    @Test(arguments: [
        "evil.example", "evil.example:8711", "localhost.evil.example", "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "evil-localhost", "10.0.0.1", "127.0.0", "127.0.0.256", "127.0.0.+1", "0.0.0.0", "[::2]", "[::1", "[::1]x",
        "localhost:x", "2130706433",
    ])
    func anotherNameIsRefused(_ host: String) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            for (method, path) in [("POST", "/v1/agents/support/executions"), ("GET", "/v1/executions")] {
                let reply = try await scenario.send(method, path, ["task": "x"], headers: ["Host": host])
                #expect(reply.status == 403 && reply.code == "host_not_allowed" && reply.isProblem, "\(reply)")
                #expect(try reply.json["parameter"] == "Host")
                #expect(reply.detail.contains("configure keys"), "\(reply.detail)")
            }
            #expect(try await scenario.fingerprint().isEmpty)
        }
    }

    @Test(arguments: [
        "localhost", "LOCALHOST:8711", "localhost.", "belay.localhost:1", "127.0.0.1", "127.1.2.3:80", "[::1]:8711",
    ])
    func itsOwnNamesAreWelcome(_ host: String) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.send("GET", "/v1/executions", nil, headers: ["Host": host])
            #expect(reply.status == 200, "\(reply)")
        }
    }

    @Test func aPageUnderItsOwnNameIsNotTrustedForItsOrigin() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.send(
                "POST", "/v1/agents/support/executions", ["task": "x"],
                headers: ["Host": "evil.example", "Origin": "http://evil.example"])
            #expect(reply.code == "host_not_allowed")
        }
    }

    @Test func aKeyIsProofEnough() async throws {
        try await ServerScenario.run(options: ServerOptions(keys: [APIKey("first-key", name: "first")])) { scenario in
            let reply = try await scenario.send(
                "GET", "/v1/executions", nil, headers: ["Host": "api.example", "x-api-key": "first-key"])
            #expect(reply.status == 200)
        }
    }

    @Test(arguments: ["null", "http://localhost:3000", "https://evil.example", "http://evil.example/://localhost"])
    func pagesOfOtherOriginsAreRefused(_ origin: String) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.send(
                "POST", "/v1/agents/support/executions", ["task": "x"], headers: ["Origin": origin])
            #expect(reply.status == 403 && reply.code == "origin_refused" && reply.isProblem, "\(reply)")
            #expect(try await scenario.fingerprint().isEmpty)
        }
    }

    @Test func theConfiguredNameIsItsOwn() {
        #expect(HostMiddleware.name(in: "[::1]:80") == "::1" && HostMiddleware.name(in: "A.b:1") == "a.b")
        #expect(HostMiddleware.isLoopback("ip6-localhost.localhost") && !HostMiddleware.isLoopback("ip6-localhost"))
    }
}
