import BelayCore
import BelayJSON
import BelayResilience
import BelayRuntime
import BelayTesting
import BelayTools
import Logging
import Testing

@testable import BelayServer

@Suite(.timeLimit(.minutes(5)))
struct OperationEndpointsTests {
    @Test(arguments: [
        StoreError.unavailable("/var/belay.db SQLite 7"), .busy("/var/belay.db SQLite 7"),
        .notWritable("/var/belay.db SQLite 7"), .newerSchema("/var/belay.db SQLite 7"),
        .corrupt("/var/belay.db SQLite 7"),
    ])
    func aBrokenStoreIsSaidEverywhereAndWhyOnlyInTheLog(_ error: StoreError) async throws {
        let store = BreakableStore()
        let log = LogRecorder()
        let isForGood =
            switch error {
            case .corrupt, .newerSchema: true
            default: false
            }
        try await ServerScenario.run(store: store, drives: false, logger: log.logger) { scenario in
            let id = try await scenario.startedID()
            store.fail(with: error)
            let ready = try await scenario.send("GET", "/health/ready")
            #expect(ready.status == 503 && ready.code == "not_ready" && ready.isProblem)
            #expect(ready.headers["retry-after"] == "1")
            #expect(!ready.detail.contains("SQLite") && log.lines.count == 1)
            #expect(try await scenario.send("GET", "/health/live").status == 200)
            let requests: [(String, String, JSON?)] = [
                ("GET", "/v1/executions", nil), ("GET", "/v1/executions/\(id)", nil),
                ("GET", "/v1/executions/\(id)/events", nil), ("GET", "/v1/waits", nil), ("GET", "/v1/waits/w", nil),
                ("POST", "/v1/agents/support/executions", ["task": "x"]),
                ("POST", "/v1/executions/\(id)/cancel", [:]),
                ("POST", "/v1/executions/\(id)/messages", ["text": "x"]),
                ("POST", "/v1/executions/\(id)/feedback", ["score": 1]),
                ("POST", "/v1/waits/w/answer", ["answer": [:]]),
            ]
            for (method, path, body) in requests {
                let reply = try await scenario.send(method, path, body)
                #expect(reply.status == (isForGood ? 500 : 503) && reply.isProblem, "\(path)")
                #expect(reply.code == (isForGood ? "store_failed" : "store_unavailable"), "\(path)")
                // What was read first failed at that; of a start nobody knows whether it happened.
                let mayHaveHappened =
                    error == .unavailable("/var/belay.db SQLite 7") && method == "POST" && path.hasSuffix("/executions")
                #expect(try reply.json["may_have_happened"] == (mayHaveHappened ? true : nil), "\(path)")
                #expect(reply.headers["retry-after"] == (isForGood || mayHaveHappened ? nil : "1"), "\(path)")
                #expect(reply.detail.contains("idempotency key") == mayHaveHappened, "\(reply.detail)")
                #expect(!reply.detail.contains("SQLite") && !reply.detail.contains("belay.db"), "\(reply.detail)")
            }
            // With a key it is safe to repeat.
            let keyed = try await scenario.start(key: "k")
            #expect(keyed.headers["retry-after"] == (isForGood ? nil : "1"))
            #expect(log.lines.count == 2 + requests.count)
            #expect(log.lines.allSatisfy { $0.contains("request failed") && $0.contains("/var/belay.db SQLite 7") })
            store.fail(with: nil)
            #expect(try await scenario.send("GET", "/health/ready").status == 200)
            #expect(try await scenario.fingerprint().count == 1)
        }
    }

    /// A store that stands a check and gives out no work.
    private final class UnclaimableStore: ForwardingStore {
        private let store = InMemoryExecutionStore()
        let refuses = Locked(true)

        var base: any ExecutionStore { self.store }

        func claim(
            by node: NodeID, limit: Int, for length: Duration, within scope: ClaimScope
        ) async throws -> [Lease] {
            if self.refuses.withLock({ $0 }) { throw StoreError.busy("SQLite 26") }
            return try await self.store.claim(by: node, limit: limit, for: length, within: scope)
        }
    }

    @Test func aNodeThatCanClaimNothingIsNotReady() async throws {
        let store = UnclaimableStore()
        try await ServerScenario.run(store: store) { scenario in
            func ready(is status: Int) async throws -> Reply {
                while true {
                    let reply = try await scenario.send("GET", "/health/ready")
                    if reply.status == status { return reply }
                }
            }
            let refusal = try await ready(is: 503)
            #expect(refusal.code == "not_ready" && refusal.detail.contains("can't claim executions"))
            #expect(!refusal.detail.contains("SQLite"))
            store.refuses.withLock { $0 = false }
            _ = try await ready(is: 200)
        }
    }

    @Test func agentsAreListed() async throws {
        try await ServerScenario.run { scenario in
            let json = try await scenario.send("GET", "/v1/agents").json
            #expect(json["items"]?[0]?["name"] == "support" && json["items"]?[0]?["version"] == "1")
        }
    }

    @Test func countersAreTheGatewaysAndTheTools() async throws {
        let options = ServerOptions(statistics: { ["attempts": 7] })
        let refund = Tool("refund", "Refunds.", effect: .idempotent) { (_: Refund) -> String in
            throw ToolFailure(.invalidOutput, "no")
        }
        let agent = Agent("support", version: "1", instructions: "Help.", tools: [refund])
        let model = ScriptedModel([.call("refund", ["order": "A-1"], id: "c1"), .text("Refused.")])
        try await ServerScenario.run(model: model, options: options, agents: [agent]) { scenario in
            let reply = try await scenario.start(["task": "Refund it", "wait": 30])
            #expect(try reply.json["state"] == "completed")
            let counters = try await scenario.send("GET", "/v1/statistics").json
            #expect(
                counters == [
                    "attempts": 7,
                    "tools": [
                        [
                            "tool": "refund", "agent": "support", "version": "1", "circuit": "closed",
                            "breaker_openings": 0, "calls": 1, "successes": 0, "failures": ["invalid_output": 1],
                            "abandoned": 0,
                        ]
                    ],
                ])
            #expect(try JSONSchema(Schemas.statistics).validate(counters).isEmpty)
        }
    }
}

private struct Refund: Codable, Sendable { var order: String }
