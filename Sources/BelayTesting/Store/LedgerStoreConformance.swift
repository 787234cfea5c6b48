import BelayCore
import BelayLedger

/// What every `LedgerStore` has to do: one suite for all of them.
public enum LedgerStoreConformance {
    /// One promise and the way to test it.
    public struct Case: Sendable, CustomStringConvertible {
        /// The promise, in words.
        public let description: String
        let body: @Sendable (Bench) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (Bench) async throws -> Void) {
            self.description = description
            self.body = body
        }
    }

    public static let cases = Self.leasing + Self.posting + Self.leaving + Self.limits + Self.costs

    /// Tries one promise on an empty store.
    ///
    /// - Parameter clock: The store's.
    /// - Throws: `StoreConformance.Violation`, or what the store threw where it should not have.
    public static func run(
        _ storeCase: Case, on store: any LedgerStore, clock: ManualWallClock
    ) async throws {
        let bench = Bench(store: store, clock: clock)
        try await storeCase.body(bench)
        let verdict = try await store.verify()
        try Self.check(verdict.isSound, "the books are wrong: \(verdict.faults)")
    }

    struct Bench: Sendable {
        static let node = NodeID(rawValue: "node_one")
        static let other = NodeID(rawValue: "node_two")
        static let lease = Duration.seconds(10)

        let store: any LedgerStore
        let clock: ManualWallClock

        func join(_ node: NodeID = Self.node) async throws -> Int64 {
            try await self.store.join(node, for: Self.lease)
        }

        func lease(_ asks: ChunkAsk..., to node: NodeID = Self.node, term: Int64) async throws -> [ChunkGrant] {
            try await self.store.lease(asks, to: node, term: term, for: Self.lease)
        }

        func post(
            _ number: Int64, _ rows: [LedgerRow] = [], returns: [Int64: Int64] = [:], watched: [Int64] = [],
            by node: NodeID = Self.node, term: Int64
        ) async throws -> LedgerPosted {
            let batch = LedgerBatch(number: number, rows: rows, returns: returns, watched: watched)
            return try await self.store.post(batch, by: node, term: term, for: Self.lease)
        }

        func standing(_ budget: String = "b") async throws -> AccountStanding {
            let found = try await self.store.standings(AccountFilter(budget: budget), limit: 10)
            guard let first = found.first else {
                throw StoreConformance.Violation(description: "no account of \(budget)")
            }
            return first
        }
    }

    static func key(_ budget: String = "b", subject: String = "acme", unit: BudgetUnit = .money) -> AccountKey {
        AccountKey(
            budget: budget, tenant: "t", subject: subject, period: Timestamp(milliseconds: 86_400_000), unit: unit)
    }

    static func ask(
        _ least: Int64, wanted: Int64? = nil, ready: Int64 = 0, limit: Int64 = 1_000, unit: BudgetUnit = .money,
        budget: String = "b",
        enforcement: Budget.Enforcement = .hard
    ) -> ChunkAsk {
        ChunkAsk(
            key: Self.key(budget, unit: unit), limit: limit, enforcement: enforcement, least: least,
            wanted: wanted ?? least, ready: ready)
    }

    static func row(
        _ serial: Int64, _ units: Int64, tokens: Int64 = 0, in accounts: [Int64], kind: LedgerRow.Kind = .settle,
        term: Int64
    ) -> LedgerRow {
        LedgerRow(
            kind: kind, serial: serial, time: Timestamp(milliseconds: 90_000_000 + serial), accounts: accounts,
            amount: Amount(money: Money(nanoDollars: units), tokens: tokens),
            spender: Spender(
                tenant: "t", user: "ada", customer: "acme", session: "s", agent: "support", version: "7",
                task: "refund", execution: "exe_1"),
            purpose: Purpose(path: "one/m", cause: .retry),
            spending: Spending(
                end: kind == .lost ? .lost : .answered,
                usage: Usage(
                    freshInput: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 5, longCacheWrite: 1,
                    reportedCost: Money(nanoDollars: 9)),
                cost: .estimated(Money(nanoDollars: units)), priceVersion: "2026-11-01"), term: term)
    }

    static func check(_ condition: Bool, _ claim: @autoclosure () -> String) throws {
        if !condition { throw StoreConformance.Violation(description: claim()) }
    }

    static func expect<Value: Equatable>(_ value: Value, _ expected: Value, _ what: String) throws {
        try Self.check(value == expected, "\(what): expected \(expected), got \(value)")
    }

    static func expectLapse(_ what: String, _ body: () async throws -> Void) async throws {
        do { try await body() } catch is LedgerLapse { return }
        throw StoreConformance.Violation(description: "\(what) was taken from a node without a lease")
    }
}
