import BelayCore
import BelayLedger
import BelaySQLite
import Foundation

/// What it costs to hold a call to its budgets: reserving before it, settling after it, and writing its line.
struct LedgerBenchmark {
    let plan: Plan
    private static let pairs = 1_000
    private static let tasks = 64
    private static let amount = Amount(money: Money(nanoDollars: 1_000), tokens: 100)
    private static let purpose = Purpose(path: "openai/gpt-4o-mini", cause: .first)
    private static let spending = Spending(
        end: .answered, usage: Usage(freshInput: 80, output: 20), cost: .known(Money(nanoDollars: 900)),
        priceVersion: "2026-11-21")
    private static let settled = Amount(money: Money(nanoDollars: 900), tokens: 100)
    private static let spender = Spender(
        user: "ada", customer: "acme", session: "s-1", agent: "support", version: "7", task: "refund")
    private static let fiveScopes = [
        Budget("session", per: .session, period: .total, limit: .money(Money(nanoDollars: .max / 4))),
        Budget("user-month", per: .user, period: .month, limit: .money(Money(nanoDollars: .max / 4))),
        Budget("customer-day", per: .customer, limit: .money(Money(nanoDollars: .max / 4))),
        Budget("tenant-tokens", per: .tenant, limit: .tokens(.max / 4)),
        Budget("everything", per: .everything, period: .month, limit: .money(Money(nanoDollars: .max / 4))),
    ]

    func run() async throws -> [Figure] {
        let one = try await self.perSecond(Array(Self.fiveScopes.suffix(1)))
        let five = try await self.perSecond(Self.fiveScopes)
        let crowd = try await self.contended()
        let latency = try await self.latency()
        let file = try await self.onFile()
        return [
            Figure("ledger", "pairs in memory, one budget", one, "/s", goal: .atLeast(500_000)),
            Figure("ledger", "pairs in memory, five budgets", five, "/s"),
            Figure("ledger", "pairs in memory, 64 tasks on one budget", crowd, "/s"),
            Figure("ledger", "pairs with lines in SQLite and a log of draws, five budgets", file.perSecond, "/s"),
            Figure("ledger", "added to a call by five budgets, p50", latency.p50, "us"),
            Figure("ledger", "added to a call by five budgets, p99", latency.p99, "us", goal: .atMost(20)),
            Figure("ledger", "the same with SQLite and a log of draws, p99", file.p99, "us", goal: .atMost(20)),
        ]
    }

    private static func ledger(_ budgets: [Budget], _ store: any LedgerStore, log: DrawLog? = nil) -> Ledger {
        Ledger(budgets: budgets, store: store, node: NodeID(rawValue: "node_\(UUID().uuidString)"), log: log)
    }

    private static func pair(_ ledger: Ledger) async throws {
        let reservation = try await ledger.reserve(Self.amount, for: Self.spender, Self.purpose)
        ledger.settle(reservation, Self.settled, Self.spending)
    }

    /// On one thread, the lines written to the store in memory in between.
    private func perSecond(_ budgets: [Budget]) async throws -> Double {
        var rates = Samples()
        for _ in 0..<self.plan.rounds {
            let ledger = Self.ledger(budgets, InMemoryLedgerStore())
            try await Self.pair(ledger)
            rates.append(
                try await Self.rate(for: self.plan.series * 3) {
                    for _ in 0..<Self.pairs { try await Self.pair(ledger) }
                    await ledger.flush()
                    return Self.pairs
                })
        }
        return rates.median
    }

    private static func rate(for time: Duration, _ body: () async throws -> Int) async throws -> Double {
        let start = ContinuousClock.now
        var count = 0
        while start.duration(to: .now) < time { count += try await body() }
        return Double(count) / (start.duration(to: .now) / .seconds(1))
    }

    private func contended() async throws -> Double {
        let ledger = Self.ledger(Array(Self.fiveScopes.suffix(1)), InMemoryLedgerStore())
        try await Self.pair(ledger)
        return try await Self.rate(for: self.plan.series * 3) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.tasks { group.addTask { for _ in 0..<Self.pairs { try await Self.pair(ledger) } } }
                try await group.waitForAll()
            }
            await ledger.flush()
            return Self.tasks * Self.pairs
        }
    }

    /// Of single pairs, 1 ms apart, while the lines are written beside them.
    private func latency() async throws -> (p50: Double, p99: Double) {
        try await Self.latencies(of: Self.ledger(Self.fiveScopes, InMemoryLedgerStore()), self.plan)
    }

    private static func latencies(of ledger: Ledger, _ plan: Plan) async throws -> (p50: Double, p99: Double) {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await ledger.run() }
            defer { group.cancelAll() }
            try await Self.pair(ledger)
            var times = Samples()
            for _ in 0..<max(200, Int(plan.time / .milliseconds(1))) {
                let start = ContinuousClock.now
                try await Self.pair(ledger)
                times.append(start.duration(to: .now) / .microseconds(1))
                try await Task.sleep(for: .milliseconds(1))
            }
            return (times.percentile(50), times.percentile(99))
        }
    }

    private func onFile() async throws -> (perSecond: Double, p99: Double) {
        let path = "\(self.plan.folder)/ledger.db"
        let store = try SQLiteExecutionStore(path: path)
        let log = try DrawLog(folder: path + "-ledger", node: NodeID(rawValue: "node_\(UUID().uuidString)"))
        let ledger = Self.ledger(Self.fiveScopes, SQLiteLedgerStore(store), log: log)
        try await Self.pair(ledger)
        let rate = try await Self.rate(for: self.plan.time) {
            for _ in 0..<Self.pairs { try await Self.pair(ledger) }
            await ledger.flush()
            return Self.pairs
        }
        let p99 = try await Self.latencies(of: ledger, self.plan).p99
        try await store.close()
        return (rate, p99)
    }
}
