import BelayIngress
import BelayJSON
import BelayModels
import Testing

/// Models that refuse to go on with an answer that was begun for them.
@Suite(.timeLimit(.minutes(5)))
struct PrefillTests {
    private static let asks = [IngressProtocol.chatCompletions, .messages].flatMap { wire in
        [Ask(wire: wire, streams: false), Ask(wire: wire, streams: true)]
    }
    private static let refuses: JSON = ["kind": "prefill_refused"]

    private static func body(_ ask: Ask) -> JSON {
        ask.body(with: [
            "messages": [
                ["role": "user", "content": "Give me JSON."], ["role": "assistant", "content": "{\"answer\":"],
            ]
        ])
    }

    private static func roles(_ request: UpstreamView.Request) throws -> [String] {
        try request.json["messages"]?.arrayValue?.compactMap { $0["role"]?.stringValue } ?? []
    }

    @Test(arguments: Self.asks, [ProviderSettings.Kind.openAI, .anthropic])
    func isAskedForTheRestInstead(ask: Ask, kind: ProviderSettings.Kind) async throws {
        let setting = FaultBench.Setting(kinds: [kind, kind], faults: [[Self.refuses]])
        // What OpenAI's models get from another protocol never ends so: they would begin anew.
        let isKnown = ask.wire == .messages && kind == .openAI
        try await FaultBench.run(setting) { bench in
            let first = try await bench.post(ask, Self.body(ask))
            #expect(first.status == 200, "\(first.text)")
            #expect(try ask.text(of: first) == FaultBench.Setting.text)
            #expect(first.headers["x-belay-path"] == "first/m")
            #expect(first.headers["x-belay-attempts"] == (isKnown ? "1" : "2"))
            let again = try await bench.post(ask, Self.body(ask))
            #expect(again.headers["x-belay-attempts"] == "1", "it is known by now")

            let seen = try bench.upstream.requests.map(Self.roles)
            let adapted = ["user", "assistant", "user"]
            #expect(seen == (isKnown ? [] : [["user", "assistant"]]) + [adapted, adapted])
            let rest = try bench.upstream.requests.last?.json["messages"]?[1]?["content"]
            #expect(rest?.stringValue ?? rest?[0]?["text"]?.stringValue == "{\"answer\":")
        }
    }

    @Test(arguments: Self.asks)
    func aFallbackThatRefusesItIsAskedForTheRest(ask: Ask) async throws {
        let setting = FaultBench.Setting(
            kinds: [.anthropic, .anthropic], faults: [[["kind": "unavailable"]], [Self.refuses]])
        try await FaultBench.run(setting) { bench in
            let reply = try await bench.post(ask, Self.body(ask))
            #expect(reply.status == 200 && reply.headers["x-belay-path"] == "second/m", "\(reply.text)")
            #expect(reply.headers["x-belay-attempts"] == "5")
            let seen = try bench.upstream.requests.filter { $0.provider == 1 }.map(Self.roles)
            #expect(seen == [["user", "assistant"], ["user", "assistant", "user"]])
        }
    }

    @Test(arguments: Self.asks)
    func theNextPathAnswersWhenNoAttemptIsLeftForThisOne(ask: Ask) async throws {
        var setting = FaultBench.Setting(kinds: [.anthropic, .anthropic], faults: [[Self.refuses]])
        setting.route = { $0.maxAttemptsPerPath = 1 }
        try await FaultBench.run(setting) { bench in
            let reply = try await bench.post(ask, Self.body(ask))
            #expect(reply.status == 200 && reply.headers["x-belay-path"] == "second/m", "\(reply.text)")
            #expect(bench.upstream.count(at: 0) == 1 && bench.upstream.count(at: 1) == 1)
        }
    }

    /// With one attempt in all there is nothing left but to say so: no loop.
    @Test(arguments: Self.asks)
    func theClientIsToldWhenNobodyTakesIt(ask: Ask) async throws {
        var setting = FaultBench.Setting(kinds: [.anthropic, .anthropic], faults: [[Self.refuses], [Self.refuses]])
        setting.route = { $0.maxAttemptsPerPath = 1 }
        try await FaultBench.run(setting) { bench in
            let reply = try await bench.post(ask, Self.body(ask))
            #expect(reply.status == 400)
            #expect(try reply.json["error"]?["type"] == "invalid_request_error")
            #expect(bench.upstream.requests.count == 2)
        }
    }
}
