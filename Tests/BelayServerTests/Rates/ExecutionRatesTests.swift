import BelayCore
import BelayJSON
import BelayResilience
import BelayRuntime
import BelayTesting
import Testing

@testable import BelayServer

/// How many executions may be open, as clients meet it over HTTP. Nothing is driven until a test says so.
@Suite(.timeLimit(.minutes(5)))
struct ExecutionRatesTests {
    private static let path = "/v1/agents/support/executions"

    private static func options(
        _ policies: RatePolicy..., clock: ManualClock = ManualClock()
    ) -> ServerOptions {
        ServerOptions(port: 0, rates: RateGate(policies, clock: clock))
    }

    private static func task(_ user: String = "ada", session: String? = nil) -> JSON {
        var task: JSON = ["task": "Hello", "user": ["id": .string(user)]]
        if let session { task["session"] = .string(session) }
        return task
    }

    /// Waits until so many wait: in real time, since they begin to in tasks of their own.
    private static func waiting(_ count: Int, in line: StartLine) async {
        while line.waiting < count, !Task.isCancelled { await Task.yield() }
    }

    private static func nobodyWaiting(in line: StartLine) async {
        while line.waiting > 0, !Task.isCancelled { await Task.yield() }
    }

    /// Ends an execution as another process would.
    private static func end(_ id: ExecutionID, in scenario: ServerScenario) async throws {
        let lease = try await scenario.lease(id)
        try await scenario.append([EventStreamTests.end], under: lease, state: .completed, .end)
    }

    private static var greeter: ScriptedModel { ScriptedModel { _ in .text("Good morning.") } }

