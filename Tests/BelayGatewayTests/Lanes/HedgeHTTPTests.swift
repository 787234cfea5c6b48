import BelayJSON
import BelayModels
import BelayTesting
import Testing

/// A second attempt beside a slow one, from both ends of real connections.
@Suite(.timeLimit(.minutes(5)))
struct HedgeHTTPTests {
    private static let setting = GatewayWorld.Setting(adjust: { _, route in
        route.hedge = Hedge(.after(.milliseconds(50)))
    })

    @Test(arguments: Ask.all)
    func theClientGetsTheAnswerOfTheFasterAndTheSlowerIsEnded(ask: Ask) async throws {
        let sleeps = Happenings()
        let clock = SteppedClock(telling: sleeps)
        var setting = Self.setting
        setting.clock = clock
        try await GatewayWorld.run(setting) { world in
            try world.mocks[0].setFaults(["faults": [["kind": "silence"]]])
            let asking = Task { try await world.post(ask.path, ask.body()) }
            // Only who has a request can lose its client.
            try await world.until(0) { $0["in_flight"] == 1 }
            try await sleeps.until { clock.isSlept(for: .milliseconds(50)) }
            clock.advance(by: .milliseconds(50))
            let reply = try await asking.value
            #expect(reply.status == 200 && reply.headers["x-belay-path"] == "second/m", "\(reply.text)")
            #expect(try ask.text(of: reply) == "Good morning.")
            if ask.streams { #expect(try ask.isWhole(reply)) }
            #expect(reply.headers["x-belay-attempts"] == "2")
            try await world.until(0) { $0["client_disconnects"] == 1 && $0["in_flight"] == 0 }
            let statistics = world.gateway.statistics
            #expect(statistics.hedges == 1 && statistics.hedgesWon == 1 && statistics.answered == 1)
            #expect(statistics.paths[.init(provider: "first", model: "m")]?.cancelled == 1)
        }
    }

    @Test(arguments: Ask.all)
    func anErrorOfTheSecondLeavesTheFirstToAnswer(ask: Ask) async throws {
        var setting = Self.setting
        setting.scenario = "reply: {text: Good morning., latency: {first_token: 2s}}"
        try await GatewayWorld.run(setting) { world in
            try world.mocks[1].setFaults(["faults": [["kind": "error_in_200"]]])
            let reply = try await world.post(ask.path, ask.body())
            #expect(reply.status == 200 && reply.headers["x-belay-path"] == "first/m", "\(reply.text)")
            #expect(try ask.text(of: reply) == "Good morning.")
            #expect(world.gateway.statistics.hedges == 1 && world.gateway.statistics.hedgesWon == 0)
        }
    }
}
