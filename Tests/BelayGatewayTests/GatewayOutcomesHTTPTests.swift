import BelayCore
import BelayHTTP
import BelayJSON
import BelayModels
import BelayResilience
import BelayRouting
import BelayRuntime
import BelayTesting
import Testing

/// Outcomes as clients of the gateway meet them, over HTTP.
@Suite(.timeLimit(.minutes(5)))
struct GatewayOutcomesHTTPTests {
    private static let chat = Ask(wire: .chatCompletions, streams: false)

    @Test(arguments: Ask.all)
    func eachAnswerHasANameByWhichItIsJudged(ask: Ask) async throws {
        try await GatewayWorld.run(.init(kinds: [.openAI])) { world in
            let reply = try await world.post(ask.path, ask.body())
            let id = try #require(reply.headers["x-belay-outcome"])
            let before = try await world.get("/v1/outcomes/\(id)").json
            #expect(before["path"] == "first/m" && before["task"] == "default" && before["success"] == nil)
            #expect(before["latency_ms"]?.intValue != nil && before["usage"]?["output"]?.intValue ?? 0 > 0)
            let judged = try await world.post("/v1/outcomes/\(id)", ["success": true])
            #expect(judged.status == 200)
            #expect(try judged.json["success"] == 1 && judged.json["revision"] == 1)
            let corrected = try await world.post("/v1/outcomes/\(id)", ["success": 0.5])
            #expect(try corrected.json["success"] == 0.5 && corrected.json["revision"] == 2)
        }
    }

