import BelayCore
import BelayHTTP
import BelayIngress
import BelayJSON
import BelayModels
import BelayRouting
import BelayServer
import BelayTesting
import Testing

/// What an attempt costs that breaks off, in each way in which a provider can fail: its client, the statistics and the
/// outcome of its path have to say the same.
@Suite(.timeLimit(.minutes(5)))
struct BrokenAttemptCostTests {
    /// One request to one provider, at 100 nano-dollars a token of input and 1,000 of output. The provider would say that it
    /// read 100, and wrote 20; whatever it didn't say is estimated.
    enum Bill: Sendable {
        case nothing
        /// 100 tokens and 20: 10,000 and 20,000.
        case reported
        /// The tokens of the request, estimated.
        case input
        /// The stream had begun, with so many bytes of the answer. Anthropic's then has said that it read 100 tokens, and
        /// wrote one: 10,000, and at least 1,000.
        case begun(bytes: Int)
        /// All came but the last event. In that alone responses have the usage; of the others' it was there before.
        case unended
        /// As begun; or as if nothing had come, when what came was read together with what can't be read.
        case begunOrInput(bytes: Int)
        /// Half of the whole answer's body came, whose tokens are estimated as well.
        case halfBody
    }

    struct Breakage: Sendable, CustomTestStringConvertible {
        var fault: JSON
        /// Nil where whole answers don't know the fault.
        var whole: Bill?
        var streamed: Bill
        /// The clocks that have to run out for it, of whole and of streamed answers.
        var deadlines: (whole: Duration, streamed: Duration)?

        init(
            _ fault: JSON, whole: Bill?, streamed: Bill, deadlines: (whole: Duration, streamed: Duration)? = nil
        ) {
            self.fault = fault
            self.whole = whole
            self.streamed = streamed
            self.deadlines = deadlines
        }

        init(_ kind: JSON, _ bill: Bill) { self.init(["kind": kind], whole: bill, streamed: bill) }

        var testDescription: String { self.fault.serialized() }
    }

    /// In the middle of a stream 3 of 7 pieces have come, of 16 bytes each.
    private static let breakages: [Breakage] = [
        Breakage("server_error", .nothing), Breakage("unavailable", .nothing), Breakage("overloaded", .nothing),
        Breakage("rate_limited", .nothing), Breakage("quota_exhausted", .nothing), Breakage("unauthorized", .nothing),
        Breakage("context_overflow", .nothing),
        Breakage("empty_answer", .reported), Breakage("content_filter", .reported), Breakage("refusal", .reported),
        Breakage("reset_before_headers", .input), Breakage("reset_in_headers", .input),
        Breakage("html_in_200", .input), Breakage("wrong_content_type", .input),
        Breakage(["kind": "silence"], whole: .input, streamed: .input, deadlines: (.seconds(20), .seconds(8))),
        Breakage(
            ["kind": "slow_first_token", "delay": "30s"], whole: .input, streamed: .begun(bytes: 0),
            deadlines: (.seconds(20), .seconds(4))),
        Breakage(
            ["kind": "stall", "delay": "60s"], whole: .halfBody, streamed: .begun(bytes: 48),
            deadlines: (.seconds(3), .seconds(3))),
        Breakage(["kind": "cut", "at": 0], whole: .input, streamed: .begun(bytes: 0)),
        Breakage(["kind": "cut"], whole: .halfBody, streamed: .begun(bytes: 48)),
        Breakage(["kind": "malformed_json"], whole: .halfBody, streamed: .begun(bytes: 48)),
        Breakage(["kind": "malformed_chunk", "at": 0], whole: .input, streamed: .begunOrInput(bytes: 0)),
        Breakage(["kind": "malformed_chunk"], whole: nil, streamed: .begunOrInput(bytes: 48)),
        Breakage(["kind": "error_in_200"], whole: .input, streamed: .begun(bytes: 48)),
        Breakage(["kind": "missing_terminator"], whole: nil, streamed: .unended),
    ]
    private static let asks = [IngressProtocol.chatCompletions, .messages].flatMap { wire in
        [Ask(wire: wire, streams: false), Ask(wire: wire, streams: true)]
    }

