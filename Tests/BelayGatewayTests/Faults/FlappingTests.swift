import BelayModels
import BelayResilience
import Testing

/// A preferred provider that goes down and comes back.
@Suite(.timeLimit(.minutes(5)))
struct FlappingTests {
    /// With a circuit that is tried again after 25 s, calls are back on a provider 30 s after its recovery.
    @Test(arguments: [ProviderSettings.Kind.openAI, .anthropic])
    func callsReturnWithinThirtySecondsOfRecovery(kind: ProviderSettings.Kind) async throws {
        let down = 40
        var setting = FaultBench.Setting(kinds: [kind, kind])
        setting.faults = [[["kind": "flapping", "schedule": ["every": "10000s", "for": "\(down)s"]]]]
        setting.provider = { $0.breaker = CircuitBreakerPolicy(recoveryTimeout: .seconds(25)) }
        setting.route = {
            $0.backoffBase = .zero
            $0.patience = .zero
        }
        let ask = Ask(wire: kind == .openAI ? .chatCompletions : .messages, streams: true)
        try await FaultBench.run(setting) { bench in
            var back: Int?
            for second in 0..<(down + 60) {
                let reply = try await bench.post(ask)
                #expect(reply.status == 200, "nobody notices: \(reply.text)")
                #expect(try ask.isWhole(reply))
                let isFirst = reply.headers["x-belay-path"] == "first/m"
                if isFirst, back == nil { back = second }
                if let back, second > back + 1 { #expect(isFirst, "it stays") }
                bench.clock.advance(by: .seconds(1))
            }
            let returned = try #require(back)
            #expect(returned >= down && returned <= down + 30)
            let seen = bench.upstream.requests.filter { $0.provider == 0 && $0.at < .seconds(down) }.count
            // Five until the circuit opens, and a probe each 25 s.
            #expect(seen <= 6)
            print(
                "flapping \(kind): down for \(down) s, \(seen) requests meanwhile, back \(returned - down) s after recovery"
            )
        }
    }
}
