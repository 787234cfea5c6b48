import BelayResilience

/// What the guards of a call cost when they let it pass.
struct ResilienceBenchmark {
    let plan: Plan
    private static let calls = 1_000

    func run() throws -> [Figure] {
        let breaker = CircuitBreaker("benchmark")
        let isClosed = self.perCall { breaker.isClosed ? 1 : 0 }
        let admitted = try self.perCall {
            breaker.record(.success, of: try breaker.admit())
            return 1
        }
        let limiter = RateLimiter(requests: RateLimit(1_000_000_000, per: .seconds(1)))
        let limited = try self.perCall {
            try limiter.admit()
            return 1
        }
        return [
            Figure("guards", "closed breaker, asked", isClosed, "ns", goal: .atMost(5)),
            Figure("guards", "closed breaker, admitted and recorded", admitted, "ns", goal: .atMost(5)),
            Figure("guards", "limiter with room", limited, "ns", goal: .atMost(60)),
        ]
    }

    private func perCall(_ body: () throws -> Int) rethrows -> Double {
        try Stopwatch.nanoseconds(series: self.plan.rounds, atLeast: self.plan.series) {
            var sum = 0
            for _ in 0..<Self.calls { sum &+= try body() }
            return sum
        } / Double(Self.calls)
    }
}