    @Test(arguments: Self.breakages, [ProviderSettings.Kind.openAI, .openAIResponses, .anthropic])
    func everybodyIsToldTheSame(breakage: Breakage, kind: ProviderSettings.Kind) async throws {
        for ask in Self.asks {
            guard let bill = ask.streams ? breakage.streamed : breakage.whole else { continue }
            try await self.judge(breakage, kind, ask, bill)
        }
    }

    private func judge(
        _ breakage: Breakage, _ kind: ProviderSettings.Kind, _ ask: Ask, _ bill: Bill
    ) async throws {
        var setting = FaultBench.Setting(kinds: [kind])
        setting.models = ["m"]
        setting.route = { $0.maxAttempts = 1 }
        try await FaultBench.run(setting) { bench in
            let body = try await Self.body(of: kind, on: bench)
            try bench.mocks[0].setFaults(["faults": [breakage.fault]])
            let reply = try await self.reply(to: ask, breakage, on: bench)
            let place: Comment = "\(ask.testDescription): \(reply.text)"
            let counts = try #require(bench.gateway.statistics.paths[ModelPath(provider: "first", model: "m")])
            let amounts = Self.nanoDollars(bill, kind, body: body)
            #expect(amounts.contains { $0.contains(counts.cost.nanoDollars) }, place)
            #expect(counts.attempts == 1 && counts.answers == 0 && counts.unpriced == 0, place)
            let isEstimate = Self.isEstimate(bill, kind)
            #expect(counts.estimated == (isEstimate ? 1 : 0), place)
            #expect(Self.told("X-Belay-Cost-USD", reply) == counts.cost.plainDollars, place)
            #expect(Self.told("X-Belay-Cost-Estimated", reply) == (isEstimate ? "true" : nil), place)
            let outcomes = try await bench.gateway.outcomes.outcomes(OutcomeFilter(), limit: 10)
            #expect(outcomes.map(\.cost) == [counts.cost] && outcomes.first?.error != nil, place)
        }
    }