    @Test func parallelStartsDoNotExceedTheLimit() async throws {
        let options = Self.options(RatePolicy("app", per: .user, executions: 5))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let statuses = try await withThrowingTaskGroup { group in
                for _ in 0..<60 {
                    group.addTask { try await scenario.send("POST", Self.path, Self.task()).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 5 && statuses.count { $0 == 429 } == 55, "\(statuses)")
            #expect(try await scenario.store.heads(ExecutionFilter(), after: nil, limit: 100).items.count == 5)
            #expect(try await scenario.send("POST", Self.path, Self.task("bob")).status == 201)
        }
    }

    @Test func aRefusalSaysWhatIsInTheWayAndTakesNothing() async throws {
        let policy = RatePolicy(
            "app", per: .user, requests: .perMinute(60, burst: 3), sessions: RateLimit(2, per: .seconds(3_600)),
            executions: 1)
        try await ServerScenario.run(model: Self.greeter, options: Self.options(policy), drives: false) { scenario in
            let first = try await scenario.send("POST", Self.path, Self.task())
            #expect(first.status == 201)
            #expect(first.headers["ratelimit"]?.hasSuffix("\"app-executions\";r=0") == true)
            for _ in 0..<5 {
                let refused = try await scenario.send("POST", Self.path, Self.task())
                #expect(refused.status == 429 && refused.headers["retry-after"] == "5")
                #expect(try refused.json["code"] == "rate_exceeded")
                #expect(refused.headers["ratelimit"] == "\"app-executions\";r=0;t=5")
            }
            scenario.runtime.runInBackground()
            let id = ExecutionID(rawValue: try #require(try first.json["id"]?.stringValue))
            _ = try await scenario.runtime.outcome(of: id)
            let next = try await scenario.send("POST", Self.path, Self.task())
            #expect(next.status == 201, "\(next.detail)")
            #expect(next.headers["ratelimit"]?.hasPrefix("\"app-requests\";r=1") == true, "\(next.headers)")
        }
    }

    @Test func aRequestThatIsWrongInItselfTakesNothing() async throws {
        let policy = RatePolicy(
            "app", per: .user, requests: .perMinute(60, burst: 2), sessions: RateLimit(1, per: .seconds(3_600)))
        try await ServerScenario.run(options: Self.options(policy), drives: false) { scenario in
            for _ in 0..<5 {
                let unknown = try await scenario.send("POST", "/v1/agents/nobody/executions", Self.task())
                #expect(unknown.status == 404 && unknown.code == "agent_unknown", "\(unknown.detail)")
                var blank = Self.task()
                blank["task"] = "  "
                #expect(try await scenario.send("POST", Self.path, blank).code == "task_invalid")
            }
            let first = try await scenario.send("POST", Self.path, Self.task())
            #expect(first.status == 201)
            #expect(first.headers["ratelimit"]?.hasPrefix("\"app-requests\";r=1") == true, "\(first.headers)")
        }
    }

    @Test func aMessageThatStartsAnExecutionCounts() async throws {
        let options = Self.options(RatePolicy("app", per: .agent, executions: 1))
        try await ServerScenario.run(model: Self.greeter, options: options, drives: false) { scenario in
            let first = try await scenario.send("POST", Self.path, Self.task(session: "ses_1"))
            let id = try #require(try first.json["id"]?.stringValue)
            let path = "/v1/executions/\(id)/messages"
            #expect(try await scenario.send("POST", path, ["text": "And?"]).status == 429)
            scenario.runtime.runInBackground()
            _ = try await scenario.runtime.outcome(of: ExecutionID(rawValue: id))
            let next = try await scenario.send("POST", path, ["text": "And?"])
            #expect(next.status == 201 && next.headers["ratelimit"] == "\"app-executions\";r=0", "\(next.headers)")
        }
    }

    @Test func whoWasNotNamedIsNotCountedAsAUser() async throws {
        let options = Self.options(RatePolicy("app", per: .user, requests: .perMinute(60, burst: 1), executions: 1))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let task: JSON = ["task": "Hello", "session": "ses_1"]
            let first = try await scenario.send("POST", Self.path, task)
            let id = try #require(try first.json["id"]?.stringValue)
            for _ in 0..<3 {
                let next = try await scenario.send("POST", "/v1/executions/\(id)/messages", ["text": "And?"])
                #expect(next.status == 201 && next.headers["ratelimit"] == nil, "\(next.detail)")
            }
            #expect(try await scenario.send("GET", "/v1/rates").json["items"] == [])
        }
    }

    @Test func aRequestThatIsSentAgainFindsItsExecution() async throws {
        let options = Self.options(RatePolicy("app", per: .user, executions: 1))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let first = try await scenario.start(Self.task(), key: "k")
            let again = try await scenario.start(Self.task(), key: "k")
            let another = try await scenario.start(Self.task())
            #expect([first, again, another].map(\.status) == [201, 200, 429])
        }
    }

