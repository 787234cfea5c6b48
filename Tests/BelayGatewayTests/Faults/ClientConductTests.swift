import BelayCore
import BelayHTTP
import BelayIngress
import BelayJSON
import BelayModels
import BelayResilience
import Testing

/// Clients that leave, are slow, or wait: what they get, and what it does to the providers.
@Suite(.timeLimit(.minutes(5)))
struct ClientConductTests {
    private static let streamed = [IngressProtocol.chatCompletions, .messages].map { Ask(wire: $0, streams: true) }
    private static let whole = [IngressProtocol.chatCompletions, .messages].map { Ask(wire: $0, streams: false) }

    /// A setting whose first answer stops in its middle for a minute.
    private static func stalling(_ kind: ProviderSettings.Kind, _ limits: PhaseLimits? = nil) -> FaultBench.Setting {
        var setting = FaultBench.Setting(kinds: [kind])
        setting.models = ["m"]
        setting.faults = [[["kind": "stall", "delay": "60s"]]]
        setting.provider = { if let limits { $0.timeouts = limits } }
        return setting
    }

    private static let patient = PhaseLimits(
        responseHeaders: .seconds(300), firstToken: .seconds(300), betweenTokens: .seconds(300), total: .seconds(600))

    /// Reads a stream until the first half of the answer is there, and leaves.
    private static func leave(_ bench: FaultBench, _ ask: Ask) async throws {
        let reading = Task {
            let response = try await bench.open(ask, ask.body())
            var bytes: [UInt8] = []
            for try await chunk in response.body {
                bytes += chunk
                if String(decoding: bytes, as: UTF8.self).contains("well") { return }
            }
        }
        try await reading.value
        // Nobody reads the rest: the connection is closed.
    }

    /// The clock stands still: whatever ends the attempt waits for nothing.
    @Test(arguments: Self.streamed, [ProviderSettings.Kind.openAI, .anthropic])
    func aClientThatLeavesInMidStreamEndsItsAttempt(ask: Ask, kind: ProviderSettings.Kind) async throws {
        try await FaultBench.run(Self.stalling(kind)) { bench in
            let began = ContinuousClock.now
            try await Self.leave(bench, ask)
            try await bench.until { bench.count("client_disconnects") == 1 && bench.count("in_flight") == 0 }
            print(
                "client gone, \(ask.testDescription): upstream closed \(ContinuousClock.now - began) after the request")
            let path = ModelPath(provider: "first", model: "m")
            try await bench.until { bench.gateway.statistics.paths[path]?.cancelled == 1 }
            let counts = try #require(bench.gateway.statistics.paths[path])
            #expect(counts.attempts == 1 && bench.upstream.requests.count == 1)
            #expect(counts.estimated == 1 && counts.cost > .zero, "nobody told what it used: an estimate, and marked")
            // A vendor that says at once what it read is believed; of the rest at least what was seen is counted.
            let input: Int64 = kind == .anthropic ? 100 * 100 : 0
            #expect(counts.cost >= Money(nanoDollars: input + 1_000))
        }
    }

    @Test(arguments: Self.streamed + Self.whole, [ProviderSettings.Kind.openAI, .anthropic])
    func anAnswerIsReadToItsEndForItsUsageWhereThatIsThePolicy(ask: Ask, kind: ProviderSettings.Kind) async throws {
        var setting = Self.stalling(kind)
        setting.provider = {
            $0.timeouts = Self.patient
            $0.onClientGone = .drain(atMost: .seconds(90))
        }
        try await FaultBench.run(setting) { bench in
            let asking = Task { _ = try await bench.post(ask) }
            try await bench.until { bench.count("faults") == 1 && bench.clock.isSlept(for: .seconds(60)) }
            asking.cancel()
            _ = await asking.result
            // The limit of the drain runs: the gateway knows that the client is gone.
            try await bench.until { bench.clock.isSlept(for: .seconds(90)) }
            #expect(bench.count("in_flight") == 1)
            bench.clock.advance(by: .seconds(60))
            try await bench.until { bench.gateway.statistics.cost > .zero }
            let statistics = bench.gateway.statistics
            #expect(statistics.cost == FaultBench.cost, "all of it, as the provider says")
            #expect(statistics.paths.values.allSatisfy { $0.estimated == 0 && $0.cancelled == 0 })
            #expect(bench.count("client_disconnects") == 0 && bench.upstream.requests.count == 1)
        }
    }

