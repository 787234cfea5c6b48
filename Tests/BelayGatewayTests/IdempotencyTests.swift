import BelayCore
import BelayHTTP
import BelayJSON
import BelayModels
import Testing

/// Requests to models that come again with their key.
@Suite(.timeLimit(.minutes(5)))
struct IdempotencyTests {
    private static let asks = Ask.all.filter { !$0.streams }
    private static let streams = Ask.all.filter(\.streams)
    private static let key = ["idempotency-key": "order-17"]

    @Test(arguments: Self.asks)
    func theSameRequestGetsTheSameAnswer(ask: Ask) async throws {
        try await GatewayWorld.run { world in
            let first = try await world.post(ask.path, ask.body(), headers: Self.key)
            let again = try await world.post(ask.path, ask.body(), headers: Self.key)
            #expect(first.status == 200 && first.body == again.body)
            #expect(again.headers["x-belay-path"] == "first/m")
            #expect(world.count("answered") == 1)
            _ = try await world.post(ask.path, ask.body(), headers: ["idempotency-key": "order-18"])
            #expect(world.count("answered") == 2)
        }
    }

    @Test(arguments: Self.asks)
    func anotherRequestUnderTheKeyIsRefused(ask: Ask) async throws {
        try await GatewayWorld.run { world in
            _ = try await world.post(ask.path, ask.body(), headers: Self.key)
            let body = try await world.post(ask.path, ask.body("And you?"), headers: Self.key)
            let header = try await world.post(
                ask.path, ask.body(), headers: Self.key.merging(["x-belay-user": "ada"]) { $1 })
            for reply in [body, header] {
                #expect(reply.status == 400)
                #expect(try reply.json["error"]?["message"]?.stringValue?.contains("Idempotency-Key") == true)
            }
            #expect(world.count("answered") == 1)
        }
    }

    /// Two clients may choose the same name for different requests, and for equal ones.
    @Test(arguments: Ask.all)
    func theKeysOfTwoClientsAreApart(ask: Ask) async throws {
        var setting = GatewayWorld.Setting()
        setting.keys = [APIKey("key-of-ada", name: "ada"), APIKey("key-of-bob", name: "bob")]
        try await GatewayWorld.run(setting) { world in
            func post(_ client: String, _ text: String) async throws -> GatewayWorld.Reply {
                let headers = Self.key.merging(["authorization": "Bearer key-of-\(client)"]) { $1 }
                return try await world.post(ask.path, ask.body(text), headers: headers)
            }
            let first = try await post("ada", "How are you?")
            #expect(first.status == 200 && world.count("answered") == 1)
            #expect(try await post("bob", "And you?").status == 200)
            #expect(world.count("answered") == 2)
            #expect(try await post("bob", "How are you?").status == 400, "the name is taken by a request of bob's")
            #expect(try await post("ada", "How are you?").body == first.body)
            #expect(world.count("answered") == 2)
        }
    }

