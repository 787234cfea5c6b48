import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayServer

/// What a key of one tenant can reach of another's: nothing.
@Suite(.timeLimit(.minutes(5)))
struct TenantTests {
    private static let options = ServerOptions(keys: [
        APIKey("key-of-acme", name: "acme-app", tenant: "acme"), APIKey("key-of-apex", name: "apex", tenant: "apex"),
        APIKey("key-of-owner", name: "owner"),
    ])
    private static let acme = ["x-api-key": "key-of-acme"]
    private static let apex = ["x-api-key": "key-of-apex"]

    private static func start(
        _ scenario: ServerScenario, _ fields: JSON, _ headers: [String: String], key: String? = nil
    ) async throws -> Reply {
        var headers = headers
        headers["Idempotency-Key"] = key
        return try await scenario.send("POST", "/v1/agents/support/executions", fields, headers: headers)
    }

    private static func ids(_ reply: Reply) throws -> [String] {
        try (reply.json["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
    }

    @Test func anExecutionIsItsTenantsAlone() async throws {
        try await ServerScenario.run(options: Self.options, drives: false) { scenario in
            let started = try await Self.start(scenario, ["task": "A secret", "user": ["id": "ada"]], Self.acme)
            let id = try #require(try started.json["id"]?.stringValue)
            #expect(try await scenario.store.head(of: ExecutionID(rawValue: id))?.user.tenant == "acme")
            let own = try await scenario.send("GET", "/v1/executions/\(id)", headers: Self.acme)
            #expect(own.status == 200)
            let before = try await scenario.fingerprint()
            let requests: [(String, String, JSON?)] = [
                ("GET", "", nil), ("GET", "/events", nil), ("POST", "/messages", ["text": "Hello"]),
                ("POST", "/cancel", [:]), ("POST", "/feedback", ["score": 0]),
            ]
            for (method, rest, body) in requests {
                for other in [Self.apex, ["x-api-key": "key-of-owner"]] {
                    let reply = try await scenario.send(method, "/v1/executions/\(id)\(rest)", body, headers: other)
                    #expect(reply.status == 404 && reply.code == "execution_not_found", "\(method) \(rest)")
                    #expect(!reply.detail.contains("secret"))
                    let unknown = try await scenario.send(
                        method, "/v1/executions/exe_unknown\(rest)", body, headers: other)
                    #expect(unknown.detail.replacing("exe_unknown", with: id) == reply.detail)
                }
            }
            let stream = try await scenario.send(
                "GET", "/v1/executions/\(id)/events", headers: Self.apex.merging(["Accept": "text/event-stream"]) { $1 }
            )
            #expect(stream.status == 404)
            #expect(try await scenario.fingerprint() == before)
            let cancelled = try await scenario.send("POST", "/v1/executions/\(id)/cancel", [:], headers: Self.acme)
            #expect(cancelled.status == 202)
        }
    }

    @Test func listsHoldWhatIsTheTenants() async throws {
        try await ServerScenario.run(options: Self.options, drives: false) { scenario in
            let mine = try await Self.start(scenario, ["task": "x", "user": ["id": "ada"]], Self.acme)
            let theirs = try await Self.start(scenario, ["task": "x", "user": ["id": "ada"]], Self.apex)
            for query in ["", "?user=ada", "?agent=support"] {
                let acme = try await scenario.send("GET", "/v1/executions\(query)", headers: Self.acme)
                #expect(try Self.ids(acme) == [mine.json["id"]?.stringValue ?? ""])
                let apex = try await scenario.send("GET", "/v1/executions\(query)", headers: Self.apex)
                #expect(try Self.ids(apex) == [theirs.json["id"]?.stringValue ?? ""])
            }
        }
    }

    @Test func aWaitIsAnsweredByItsTenantOnly() async throws {
        try await ServerScenario.run(options: Self.options, drives: false) { scenario in
            let started = try await Self.start(scenario, ["task": "Refund it"], Self.acme)
            let id = ExecutionID(rawValue: try started.json["id"]?.stringValue ?? "")
            let wait = ServerScenario.approval()
            try await scenario.append(
                [.waitOpened(wait)], under: try await scenario.lease(id), state: .waiting, .release(wakeAt: nil))
            let path = "/v1/waits/\(wait.id)"
            let answer: JSON = ["answer": ["decision": "approve"]]
            #expect(try await scenario.send("GET", path, headers: Self.apex).code == "wait_not_found")
            let foreign = try await scenario.send("POST", "\(path)/answer", answer, headers: Self.apex)
            #expect(foreign.status == 404 && foreign.code == "wait_not_found")
            for query in ["", "?status=any", "?execution=\(id)"] {
                #expect(try Self.ids(await scenario.send("GET", "/v1/waits\(query)", headers: Self.apex)).isEmpty)
                #expect(
                    try Self.ids(await scenario.send("GET", "/v1/waits\(query)", headers: Self.acme)) == [
                        wait.id.rawValue
                    ])
            }
            #expect(try await scenario.send("GET", path, headers: Self.acme).status == 200)
            #expect(try await scenario.send("POST", "\(path)/answer", answer, headers: Self.acme).status == 200)
        }
    }

    @Test func namesOfSessionsAndIdempotencyKeysAreTheTenantsOwn() async throws {
        try await ServerScenario.run(options: Self.options, drives: false) { scenario in
            let task: JSON = ["task": "x", "user": ["id": "ada"], "session": "s-1"]
            let first = try await Self.start(scenario, task, Self.acme, key: "ticket-1")
            let second = try await Self.start(scenario, task, Self.apex, key: "ticket-1")
            #expect(first.status == 201 && second.status == 201)
            #expect(try first.json["id"] != second.json["id"])
            let again = try await Self.start(scenario, task, Self.acme, key: "ticket-1")
            #expect(try again.status == 200 && again.json["id"] == first.json["id"])
            // Another user of the tenant can't go on with it, one of another tenant has a session of their own.
            let foreign: JSON = ["task": "x", "user": ["id": "bob"], "session": "s-1"]
            #expect(try await Self.start(scenario, foreign, Self.acme).code == "session_unknown")
            let owner = ["x-api-key": "key-of-owner"]
            #expect(try await Self.start(scenario, foreign, owner).status == 201)
        }
    }

    @Test func whatConcernsAllTenantsIsForKeysOfTheDefaultOne() async throws {
        try await ServerScenario.run(options: Self.options, drives: false) { scenario in
            let refused = try await scenario.send("GET", "/v1/statistics", headers: Self.acme)
            #expect(refused.status == 403 && refused.code == "key_not_permitted" && refused.isProblem)
            let owner = try await scenario.send("GET", "/v1/statistics", headers: ["x-api-key": "key-of-owner"])
            #expect(owner.status == 200)
            #expect(try await scenario.send("GET", "/v1/agents", headers: Self.acme).status == 200)
        }
    }
}