    @Test(arguments: Self.streamed, [ProviderSettings.Kind.openAI, .anthropic])
    func aDrainEndsAtItsLimit(ask: Ask, kind: ProviderSettings.Kind) async throws {
        var setting = Self.stalling(kind)
        setting.provider = {
            $0.timeouts = Self.patient
            $0.onClientGone = .drain(atMost: .seconds(40))
        }
        try await FaultBench.run(setting) { bench in
            try await Self.leave(bench, ask)
            try await bench.until { bench.clock.isSlept(for: .seconds(40)) }
            bench.clock.advance(by: .seconds(40))
            try await bench.until { bench.count("client_disconnects") == 1 && bench.count("in_flight") == 0 }
            try await bench.until { bench.gateway.statistics.paths.values.contains { $0.cancelled == 1 } }
            #expect(bench.gateway.statistics.paths.values.allSatisfy { $0.estimated == 1 })
            #expect(bench.upstream.requests.count == 1, "and nothing is tried again")
        }
    }

    @Test func aClientThatDoesNotReadStopsTheProvider() async throws {
        let upstream = FloodingUpstream()
        let port = try await upstream.start()
        var setting = FaultBench.Setting(kinds: [.openAI])
        setting.models = ["m"]
        setting.provider = { $0.baseURL = "http://127.0.0.1:\(port)/v1" }
        try await FaultBench.run(setting) { bench in
            let ask = Ask(wire: .chatCompletions, streams: true)
            let response = try await bench.open(ask, ask.body())
            var parts = response.body.makeAsyncIterator()
            _ = try await parts.next()
            // What both sockets and the few buffers on the way take in; then it stands still, however much work the
            // gateway does for others meanwhile.
            var last = -1
            while upstream.sentBytes != last {
                last = upstream.sentBytes
                for _ in 0..<100 { try await bench.checkHealth() }
            }
            print("a client reads nothing: the provider got rid of \(last >> 20) MiB")
            #expect(last < 48 << 20)
            for _ in 0..<200 { _ = try await parts.next() }
            try await upstream.happenings.until { upstream.sentBytes > last }
        }
        try await upstream.stop()
    }

    @Test(arguments: Self.streamed)
    func aSilentStreamGivesSignsOfLife(ask: Ask) async throws {
        var setting = Self.stalling(.openAI, Self.patient)
        setting.faults = [
            [["kind": "slow_first_token", "delay": "50s", "times": 1], ["kind": "stall", "delay": "50s"]]
        ]
        setting.server = { $0.keepAlive = .seconds(20) }
        let sign = ask.wire == .messages ? "event: ping\ndata: {\"type\":\"ping\"}\n\n" : ": keep-alive\n\n"
        // Anthropic's own streams have a ping behind their first event, and so have the gateway's.
        let signs = ask.wire == .messages ? 3 : 2
        try await FaultBench.run(setting) { bench in
            for isBeforeOutput in [true, false] {
                let live = Locked<[UInt8]>([])
                let asking = Task { try await bench.post(ask, bytes: ask.body().bytes(), live: live) }
                let faults = isBeforeOutput ? 1 : 2
                try await bench.until {
                    // The last part before the stall: one that comes later would begin the silence anew.
                    let hasOutput = String(decoding: live.withLock { $0 }, as: UTF8.self).contains(" well. All is we\"")
                    return bench.count("faults") == faults && bench.clock.isSlept(for: .seconds(50))
                        && hasOutput != isBeforeOutput
                }
                func count() -> Int {
                    String(decoding: live.withLock { $0 }, as: UTF8.self).components(separatedBy: sign).count - 1
                }
                let before = count()
                // Two signs in 50 s, and the clocks of the gateway run on: nothing is tried again.
                for number in 1...2 {
                    try await bench.until { bench.clock.isSlept(for: .seconds(20)) }
                    bench.clock.advance(by: .seconds(20))
                    try await bench.until { count() == before + number }
                }
                bench.clock.advance(by: .seconds(10))
                let reply = try await asking.value
                #expect(reply.status == 200)
                #expect(try ask.isWhole(reply) && ask.text(of: reply) == FaultBench.Setting.text, "\(reply.text)")
                #expect(reply.text.components(separatedBy: sign).count - 1 == signs, "\(reply.text)")
                #expect(reply.text.hasPrefix(sign) == isBeforeOutput)
                #expect(bench.upstream.requests.count == faults)
            }
        }
    }

