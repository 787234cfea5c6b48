import BelayCore
import BelayResilience
import BelayTesting

@testable import BelayLedger

/// A ledger over a store in memory, with clocks that stand still.
struct LedgerBench {
    static let dollar = Int64(1_000_000_000)
    static let cap = Budget("customer-day", per: .customer, limit: .money(Money(nanoDollars: Self.dollar)))
    static let purpose = Purpose(path: "one/m", cause: .first)

    let clock = ManualClock()
    let wallClock = ManualWallClock()
    let store: InMemoryLedgerStore
    let reports = Locked<[LedgerReport]>([])

    init() { self.store = InMemoryLedgerStore(clock: self.wallClock) }

    func ledger(
        _ budgets: [Budget] = [Self.cap], node: String = "node_1", log: DrawLog? = nil,
        options: Ledger.Options = Ledger.Options(retry: .zero)
    ) -> Ledger {
        Ledger(
            budgets: budgets, store: self.store, node: NodeID(rawValue: node), options: options, log: log,
            clock: self.clock, wallClock: self.wallClock
        ) { report in self.reports.withLock { $0.append(report) } }
    }

    /// Lets time pass for deadlines and for leases alike.
    func pass(_ duration: Duration) {
        self.wallClock.advance(by: duration)
        self.clock.advance(by: duration)
    }

    static func amount(_ nanoDollars: Int64, tokens: Int64 = 0) -> Amount {
        Amount(money: Money(nanoDollars: nanoDollars), tokens: tokens)
    }

    static func spender(_ customer: String? = "acme", user: String? = nil, session: String? = nil) -> Spender {
        Spender(user: user, customer: customer, session: session)
    }

    static func spending(_ nanoDollars: Int64) -> Spending {
        Spending(end: .answered, cost: .known(Money(nanoDollars: nanoDollars)))
    }
}

extension Ledger {
    func reserve(
        _ nanoDollars: Int64, tokens: Int64 = 0, for spender: Spender = LedgerBench.spender()
    ) async throws
        -> Reservation
    {
        try await self.reserve(
            LedgerBench.amount(nanoDollars, tokens: tokens), for: spender, LedgerBench.purpose, patience: .zero)
    }

    func settle(_ reservation: Reservation, _ nanoDollars: Int64, tokens: Int64 = 0) {
        self.settle(
            reservation, LedgerBench.amount(nanoDollars, tokens: tokens), LedgerBench.spending(nanoDollars))
    }

    /// What the store says of the one account there is.
    func standing(_ budget: String = "customer-day") async throws -> AccountStanding? {
        try await self.store.standings(AccountFilter(budget: budget), limit: 1).first
    }
}
