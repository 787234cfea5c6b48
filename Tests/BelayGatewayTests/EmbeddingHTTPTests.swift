import BelayHTTP
import BelayJSON
import BelayModels
import BelayResilience
import Testing

/// `POST /v1/embeddings`.
@Suite(.timeLimit(.minutes(5)))
struct EmbeddingHTTPTests {
    private static let path = "/v1/embeddings"

    private static func body(_ changes: [String: JSON?] = [:]) -> JSON {
        var body: JSON = ["model": "route/default", "input": ["one text", "another"]]
        for (name, value) in changes { body[name] = value }
        return body
    }

    @Test func vectorsComeAsNumbersOrBase64() async throws {
        try await GatewayWorld.run { world in
            let reply = try await world.post(Self.path, Self.body())
            #expect(reply.status == 200, "\(reply.text)")
            let data = try reply.json["data"]?.arrayValue ?? []
            #expect(data.map { $0["index"]?.intValue } == [0, 1])
            let lengths = Set(data.map { $0["embedding"]?.arrayValue?.count ?? 0 })
            let length = try #require(lengths.first)
            #expect(lengths.count == 1 && length > 0)
            #expect(try reply.json["object"] == "list" && (reply.json["usage"]?["prompt_tokens"]?.intValue ?? 0) > 0)
            #expect(reply.headers["x-belay-path"] == "first/m" && reply.headers["x-belay-attempts"] == "1")
            #expect(reply.headers["x-request-id"]?.isEmpty == false)
            let encoded = try await world.post(Self.path, Self.body(["encoding_format": "base64"]))
            let text = try #require(try encoded.json["data"]?[0]?["embedding"]?.stringValue)
            #expect(text.utf8.count == (length * 4 + 2) / 3 * 4)
        }
    }

    @Test func aModelThatMakesNoneIsNamed() async throws {
        try await GatewayWorld.run(.init(kinds: [.anthropic])) { world in
            let reply = try await world.post(Self.path, Self.body())
            #expect(reply.status == 400)
            #expect(try reply.json["error"]?["param"] == "model", "\(reply.text)")
        }
    }

    @Test func whatFailsIsTriedAgainAndAKeyAsksOnce() async throws {
        try await GatewayWorld.run(.init(kinds: [.openAI])) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "server_error", "times": 1]]])
            let key = ["idempotency-key": "k"]
            let reply = try await world.post(Self.path, Self.body(), headers: key)
            #expect(reply.status == 200 && reply.headers["x-belay-attempts"] == "2", "\(reply.text)")
            let answered = world.count("answered")
            let again = try await world.post(Self.path, Self.body(), headers: key)
            #expect(again.body == reply.body && world.count("answered") == answered)
        }
    }

    @Test func aClientThatLeavesIsBilledWhatTheProviderSaysWhereThatIsThePolicy() async throws {
        var setting = FaultBench.Setting(kinds: [.openAI])
        setting.models = ["m"]
        setting.scenario += "\nlatency: {first_token: 50s}"
        setting.provider = {
            $0.timeouts = PhaseLimits(betweenTokens: .seconds(300), total: .seconds(600))
            $0.onClientGone = .drain(atMost: .seconds(90))
        }
        try await FaultBench.run(setting) { bench in
            var request = HTTPRequest(method: "POST", url: "http://127.0.0.1:\(bench.port)\(Self.path)")
            request.headers = ["content-type": "application/json"]
            request.body = Self.body().bytes()
            let asking = Task { [request] in try await AsyncHTTPTransport.shared.send(request) }
            try await bench.until { bench.count("in_flight") == 1 && bench.clock.isSlept(for: .seconds(50)) }
            asking.cancel()
            _ = await asking.result
            try await bench.until { bench.clock.isSlept(for: .seconds(90)) }
            bench.clock.advance(by: .seconds(50))
            try await bench.until { bench.gateway.statistics.cost > .zero }
            let counts = bench.gateway.statistics.paths.values
            #expect(counts.allSatisfy { $0.estimated == 0 && $0.cancelled == 0 })
            #expect(bench.count("client_disconnects") == 0 && bench.upstream.requests.count == 1)
        }
    }

    @Test func whatIsWrongIsSaidByName() async throws {
        try await GatewayWorld.run(.init(kinds: [.anthropic])) { world in
            for (changes, word) in [
                (["input": []], "input"), (["input": nil], "input"), (["bogus": 1], "bogus"),
                (["dimensions": 0], "dimensions"), (["model": "nobody"], "nobody"),
            ] as [([String: JSON?], String)] {
                let reply = try await world.post(Self.path, Self.body(changes))
                #expect([400, 404].contains(reply.status), "\(reply.text)")
                #expect(try reply.json["error"]?["message"]?.stringValue?.contains(word) == true, "\(reply.text)")
            }
            let none = try await world.post(Self.path, Self.body())
            #expect(none.status == 400, "no provider of this route makes any: \(none.text)")
            #expect(world.count("answered") == 0)
        }
    }
}