    /// Signs of life to the client are none of the provider: its deadline ends the attempt all the same.
    @Test(arguments: Self.streamed)
    func signsOfLifeStopNoClock(ask: Ask) async throws {
        var setting = Self.stalling(.openAI)
        setting.faults = [[["kind": "silence"]]]
        setting.provider = { $0.timeouts = PhaseLimits(responseHeaders: .seconds(50), total: .seconds(60)) }
        setting.route = { $0.maxAttempts = 1 }
        setting.server = { $0.keepAlive = .seconds(20) }
        try await FaultBench.run(setting) { bench in
            let asking = Task { try await bench.post(ask) }
            try await bench.until { bench.count("faults") == 1 && bench.clock.isSlept(for: .seconds(50)) }
            for wait in [20, 20, 10] {
                try await bench.until { bench.clock.isSlept(for: .seconds(wait)) }
                bench.clock.advance(by: .seconds(wait))
            }
            let reply = try await asking.value
            // The head is out, so the error comes in the stream, as the vendor's clients expect it there.
            #expect(reply.status == 200)
            #expect(try !ask.isWhole(reply))
            let last = try JSON.parse(try #require(try reply.events.last))
            #expect(
                last["error"]?["type"] == (ask.wire == .messages ? "timeout_error" : "server_error"), "\(reply.text)")
        }
    }

    @Test(arguments: Self.streamed)
    func aStreamEndsInPeaceWhenTheServerStops(ask: Ask) async throws {
        var setting = Self.stalling(.anthropic, Self.patient)
        setting.server = { $0.grace = .seconds(600) }
        try await FaultBench.run(setting) { bench in
            let asking = Task { try await bench.post(ask) }
            try await bench.until { bench.count("faults") == 1 && bench.clock.isSlept(for: .seconds(60)) }
            await bench.stop()
            bench.clock.advance(by: .seconds(60))
            let reply = try await asking.value
            #expect(try ask.isWhole(reply) && ask.text(of: reply) == FaultBench.Setting.text)
        }
    }

    @Test(arguments: Self.streamed)
    func aStreamThatOutlivesTheDrainEndsWithAnError(ask: Ask) async throws {
        var setting = Self.stalling(.anthropic, Self.patient)
        setting.server = { $0.grace = .milliseconds(50) }
        try await FaultBench.run(setting) { bench in
            let live = Locked<[UInt8]>([])
            let asking = Task { try await bench.post(ask, bytes: ask.body().bytes(), live: live) }
            try await bench.until { bench.count("faults") == 1 && bench.clock.isSlept(for: .seconds(60)) }
            // Before its head is out an answer is refused like any other.
            try await bench.until { live.withLock { !$0.isEmpty } }
            await bench.stop()
            let reply = try await asking.value
            #expect(try !ask.isWhole(reply))
            #expect(reply.text.contains("The server is stopping."), "\(reply.text)")
            // What it cost is an estimate, and more than nothing.
            #expect(reply.text.contains("\n: X-Belay-Attempts: 1\n"), "\(reply.text)")
            let cost = reply.text.firstMatch(of: #/\n: X-Belay-Cost-USD: (?<dollars>[0-9.]+)\n/#)
            #expect((cost.flatMap { Double($0.dollars) } ?? 0) > 0, "\(reply.text)")
            try await bench.until { bench.count("client_disconnects") == 1 }
        }
    }
}