    /// The path that answers with something else than the value is left, though nobody judges and nothing fails.
    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func trafficLeavesAPathWhoseOutputsAreInvalid(seed: UInt64) async throws {
        let scenario = """
            rules: [{when: {protocol: openai}, reply: "I'd rather not."}]
            reply: {json: {table: 4, dish: tea}}
            """
        let setting = GatewayWorld.Setting(
            scenario: scenario, policy: .learned(LearnedRoutingOptions()), clock: ManualClock(),
            wallClock: ManualWallClock(), random: RandomSource(SeededGenerator(seed: seed)))
        try await GatewayWorld.run(setting) { world in
            var attempts: [String?] = []
            var answers: Set<String> = []
            for _ in 0..<30 {
                let reply = try await world.post(Self.chat.path, StructuredHTTPTests.body(Self.chat))
                #expect(reply.status == 200 && reply.headers["x-belay-path"] == "second/m", "\(reply.text)")
                attempts.append(reply.headers["x-belay-attempts"])
                answers.insert(try #require(reply.headers["x-belay-outcome"]))
            }
            #expect(attempts.suffix(15).count { $0 == "1" } >= 13, "seed \(seed): \(attempts)")
            let outcomes = try await world.gateway.outcomes.outcomes(OutcomeFilter(), limit: 200)
            // Where the first path was asked at all, it was asked twice, and each answer is an outcome.
            let first = outcomes.filter { $0.path.provider == "first" }
            #expect(first.count == 2 * attempts.count { $0 == "3" } && !first.isEmpty, "\(attempts)")
            #expect(first.allSatisfy { $0.success == 0 } && answers.isDisjoint(with: first.map(\.id)))
            let second = outcomes.filter { $0.path.provider == "second" }
            #expect(Set(second.map(\.id)) == answers && second.allSatisfy { $0.success == 1 })
        }
    }

    @Test func outcomesAreListedAndSummedUp() async throws {
        let options = GatewayOptions(tasks: ["default": .expression(try OutputExpression("text contains 'morning'"))])
        try await GatewayWorld.run(.init(attempts: 1, options: options)) { world in
            for _ in 0..<3 { _ = try await world.post(Self.chat.path, Self.chat.body()) }
            _ = try await world.post(Self.chat.path, Self.chat.body(model: "second/other"))
            try world.mocks[0].setFaults(["faults": [["kind": "server_error"]]])
            // Critical, so that no earlier answer stands in.
            let failed = try await world.post(
                Self.chat.path, Self.chat.body(), headers: ["x-belay-criticality": "critical"])
            #expect(failed.status >= 500 && failed.headers["x-belay-outcome"] == nil)

            let summary = try await world.get("/v1/outcomes/summary?task=default&window=1h").json
            let path = try #require(summary["paths"]?[0])
            #expect(path["path"] == "first/m" && path["calls"] == 4 && path["judged"] == 4 && path["errors"] == 1)
            // Three answers of a model without a price; the error costs nothing.
            #expect(path["success"] == 0.75 && path["unpriced"] == 3 && path["p95_ms"]?.intValue != nil)
            #expect(summary["paths"]?.arrayValue?.count == 1 && summary["is_partial"] == false)

            let first = try await world.get("/v1/outcomes?task=default&limit=3").json
            #expect(first["items"]?.arrayValue?.count == 3 && first["items"]?[0]?["error"] == "serverError")
            let cursor = try #require(first["next"]?.stringValue)
            let second = try await world.get("/v1/outcomes?task=default&limit=3&cursor=\(cursor)").json
            #expect(second["items"]?.arrayValue?.count == 1 && second["next"]?.isNull == true)
            let other = try await world.get("/v1/outcomes?path=second/other&since=1m").json
            #expect(other["items"]?[0]?["task"] == "second/other", "without a route its name is the task")
            #expect(try await world.get("/v1/outcomes?since=99999999999999").json["items"] == [])
        }
    }

    @Test(arguments: [
        ("GET", "/v1/outcomes?since=yesterday", "since"), ("GET", "/v1/outcomes?limit=0", "limit"),
        ("GET", "/v1/outcomes?path=nonsense", "path"), ("GET", "/v1/outcomes?cursor=x", "cursor"),
        ("GET", "/v1/outcomes/summary?window=1y", "window"), ("GET", "/v1/outcomes/summary?window=", "window"),
        ("POST", "/v1/outcomes/out_1", "success"),
    ])
    func whatIsWrongIsSaid(method: String, path: String, parameter: String) async throws {
        try await GatewayWorld.run(.init(kinds: [.openAI])) { world in
            let reply =
                method == "GET" ? try await world.get(path) : try await world.post(path, ["success": "very"])
            #expect(reply.status == 400)
            #expect(try reply.json["parameter"]?.stringValue == parameter, "\(reply.text)")
        }
    }

    @Test func anUnknownOutcomeIsNotFound() async throws {
        try await GatewayWorld.run(.init(kinds: [.openAI])) { world in
            for reply in [
                try await world.get("/v1/outcomes/out_1"), try await world.post("/v1/outcomes/out_1", ["success": 1]),
            ] {
                #expect(reply.status == 404)
                #expect(try reply.json["code"] == "outcome_not_found")
            }
        }
    }

    @Test func feedbackToAnExecutionIsAnOutcome() async throws {
        try await GatewayWorld.run(.init(kinds: [.openAI])) { world in
            try world.runtime.register(Agent("support", version: "1", instructions: "Help."))
            world.runtime.runInBackground()
            let started = try await world.post("/v1/agents/support/executions", ["task": "Good morning", "wait": 60])
            let id = try #require(try started.json["id"]?.stringValue)
            #expect(try started.json["state"] == "completed", "\(started.text)")
            let before = try await world.get("/v1/outcomes/\(id).1").json
            #expect(before["task"] == "support" && before["success"] == nil)
            let feedback = try await world.post("/v1/executions/\(id)/feedback", ["score": 0.5])
            #expect(feedback.status == 200)
            #expect(try await world.get("/v1/outcomes/\(id).1").json["success"] == 0.5)
            await world.runtime.shutdown()
        }
    }

    /// The first provider's answers get worse without any error, and better again. Time and chance are the test's.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func trafficLeavesAProviderThatGotWorseAndComesBack(seed: UInt64) async throws {
        let scenario = """
            rules:
              - when: {protocol: openai, last_message: "first is ill"}
                reply: "I feel funny."
            reply: "Good morning."
            """
        // Both are as good at first, and the first is cheaper.
        let priors = [
            ModelPath(provider: "first", model: "m"): PathPrior(cost: Money(microDollars: 1_000)),
            ModelPath(provider: "second", model: "m"): PathPrior(cost: Money(microDollars: 20_000)),
        ]
        let wallClock = ManualWallClock()
        let setting = GatewayWorld.Setting(
            scenario: scenario, policy: .learned(LearnedRoutingOptions(priors: priors)),
            options: GatewayOptions(tasks: ["default": .expression(try OutputExpression("text == 'Good morning.'"))]),
            clock: ManualClock(), wallClock: wallClock, random: RandomSource(SeededGenerator(seed: seed)))
        try await GatewayWorld.run(setting) { world in
            func tookFirst(_ text: String) async throws -> Bool {
                let reply = try await world.post(Self.chat.path, Self.chat.body(text))
                wallClock.advance(by: .seconds(1))
                #expect(reply.status == 200)
                return reply.headers["x-belay-path"] == "first/m"
            }
            var taken: [Bool] = []
            for _ in 0..<150 { taken.append(try await tookFirst("Hello")) }
            #expect(taken.suffix(50).count { $0 } >= 40, "seed \(seed)")

            var left = 0
            taken = []
            while taken.count < 20 || taken.suffix(20).count(where: { $0 }) >= 2 {
                taken.append(try await tookFirst("Hello, the first is ill"))
                left += 1
                try #require(left <= 45, "seed \(seed): it was not left within 45 calls")
            }
            #expect(taken.count { $0 } <= 12, "seed \(seed): answers that were lost")

            var returned = 0
            taken = []
            while taken.count < 100 || taken.suffix(100).count(where: { $0 }) < 50 {
                taken.append(try await tookFirst("Hello"))
                returned += 1
                try #require(returned <= 600, "seed \(seed): it was not come back to within 600 calls")
            }
            let statistics = world.gateway.statistics.paths
            #expect(statistics[ModelPath(provider: "first", model: "m")]?.suspensions == 1, "seed \(seed)")
        }
    }
}
