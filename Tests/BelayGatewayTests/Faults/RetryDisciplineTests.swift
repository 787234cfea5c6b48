import BelayCore
import BelayHTTP
import BelayIngress
import BelayJSON
import BelayModels
import BelayResilience
import Testing

/// Retries never multiply: not within one call, whatever goes wrong, and not over all calls to a provider that is down.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RetryDisciplineTests {
    private static let kinds = [
        "rate_limited", "server_error", "unavailable", "overloaded", "reset_before_headers", "reset_in_headers",
        "silence",
        "slow_first_token", "stall", "cut", "missing_terminator", "malformed_chunk", "malformed_json", "empty_answer",
        "error_in_200", "html_in_200", "wrong_content_type", "content_filter", "context_overflow", "unauthorized",
        "quota_exhausted", "prefill_refused",
    ]

    /// A few kinds of faults, each with a share of the requests.
    private static func mix(using random: inout SeededGenerator) -> [JSON] {
        let count = Int.random(in: 1...5, using: &random)
        return Self.kinds.shuffled(using: &random).prefix(count).map { kind in
            // The key that is refused is out for all calls to come: seldom, or nothing else would be seen.
            let isOfKey = kind == "unauthorized" || kind == "quota_exhausted"
            let rate = isOfKey ? 0.01 : Double.random(in: 0.05...0.6, using: &random) / Double(count) * 2
            var fault: JSON = ["kind": .string(kind), "rate": JSON(min(1, rate))]
            if kind == "rate_limited", Bool.random(using: &random) { fault["retry_after"] = "2s" }
            return fault
        }
    }

    private struct Budget: Sendable, CustomStringConvertible {
        var attempts: Int
        var perPath: Int

        var description: String { "\(self.attempts) a call, \(self.perPath) a path" }

        init(using random: inout SeededGenerator) {
            self.attempts = Int.random(in: 1...7, using: &random)
            self.perPath = Int.random(in: 1...4, using: &random)
        }

        func apply(to route: inout Route) {
            (route.maxAttempts, route.maxAttemptsPerPath) = (self.attempts, self.perPath)
        }
    }

    /// One call of the many that are made at once.
    private struct Call: Sendable {
        var ask: Ask
        var route: String
    }

    /// Calls of all protocols over two routes, at once, of which each names itself, so that the providers tell them apart.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func noCallSendsMoreThanItsBudget(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let budgets = ["default": Budget(using: &random), "reversed": Budget(using: &random)]
        var setting = FaultBench.Setting()
        if Bool.random(using: &random) { setting.kinds = [.anthropic, .openAI] }
        setting.faults = [Self.mix(using: &random), Self.mix(using: &random)]
        let refusal: Route.RefusalPolicy = Bool.random(using: &random) ? .stop : .nextPath
        let change: @Sendable (inout Route) -> Void = { route in
            budgets[route.name]?.apply(to: &route)
            route.onRefusal = refusal
        }
        (setting.route, setting.reversed) = (change, change)
        // The limits over all calls are off: they would hide what a call does by itself.
        setting.provider = {
            $0.retryBudget = RetryBudgetPolicy(ratio: 10, minimumPerSecond: 1_000)
            $0.breaker = CircuitBreakerPolicy(trip: .consecutiveFailures(1_000))
        }
        let calls = (0..<160).map { _ in
            Call(
                ask: Ask.all.randomElement(using: &random) ?? Ask.all[0],
                route: Bool.random(using: &random) ? "default" : "reversed")
        }
        try await FaultBench.run(setting) { bench in
            try await Self.make(calls, on: bench)
            try Self.check(calls, budgets, on: bench, seed: seed)
        }
    }

    /// Twelve at a time, while time jumps to whatever is waited for.
    private static func make(_ calls: [Call], on bench: FaultBench) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bench.letTimePass() }
            try await withThrowingTaskGroup(of: Void.self) { running in
                for (number, call) in calls.enumerated() {
                    if number >= 12 { try await running.next() }
                    running.addTask {
                        let body = call.ask.body("This is call \(number).", model: call.route)
                        let reply = try await bench.post(call.ask, body)
                        #expect([200, 400, 429, 502, 503, 504, 529].contains(reply.status), "\(reply.text)")
                    }
                }
                try await running.waitForAll()
            }
            group.cancelAll()
        }
    }

    private static func check(
        _ calls: [Call], _ budgets: [String: Budget], on bench: FaultBench, seed: UInt64
    ) throws {
        var seen: [Int: [Int]] = [:]
        for request in bench.upstream.requests {
            let text = String(decoding: request.body, as: UTF8.self)
            let number = try #require(text.firstMatch(of: #/This is call (\d+)\./#).flatMap { Int($0.1) })
            seen[number, default: [0, 0]][request.provider] += 1
        }
        for (number, counts) in seen {
            let budget = try #require(budgets[calls[number].route])
            #expect(counts.reduce(0, +) <= budget.attempts, "seed \(seed), call \(number): \(counts), \(budget)")
            #expect(counts.allSatisfy { $0 <= budget.perPath }, "seed \(seed), call \(number): \(counts), \(budget)")
        }
        let requests = bench.upstream.requests.count
        // A deadline that time jumped over may end an attempt before its request has arrived.
        #expect(bench.gateway.statistics.attempts >= requests, "seed \(seed)")
        print("seed \(seed): \(requests) requests for \(seen.count) calls, \(budgets)")
    }

    /// 400 calls within 20 s to a provider that is down, by Belay and by a client that tries three times again.
    @Test func aDeadProviderIsLeftAlone() async throws {
        let calls = 400
        var setting = FaultBench.Setting(kinds: [.openAI, .openAI])
        setting.faults = [[["kind": "unavailable"]]]
        setting.route = { $0.backoffBase = .zero }
        let ask = Ask(wire: .chatCompletions, streams: false)
        try await FaultBench.run(setting) { bench in
            for _ in 0..<calls {
                let reply = try await bench.post(ask)
                #expect(reply.status == 200 && reply.headers["x-belay-path"] == "second/m")
                bench.clock.advance(by: .milliseconds(50))
            }
            let withBelay = bench.upstream.count(at: 0)
            // Five failures open the circuit, and it is not tried again within 60 s.
            #expect(withBelay == 5)
            #expect(bench.upstream.count(at: 1) == calls)

            let plain = try await Self.plainRequests(calls, to: bench)
            #expect(plain == 4 * calls)
            print("a dead provider, \(calls) calls: \(withBelay) requests with Belay, \(plain) with three retries")
        }
    }

    /// Without the breaker, to see what the retry budget alone holds: a fifth of the calls, and one a second.
    @Test func theShareOfRetriesIsHeldInAnOutage() async throws {
        let calls = 400
        var setting = FaultBench.Setting(kinds: [.openAI, .openAI])
        setting.faults = [[["kind": "unavailable"]]]
        setting.route = { $0.backoffBase = .zero }
        setting.provider = { $0.breaker = CircuitBreakerPolicy(trip: .consecutiveFailures(100_000)) }
        let ask = Ask(wire: .chatCompletions, streams: false)
        try await FaultBench.run(setting) { bench in
            for _ in 0..<calls {
                let reply = try await bench.post(ask)
                #expect(reply.status == 200)
                bench.clock.advance(by: .milliseconds(50))
            }
            let requests = bench.upstream.count(at: 0)
            // Over 20 s two windows of 10 s: a share of 0.2, and 1 a second, of which the first window's are there at once.
            let most = calls + calls / 5 + 30
            #expect(requests > calls && requests <= most, "\(requests)")
            print(
                "a dead provider without a breaker, \(calls) calls: \(requests) requests, \(3 * calls) without a budget"
            )
        }
    }

    private static func plainRequests(_ calls: Int, to bench: FaultBench) async throws -> Int {
        let before = bench.upstream.count(at: 0)
        var request = HTTPRequest(
            method: "POST", url: "http://127.0.0.1:\(bench.ports[0])/v1/chat/completions")
        request.headers = ["content-type": "application/json", "authorization": "Bearer plain"]
        request.body = Ask(wire: .chatCompletions, streams: false).body(model: "m").bytes()
        for _ in 0..<calls {
            for _ in 0...3 {
                let response = try await AsyncHTTPTransport.shared.send(request)
                _ = try await response.body.collect(upTo: 1 << 20)
                if response.status == 200 { break }
            }
        }
        return bench.upstream.count(at: 0) - before
    }
}

extension FaultBench {
    /// Moves to the next moment that somebody sleeps until whenever nothing has happened for a while, until cancelled. What
    /// is ended too early by that is one fault more.
    fileprivate func letTimePass() async throws {
        var last = -1
        while true {
            try await Task.sleep(for: .milliseconds(3))
            let activity = self.upstream.requests.count + self.gateway.statistics.calls + self.upstream.failedAttempts
            if activity == last, let next = self.clock.deadlines.first {
                self.clock.advance(by: max(.zero, next - self.clock.now.offset))
            }
            last = activity
        }
    }
}