    @Test(arguments: Self.asks)
    func whoComesWhileItIsUnderWayWaitsForIt(ask: Ask) async throws {
        let scenario = "reply: {text: Here., latency: {first_token: 200ms}}"
        try await GatewayWorld.run(.init(scenario: scenario)) { world in
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { try await world.post(ask.path, ask.body(), headers: Self.key).body }
                }
                let bodies = try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
                #expect(bodies.count == 1)
            }
            #expect(world.count("answered") == 1)
        }
    }

    @Test(arguments: Self.asks)
    func aFailureIsNotKept(ask: Ask) async throws {
        try await GatewayWorld.run(.init(kinds: [.openAI], attempts: 1)) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "server_error", "times": 1]]])
            #expect(try await world.post(ask.path, ask.body(), headers: Self.key).status == 502)
            #expect(try await world.post(ask.path, ask.body(), headers: Self.key).status == 200)
        }
    }

    @Test(arguments: Self.asks)
    func itEndsWithTheLastWhoWaits(ask: Ask) async throws {
        let scenario = "reply: {text: Never read., latency: {first_token: 50s}}"
        try await GatewayWorld.run(.init(kinds: [.openAI], scenario: scenario)) { world in
            let asking = (0..<2).map { _ in Task { try await world.post(ask.path, ask.body(), headers: Self.key) } }
            try await world.until { $0["in_flight"] == 1 }
            for task in asking { task.cancel() }
            for task in asking { _ = await task.result }
            // Usually one. A client that came when the other had left already had it made anew, which has to end too.
            try await world.until {
                $0["in_flight"] == 0 && $0["client_disconnects"] == $0["requests"]?["total"]
            }
            #expect((1...2).contains(world.count("client_disconnects")) && world.count("answered") == 0)
        }
    }

    // MARK: Streams

    @Test(arguments: Self.streams, [ProviderSettings.Kind.openAI, .anthropic])
    func aStreamIsSentAgain(ask: Ask, kind: ProviderSettings.Kind) async throws {
        try await GatewayWorld.run(.init(kinds: [kind])) { world in
            let first = try await world.post(ask.path, ask.body(), headers: Self.key)
            let again = try await world.post(ask.path, ask.body(), headers: Self.key)
            #expect(try ask.isWhole(first) && ask.text(of: first) == "Good morning.", "\(first.text)")
            #expect(first.status == 200 && again.status == 200 && first.body == again.body)
            #expect(again.headers["content-type"] == "text/event-stream")
            #expect(again.headers["x-belay-path"] == "first/m")
            #expect(again.headers["x-belay-outcome"] == first.headers["x-belay-outcome"])
            #expect(world.count("answered") == 1)
            _ = try await world.post(ask.path, ask.body(), headers: ["idempotency-key": "order-18"])
            #expect(world.count("answered") == 2)
        }
    }

    @Test(arguments: Self.streams)
    func anotherStreamUnderTheKeyIsRefused(ask: Ask) async throws {
        try await GatewayWorld.run { world in
            _ = try await world.post(ask.path, ask.body(), headers: Self.key)
            let other = try await world.post(ask.path, ask.body("And you?"), headers: Self.key)
            let whole = try await world.post(ask.path, Ask(wire: ask.wire, streams: false).body(), headers: Self.key)
            for reply in [other, whole] {
                #expect(reply.status == 400)
                #expect(try reply.json["error"]?["message"]?.stringValue?.contains("Idempotency-Key") == true)
            }
            #expect(world.count("answered") == 1)
        }
    }

    /// And who hangs up frees the key.
    @Test(arguments: Self.streams)
    func aStreamUnderWayIsItsFirstClients(ask: Ask) async throws {
        let scenario = "reply: {text: Never read., latency: {first_token: 50s}}"
        try await GatewayWorld.run(.init(kinds: [.openAI], scenario: scenario)) { world in
            let asking = Task { try await world.post(ask.path, ask.body(), headers: Self.key) }
            try await world.until { $0["in_flight"] == 1 }
            let reply = try await world.post(ask.path, ask.body(), headers: Self.key)
            #expect(reply.status == 409 && reply.headers["retry-after"] == "1", "\(reply.text)")
            #expect(reply.headers["x-should-retry"] == "true")
            #expect(try reply.json["error"]?["message"]?.stringValue?.contains("Idempotency-Key") == true)
            asking.cancel()
            _ = await asking.result
            try await world.until { $0["client_disconnects"] == 1 && $0["in_flight"] == 0 }
            // The provider may hear of it before the key is free.
            let again = Task {
                while try await world.post(ask.path, ask.body(), headers: Self.key).status == 409 {}
            }
            try await world.until { $0["in_flight"] == 1 }
            again.cancel()
            _ = await again.result
        }
    }

    @Test(arguments: Self.streams, ["server_error", "cut"])
    func aStreamThatFailsIsNotKept(ask: Ask, fault: String) async throws {
        try await GatewayWorld.run(.init(kinds: [.openAI], attempts: 1)) { world in
            try world.mocks[0].setFaults(["faults": [["kind": .string(fault), "times": 1]]])
            let failed = try await world.post(ask.path, ask.body(), headers: Self.key)
            #expect(try failed.status != 200 || !ask.isWhole(failed), "\(failed.text)")
            let reply = try await world.post(ask.path, ask.body(), headers: Self.key)
            #expect(try reply.status == 200 && ask.isWhole(reply), "\(reply.text)")
        }
    }

    @Test(
        arguments: Ask.all, ["X-Belay-Task", "X-Belay-User", "X-Belay-Customer", "X-Belay-Session", "Idempotency-Key"])
    func aHeaderThatSaysNothingIsRefusedByName(ask: Ask, name: String) async throws {
        try await GatewayWorld.run { world in
            let long = String(repeating: "x", count: 256)
            for value in ["", long] {
                let reply = try await world.post(ask.path, ask.body(), headers: [name.lowercased(): value])
                #expect(reply.status == 400, "\(value)")
                #expect(try reply.json["error"]?["message"]?.stringValue?.contains(name) == true, "\(reply.text)")
            }
            #expect(world.count("answered") == 0)
        }
    }
}
