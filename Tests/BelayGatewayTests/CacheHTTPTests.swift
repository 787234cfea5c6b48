import BelayIngress
import BelayJSON
import BelayModels
import Testing

/// What a client gets from a route that keeps its answers.
@Suite(.timeLimit(.minutes(5)))
struct CacheHTTPTests {
    @Test(arguments: Ask.all)
    func aKeptAnswerComesInTheClientsProtocol(ask: Ask) async throws {
        try await GatewayWorld.run(.init(cache: CachePolicy(.exact))) { world in
            let first = try await world.post(ask.path, ask.body())
            #expect(first.headers["x-belay-cache"] == "miss", "\(first)")
            let second = try await world.post(ask.path, ask.body())
            #expect(second.status == 200 && second.headers["x-belay-cache"] == "hit", "\(second)")
            #expect(try ask.text(of: second) == "Good morning.")
            if ask.streams { #expect(try ask.isWhole(second), "\(second.text)") }
            #expect(second.headers["x-belay-attempts"] == "0" && second.headers["x-belay-cost-usd"] == "0.00")
            #expect(world.gateway.statistics.attempts == 1)
            // Nobody keeps anything for a critical request.
            let critical = try await world.post(ask.path, ask.body(), headers: ["x-belay-criticality": "critical"])
            #expect(critical.status == 200 && world.gateway.statistics.attempts == 2)
        }
    }

    @Test func aStreamAndAWholeAnswerAndAllProtocolsShareOneAnswer() async throws {
        try await GatewayWorld.run(.init(cache: CachePolicy(.exact))) { world in
            let chat = Ask.all.filter { $0.wire == .chatCompletions }
            for ask in chat {
                let reply = try await world.post(ask.path, ask.body())
                #expect(try ask.text(of: reply) == "Good morning.")
            }
            #expect(world.gateway.statistics.attempts == 1)
        }
    }

    @Test(arguments: Ask.all)
    func anAnswerThatStandsInSaysSo(ask: Ask) async throws {
        try await GatewayWorld.run(.init(attempts: 2)) { world in
            _ = try await world.post(ask.path, ask.body())
            for mock in world.mocks { try mock.setFaults(["faults": [["kind": "overloaded"]]]) }
            let reply = try await world.post(ask.path, ask.body())
            #expect(reply.status == 200 && reply.headers["x-belay-degraded"] == "cached-answer", "\(reply)")
            #expect(reply.headers["x-belay-cache"] == "stale")
            #expect(try ask.text(of: reply) == "Good morning.")
            if ask.streams { #expect(try ask.isWhole(reply), "\(reply.text)") }
        }
    }
}
