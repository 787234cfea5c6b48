import BelayCore
import BelayJSON
import BelayModels
import Testing

/// One fault, met by a client of one protocol.
struct GatewayFaultRun: Sendable {
    /// What both ends saw, in words.
    struct Story: Sendable, Hashable {
        var client: String
        var upstream: String
    }

    let fault: GatewayFault
    let ask: Ask
    /// What the providers speak.
    let kinds: [ProviderSettings.Kind]

    private var expected: GatewayFault.Outcome { self.ask.streams ? self.fault.streamed : self.fault.whole }
    private static let replaced = GatewayFault.Outcome(client: .answer(from: "first/m", attempts: 2), requests: [2, 0])
    private var place: Comment { "\(self.fault.name), \(self.ask.testDescription), \(self.kinds)" }

    func judge() async throws -> Story {
        var setting = self.fault.setting
        setting.kinds = self.kinds
        return try await FaultBench.run(setting) { bench in
            let reply = try await self.reply(on: bench)
            let expected = try self.expected(of: reply)
            try self.judge(reply, expected)
            try self.judgeUpstream(bench, expected)
            self.judgeBill(bench, reply, expected)
            return Story(client: try self.words(for: reply), upstream: self.words(for: bench))
        }
    }

    private func reply(on bench: FaultBench) async throws -> GatewayWorld.Reply {
        guard let deadlines = self.fault.deadlines else { return try await bench.post(self.ask) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bench.letRunOut(self.ask.streams ? deadlines.streamed : deadlines.whole) }
            defer { group.cancelAll() }
            return try await bench.post(self.ask)
        }
    }

    private func expected(of reply: GatewayWorld.Reply) throws -> GatewayFault.Outcome {
        guard case .brokenOffOrReplaced = self.expected.client else { return self.expected }
        var expected = try self.ask.isWhole(reply) ? Self.replaced : self.expected
        if try !self.ask.isWhole(reply) { expected.client = .brokenOff }
        return expected
    }

    private func judge(_ reply: GatewayWorld.Reply, _ expected: GatewayFault.Outcome) throws {
        switch expected.client {
        case .answer(let path, let attempts):
            #expect(reply.status == 200, self.place)
            #expect(try self.ask.text(of: reply) == FaultBench.Setting.text, self.place)
            if self.ask.streams { #expect(try self.ask.isWhole(reply), self.place) }
            #expect(reply.headers["x-belay-path"] == path, self.place)
            #expect(reply.headers["x-belay-attempts"] == "\(attempts)", self.place)
        case .error(let error, let retryAfter):
            #expect(try error.mismatch(reply, to: self.ask) == nil, self.place)
            #expect(reply.headers["retry-after"] == retryAfter, self.place)
        case .brokenOff, .brokenOffOrReplaced:
            #expect(reply.status == 200, self.place)
            #expect(try !self.ask.isWhole(reply), self.place)
            #expect(try FaultBench.Setting.text.hasPrefix(self.ask.text(of: reply)), self.place)
            #expect(try self.error(in: reply) != nil, self.place)
        }
    }

    /// The last event of a stream, if that is an error in the vendor's form.
    private func error(in reply: GatewayWorld.Reply) throws -> String? {
        guard let last = try reply.events.last, last != "[DONE]" else { return nil }
        let json = try JSON.parse(last)
        if self.ask.wire == .messages, json["type"] != "error" { return nil }
        return json["error"]?["type"]?.stringValue
    }

    private func judgeUpstream(_ bench: FaultBench, _ expected: GatewayFault.Outcome) throws {
        let counts = self.kinds.indices.map { bench.upstream.count(at: $0) }
        #expect(counts == expected.requests, self.place)
        if let allowed = expected.gap {
            for gap in bench.upstream.gaps(at: 0) {
                #expect(allowed.contains(gap / .seconds(1)), "\(self.fault.name): \(gap)")
            }
        }
        for request in bench.upstream.requests {
            #expect(request.key == "key-of-\(FaultBench.names[request.provider])", self.place)
            let body = try request.json
            #expect(body["model"]?.stringValue == self.fault.setting.models[request.provider], self.place)
            #expect((body["stream"]?.boolValue ?? false) == self.ask.streams, self.place)
            #expect(body["messages"]?.arrayValue?.count == 1, self.place)
        }
    }

    private func judgeBill(_ bench: FaultBench, _ reply: GatewayWorld.Reply, _ expected: GatewayFault.Outcome) {
        let statistics = bench.gateway.statistics
        let price = Price(input: 100, output: 1_000)
        for counts in statistics.paths.values {
            let reported = price.cost(of: counts.usage)
            // What broke off may have used more than was told.
            #expect(counts.estimated == 0 ? counts.cost == reported : counts.cost >= reported, self.place)
            #expect(counts.unpriced == 0, self.place)
        }
        #expect(statistics.attempts == bench.upstream.requests.count, self.place)
        guard let billed = expected.billed else { return }
        let cost = Money(
            nanoDollars: Int64(billed) * FaultBench.cost.nanoDollars + Int64(expected.unheard) * FaultBench.unheard)
        #expect(statistics.cost == cost, self.place)
        #expect(statistics.paths.values.reduce(0) { $0 + $1.estimated } == expected.unheard, self.place)
        guard case .answer = expected.client, !self.ask.streams else { return }
        #expect(reply.headers["x-belay-cost-usd"] == cost.plainDollars, self.place)
        #expect(reply.headers["x-belay-cost-estimated"] == (expected.unheard > 0 ? "true" : nil), self.place)
    }

    private func words(for reply: GatewayWorld.Reply) throws -> String {
        guard reply.status == 200 else {
            let error = try reply.json["error"]
            let word = error?["code"]?.stringValue ?? error?["type"]?.stringValue ?? ""
            let wait = reply.headers["retry-after"].map { ", retry-after \($0)" } ?? ""
            return "\(reply.status) `\(word)`\(wait)"
        }
        if let error = try self.ask.streams ? self.error(in: reply) : nil { return "broken off, error `\(error)`" }
        let path = reply.headers["x-belay-path"] ?? "?"
        return "whole answer of \(path), attempts \(reply.headers["x-belay-attempts"] ?? "?")"
    }

    private func words(for bench: FaultBench) -> String {
        let counts = self.kinds.indices.map { "\(bench.upstream.count(at: $0))" }.joined(separator: " + ")
        guard self.expected.gap != nil else { return counts }
        let gaps = bench.upstream.gaps(at: 0).map { "\(($0 / .seconds(1) * 100).rounded() / 100) s" }
        return "\(counts), \(gaps.joined(separator: " and ")) apart"
    }
}