    @Test func aRequestThatIsSentAgainWaitsForNobody() async throws {
        let options = Self.options(RatePolicy("app", per: .user, executions: 1, maxWait: .seconds(60)))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let line = try #require(scenario.server.line)
            #expect(try await scenario.start(Self.task(), key: "k").status == 201)
            let waiting = Task { try await scenario.start(Self.task()).status }
            await Self.waiting(1, in: line)
            #expect(try await scenario.start(Self.task(), key: "k").status == 200)
            waiting.cancel()
            await Self.nobodyWaiting(in: line)
        }
    }

    @Test func whatIsWrongInItselfWaitsForNobody() async throws {
        let options = Self.options(RatePolicy("all", per: .everything, executions: 1, maxWait: .seconds(60)))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let line = try #require(scenario.server.line)
            #expect(try await scenario.send("POST", Self.path, Self.task()).status == 201)
            let waiting = Task { try await scenario.send("POST", Self.path, Self.task()).status }
            await Self.waiting(1, in: line)
            let unknown = try await scenario.send("POST", "/v1/agents/nobody/executions", Self.task())
            #expect(unknown.code == "agent_unknown", "\(unknown.detail)")
            var blank = Self.task()
            blank["task"] = "  "
            #expect(try await scenario.send("POST", Self.path, blank).code == "task_invalid")
            waiting.cancel()
            await Self.nobodyWaiting(in: line)
        }
    }

    @Test func whatMakesItsOwnRoomWaitsForNobody() async throws {
        let options = Self.options(RatePolicy("app", per: .user, executions: 1, maxWait: .seconds(60)))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let line = try #require(scenario.server.line)
            var task = Self.task(session: "ses_1")
            #expect(try await scenario.send("POST", Self.path, task).status == 201)
            let waiting = Task { try await scenario.send("POST", Self.path, Self.task()).status }
            await Self.waiting(1, in: line)
            task["session_policy"] = "interrupt"
            #expect(try await scenario.send("POST", Self.path, task).status == 201)
            #expect(line.waiting == 1)
            // One that has nothing to stop makes no room.
            task["session"] = "ses_new"
            let other = Task { [task] in try await scenario.send("POST", Self.path, task).status }
            await Self.waiting(2, in: line)
            waiting.cancel()
            other.cancel()
            await Self.nobodyWaiting(in: line)
        }
    }

    @Test func nobodyWaitsForOneRateWhomAnotherRefuses() async throws {
        let options = Self.options(
            RatePolicy("slow", per: .user, executions: 1, maxWait: .seconds(60)),
            RatePolicy("fast", per: .agent, executions: 1))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            #expect(try await scenario.send("POST", Self.path, Self.task()).status == 201)
            let refused = try await scenario.send("POST", Self.path, Self.task())
            #expect(refused.status == 429 && refused.detail.contains("(rate `fast`)"), "\(refused.detail)")
        }
    }

    @Test func theKeyIsKnownToTheStore() async throws {
        var options = Self.options(RatePolicy("app", per: .key, executions: 1))
        options.keys = [APIKey("key-of-app", name: "app"), APIKey("key-of-web", name: "web")]
        try await ServerScenario.run(options: options, drives: false) { scenario in
            func start(_ key: String, _ user: String) async throws -> Int {
                try await scenario.send("POST", Self.path, Self.task(user), headers: ["x-api-key": key]).status
            }
            let first = try await start("key-of-app", "ada")
            let second = try await start("key-of-app", "bob")
            let third = try await start("key-of-web", "ada")
            #expect([first, second, third] == [201, 429, 201])
        }
    }

    @Test func whoIsNearALimitIsListed() async throws {
        let key = ["x-api-key": "key-of-owner"]
        let acme = ["x-api-key": "key-of-acme"]
        var options = Self.options(
            RatePolicy("app", per: .user, requests: .perMinute(60, burst: 10), executions: 4),
            RatePolicy("keys", per: .key, executions: 2), RatePolicy("all", per: .everything, executions: 10))
        options.keys = [
            APIKey("key-of-owner", name: "owner"), APIKey("key-of-acme", name: "acme-app", tenant: "acme"),
        ]
        try await ServerScenario.run(options: options, drives: false) { scenario in
            for (user, headers) in [("ada", key), ("bob", acme), ("bob", acme)] {
                #expect(try await scenario.send("POST", Self.path, Self.task(user), headers: headers).status == 201)
            }
            func list(_ query: String = "", _ headers: [String: String]) async throws -> [String] {
                let reply = try await scenario.send("GET", "/v1/rates\(query)", headers: headers)
                #expect(reply.status == 200, "\(reply.detail)")
                let document = try await scenario.send("GET", "/openapi.json", headers: headers).json
                let operation = document["paths"]?["/v1/rates"]?["get"]
                let schema = operation?["responses"]?["2XX"]?["content"]?["application/json"]?["schema"]
                let problems = try JSONSchema(try #require(schema)).validate(try reply.json)
                #expect(problems.isEmpty, "\(problems)")
                return (try reply.json["items"]?.arrayValue ?? []).map { item in
                    func text(_ field: String) -> String { item[field]?.stringValue ?? "-" }
                    let remaining = item["remaining"]?.intValue ?? -1
                    return "\(text("rate")) \(text("tenant"))/\(text("name")) \(text("counts")) \(remaining)"
                }
            }
            let bobs = [
                "app acme/bob concurrent_executions 2", "app acme/bob requests_per_minute 8",
            ]
            let all = [
                "keys /acme-app concurrent_executions 0", bobs[0], "keys /owner concurrent_executions 1",
                "all / concurrent_executions 7", "app default/ada concurrent_executions 3", bobs[1],
                "app default/ada requests_per_minute 9",
            ]
            #expect(try await list("", key) == all)
            #expect(try await list("?limit=2", key) == Array(all.prefix(2)))
            #expect(try await list("?rate=app&name=ada", key) == [all[4], all[6]])
            #expect(try await list("?tenant=acme", key) == bobs)
            #expect(try await list("", acme) == [all[0]] + bobs)
            #expect(try await list("?tenant=acme", acme) == [all[0]] + bobs)
            let others = try await scenario.send("GET", "/v1/rates?tenant=default", headers: acme)
            #expect(others.status == 403 && others.code == "key_not_permitted", "\(others.detail)")
            #expect(try await list("?name=owner", acme).isEmpty)
            let unknown = try await scenario.send("GET", "/v1/rates?rate=x", headers: key)
            #expect(unknown.status == 404 && unknown.code == "rate_not_found" && unknown.detail.contains("app, keys"))
        }
    }

    @Test func aStreamIsARequestUntilItsEnd() async throws {
        let options = Self.options(RatePolicy("app", per: .user, concurrent: 1))
        let gate = try #require(options.rates)
        let task: JSON = ["task": "Hello", "user": ["id": "ada"], "stream": true]
        try await ServerScenario.run(options: options, drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                try await wire.request("POST", Self.path, body: task.bytes())
                let head = try await wire.head()
                #expect(head.status == 200 && head.headers["ratelimit"] == "\"app-concurrent\";r=0")
                #expect(try await scenario.send("POST", Self.path, task).status == 429)
                let heads = try await scenario.store.heads(ExecutionFilter(), after: nil, limit: 10).items
                #expect(heads.count == 1)
                let lease = try await scenario.lease(try #require(heads.first).id)
                try await scenario.append([EventStreamTests.end], under: lease, state: .completed, .end)
                var reader = EventReader()
                while try await reader.next(&wire) != nil {}
            }
            // The next one is left open by its client.
            try await Wire.open(scenario.port) { wire in
                try await wire.request("POST", Self.path, body: task.bytes())
                #expect(try await wire.head().status == 200)
                #expect(gate.admitAtOnce(RateAsk(tenant: "default", user: "ada")) == nil)
            }
            while gate.admitAtOnce(RateAsk(tenant: "default", user: "ada")) == nil, !Task.isCancelled {
                await Task.yield()
            }
        }
    }

    @Test func whoMayWaitStartsWhenOneHasEnded() async throws {
        let options = Self.options(RatePolicy("app", per: .user, executions: 1, maxWait: .seconds(60)))
        try await ServerScenario.run(model: Self.greeter, options: options, drives: false) { scenario in
            let line = try #require(scenario.server.line)
            #expect(try await scenario.send("POST", Self.path, Self.task()).status == 201)
            let waiting = (0..<3).map { _ in
                Task { try await scenario.send("POST", Self.path, Self.task()).status }
            }
            await Self.waiting(3, in: line)
            #expect(try await scenario.send("POST", Self.path, Self.task("bob")).status == 201)
            scenario.runtime.runInBackground()
            for task in waiting { #expect(try await task.value == 201) }
            #expect(line.waiting == 0)
        }
    }

    @Test func whoWaitedForTooLongIsRefused() async throws {
        let clock = ManualClock()
        let options = Self.options(
            RatePolicy("app", per: .user, executions: 1, maxWait: .seconds(3)), clock: clock)
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let line = try #require(scenario.server.line)
            #expect(try await scenario.send("POST", Self.path, Self.task()).status == 201)
            let waiting = Task { try await scenario.send("POST", Self.path, Self.task()).status }
            await Self.waiting(1, in: line)
            while line.waiting > 0, !Task.isCancelled {
                clock.advance(by: .milliseconds(100))
                await Task.yield()
            }
            #expect(try await waiting.value == 429 && clock.now.offset >= .seconds(3))
            #expect(try await scenario.store.heads(ExecutionFilter(), after: nil, limit: 10).items.count == 1)
        }
    }

    @Test func whoLeavesTheLineStartsNothing() async throws {
        let options = Self.options(RatePolicy("app", per: .user, executions: 1, maxWait: .seconds(60)))
        try await ServerScenario.run(model: Self.greeter, options: options, drives: false) { scenario in
            let line = try #require(scenario.server.line)
            let first = try await scenario.send("POST", Self.path, Self.task())
            let leaving = Task { try await scenario.send("POST", Self.path, Self.task()) }
            await Self.waiting(1, in: line)
            leaving.cancel()
            _ = await leaving.result
            await Self.nobodyWaiting(in: line)
            scenario.runtime.runInBackground()
            let id = ExecutionID(rawValue: try #require(try first.json["id"]?.stringValue))
            _ = try await scenario.runtime.outcome(of: id)
            #expect(try await scenario.store.heads(ExecutionFilter(), after: nil, limit: 10).items.count == 1)
        }
    }
    @Test func anEndInAnotherProcessIsNoticed() async throws {
        let clock = ManualClock()
        let options = Self.options(
            RatePolicy("app", per: .user, executions: 1, maxWait: .seconds(60)), clock: clock)
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let id = try await scenario.startedID(Self.task())
            let waiting = Task { try await scenario.send("POST", Self.path, Self.task()).status }
            await clock.sleepers(1)
            try await Self.end(id, in: scenario)
            clock.advance(by: scenario.runtime.options.pollInterval)
            #expect(try await waiting.value == 201)
        }
    }

    @Test func whoWaitsDoesNotHearOfABusyStore() async throws {
        let (clock, store) = (ManualClock(), BreakableStore())
        let options = Self.options(
            RatePolicy("app", per: .user, executions: 1, maxWait: .seconds(60)), clock: clock)
        try await ServerScenario.run(store: store, options: options, drives: false) { scenario in
            let id = try await scenario.startedID(Self.task())
            let waiting = Task { try await scenario.send("POST", Self.path, Self.task()).status }
            await clock.sleepers(1)
            store.fail(with: .busy("locked"))
            clock.advance(by: scenario.runtime.options.pollInterval)
            await clock.sleepers(1)
            store.fail(with: nil)
            try await Self.end(id, in: scenario)
            clock.advance(by: scenario.runtime.options.pollInterval)
            #expect(try await waiting.value == 201)
        }
    }

    @Test func aFullLineMakesRoomForATenantThatHasFewerInIt() async throws {
        let policy = RatePolicy("all", per: .everything, executions: 1, maxWait: .seconds(60))
        var options = ServerOptions(port: 0, rates: RateGate([policy], maxWaiting: 2, clock: ManualClock()))
        options.keys = [APIKey("key-of-owner", name: "owner"), APIKey("key-of-acme", name: "acme", tenant: "acme")]
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let line = try #require(scenario.server.line)
            @Sendable func start(_ key: String) async throws -> Int {
                try await scenario.send("POST", Self.path, Self.task(), headers: ["x-api-key": key]).status
            }
            #expect(try await start("key-of-owner") == 201)
            let first = Task { try await start("key-of-owner") }
            await Self.waiting(1, in: line)
            let second = Task { try await start("key-of-owner") }
            await Self.waiting(2, in: line)
            #expect(try await start("key-of-owner") == 429)
            let other = Task { try await start("key-of-acme") }
            #expect(try await second.value == 429)
            #expect(line.waiting == 2)
            for task in [first, other] { task.cancel() }
            await Self.nobodyWaiting(in: line)
        }
    }
}