    private func reply(to ask: Ask, _ breakage: Breakage, on bench: FaultBench) async throws -> GatewayWorld.Reply {
        guard let deadlines = breakage.deadlines else { return try await bench.post(ask) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bench.letRunOut(ask.streams ? deadlines.streamed : deadlines.whole) }
            defer { group.cancelAll() }
            return try await bench.post(ask)
        }
    }

    /// The provider's whole answer: it is asked without the gateway.
    private static func body(of kind: ProviderSettings.Kind, on bench: FaultBench) async throws -> [UInt8] {
        let wire: IngressProtocol =
            switch kind {
            case .anthropic: .messages
            case .openAIResponses: .responses
            default: .chatCompletions
            }
        let ask = Ask(wire: wire, streams: false)
        var request = HTTPRequest(method: "POST", url: "http://127.0.0.1:\(bench.ports[0])\(ask.path)")
        request.headers = ["content-type": "application/json", "authorization": "Bearer k", "x-api-key": "k"]
        if kind == .anthropic { request.headers["anthropic-version"] = "2023-06-01" }
        request.body = ask.body(model: "m").bytes()
        let response = try await AsyncHTTPTransport.shared.send(request)
        #expect(response.status == 200)
        return try await response.body.collect(upTo: 1 << 16)
    }

    private static func nanoDollars(_ bill: Bill, _ kind: ProviderSettings.Kind, body: [UInt8]) -> [ClosedRange<Int64>]
    {
        func exactly(_ amount: Int64) -> ClosedRange<Int64> { amount...amount }
        switch bill {
        case .nothing: return [exactly(0)]
        case .reported: return [exactly(30_000)]
        case .input: return [exactly(FaultBench.unheard)]
        case .begun(let bytes): return [exactly(Self.begun(bytes, kind))]
        case .unended:
            let whole = FaultBench.unheard + Self.output(FaultBench.Setting.text)
            return [exactly(kind == .openAIResponses ? whole : 30_000)]
        case .begunOrInput(let bytes): return [exactly(Self.begun(bytes, kind)), exactly(FaultBench.unheard)]
        case .halfBody:
            // Each body has names of its own, which have some tokens more or less.
            let half = FaultBench.unheard + Self.output(String(decoding: body.prefix(body.count / 2), as: UTF8.self))
            return [(half - 25_000)...(half + 25_000)]
        }
    }

    private static func begun(_ bytes: Int, _ kind: ProviderSettings.Kind) -> Int64 {
        let written = Self.output(String(FaultBench.Setting.text.prefix(bytes)))
        return kind == .anthropic ? 10_000 + max(1_000, written) : FaultBench.unheard + written
    }

    private static func output(_ text: String) -> Int64 {
        Int64(TokenEstimate(of: text, by: .typical).expected) * 1_000
    }

    private static func isEstimate(_ bill: Bill, _ kind: ProviderSettings.Kind) -> Bool {
        switch bill {
        case .unended: kind == .openAIResponses
        case .nothing, .reported: false
        case .input, .begun, .begunOrInput, .halfBody: true
        }
    }

    /// In the head, or when the stream had begun in a comment at its end.
    private static func told(_ name: String, _ reply: GatewayWorld.Reply) -> String? {
        let note = reply.text.split(separator: "\n").last { $0.hasPrefix(": \(name): ") }
        return note.map { String($0.dropFirst(name.utf8.count + 4)) } ?? reply.headers[name.lowercased()]
    }

    @Test(
        arguments: [
            ("reset_before_headers", "unknown", 1), ("cut", "unknown", 1), ("server_error", "0.00", 0),
        ] as [(JSON, String, Int)])
    func withoutAPriceItIsUnknownUnlessItIsNothing(fault: JSON, cost: String, unpriced: Int) async throws {
        let setting = GatewayWorld.Setting(kinds: [.openAI], attempts: 1, cache: .off)
        try await GatewayWorld.run(setting) { world in
            try world.mocks[0].setFaults(["faults": [["kind": fault]]])
            let ask = Ask(wire: .chatCompletions, streams: false)
            let reply = try await world.post(ask.path, ask.body())
            #expect(reply.headers["x-belay-cost-usd"] == cost && reply.headers["x-belay-cost-estimated"] == nil)
            let counts = try #require(world.gateway.statistics.paths[ModelPath(provider: "first", model: "m")])
            #expect(counts.unpriced == unpriced && counts.estimated == 0 && counts.cost == .zero)
            let outcomes = try await world.gateway.outcomes.outcomes(OutcomeFilter(), limit: 10)
            #expect(outcomes.map(\.cost) == [unpriced == 0 ? .zero : nil])
        }
    }

    /// A port where nobody listens.
    @Test(arguments: [false, true])
    func whatWasNeverSentCostsNothing(streams: Bool) async throws {
        var setting = FaultBench.Setting(kinds: [.openAI])
        setting.models = ["m"]
        setting.route = { $0.maxAttempts = 1 }
        let closed = try ClosedPort()
        setting.provider = { $0.baseURL = "http://127.0.0.1:\(closed.number)/v1" }
        try await FaultBench.run(setting) { bench in
            let reply = try await bench.post(Ask(wire: .chatCompletions, streams: streams))
            #expect(reply.headers["x-belay-cost-usd"] == "0.00", "\(reply.text)")
            #expect(reply.headers["x-belay-cost-estimated"] == nil)
            #expect(bench.gateway.statistics.cost == .zero)
        }
    }
}
