import BelayCore
import BelayResilience
import BelayTesting
import Testing

@testable import BelayLedger

@Suite(.timeLimit(.minutes(5)))
struct LedgerAlertTests {
    private let bench = LedgerBench()
    private static let policy = AlertPolicy(
        callCost: Money(nanoDollars: 100), rate: SpendRate(minimumDays: 3, floor: Money(nanoDollars: 50)))

    private func ledger(node: String = "node_1") -> Ledger {
        self.bench.ledger([], node: node, options: Ledger.Options(retry: .zero, alerts: Self.policy))
    }

    private var told: [Alert] {
        self.bench.reports.withLock { $0.compactMap { if case .alert(let alert) = $0 { alert } else { nil } } }
    }

    private static func spend(_ nanoDollars: Int64, tenant: String = "t", in ledger: Ledger) async throws {
        let reservation = try await ledger.reserve(nanoDollars, for: Spender(tenant: tenant))
        ledger.settle(reservation, nanoDollars)
        #expect(await ledger.flush())
    }

    @Test func aBudgetOfEverybodyIsNoTenants() async throws {
        let budgets = [BudgetScope.everything, .tenant].map {
            Budget("\($0)", per: $0, limit: .money(Money(nanoDollars: 1)), enforcement: .soft)
        }
        let ledger = self.bench.ledger(budgets, options: Ledger.Options(retry: .zero, alerts: Self.policy))
        try await Self.spend(20, in: ledger)
        #expect(Set(self.told.map(\.tenant)) == [nil, "t"])
    }

    /// Five days of 100, at one hour; and much more at other hours, which is of no account.
    private func pastDays(in ledger: Ledger) async throws {
        for _ in 0..<5 {
            try await Self.spend(80, in: ledger)
            try await Self.spend(20, tenant: "u", in: ledger)
            self.bench.wallClock.advance(by: .seconds(2 * 3_600))
            try await Self.spend(9_000, in: ledger)
            self.bench.wallClock.advance(by: .seconds(22 * 3_600))
        }
    }

    @Test func anHourThatCostsMoreThanUsualIsToldOnceForTheTenantAndForAll() async throws {
        let ledger = self.ledger()
        try await self.pastDays(in: ledger)
        var watch = SpendWatch(try #require(Self.policy.rate))
        try await Self.spend(150, in: ledger)
        await ledger.compareSpending(&watch)
        #expect(self.told.isEmpty)
        try await Self.spend(20, in: ledger)
        await ledger.compareSpending(&watch)
        await ledger.compareSpending(&watch)
        let hour = BudgetPeriod.hour.start(at: self.bench.wallClock.now)
        #expect(self.told.map(\.tenant) == ["t"] && self.told[0].period == hour)
        let expected = Alert.Kind.rate(
            spent: Money(nanoDollars: 170), usual: Money(nanoDollars: 80), limit: Money(nanoDollars: 160), days: 5)
        #expect(self.told[0].kind == expected)
        try await Self.spend(31, tenant: "u", in: ledger)
        await ledger.compareSpending(&watch)
        #expect(self.told.map(\.tenant) == ["t", nil], "u stays below the floor")
        #expect(ledger.recentAlerts().map(\.times) == [1, 3])
    }

    /// A process that has just begun knows what the store knows.
    @Test func whatIsUsualOutlivesTheProcess() async throws {
        try await self.pastDays(in: self.ledger())
        let next = self.ledger(node: "node_2")
        var watch = SpendWatch(try #require(Self.policy.rate))
        try await Self.spend(500, in: next)
        await next.compareSpending(&watch)
        #expect(Set(self.told.map(\.tenant)) == ["t", nil])
    }

    @Test func newTenantsAndQuietHoursAreComparedWithNothing() async throws {
        let ledger = self.ledger()
        try await self.pastDays(in: ledger)
        self.bench.wallClock.advance(by: .seconds(3_600))
        var watch = SpendWatch(try #require(Self.policy.rate))
        try await Self.spend(1_000_000, tenant: "new", in: ledger)
        await ledger.compareSpending(&watch)
        #expect(self.told.isEmpty)
        // Another hour has another history.
        self.bench.wallClock.advance(by: .seconds(3_600))
        try await Self.spend(20_000, in: ledger)
        await ledger.compareSpending(&watch)
        #expect(Set(self.told.map(\.tenant)) == ["t", nil])
    }

    @Test func theWatchLooksOnceAMinute() async throws {
        let ledger = self.ledger()
        try await self.pastDays(in: ledger)
        try await Self.spend(500, in: ledger)
        await withTaskGroup { group in
            group.addTask { await ledger.watchSpending() }
            await self.bench.clock.sleepers(1)
            #expect(self.told.isEmpty)
            self.bench.clock.advance(by: Ledger.watchInterval)
            await self.bench.clock.sleepers(1)
            #expect(self.told.count == 2)
            group.cancelAll()
        }
    }

    @Test func aDearCallIsToldOnceAnHourForItsModel() {
        let ledger = self.ledger()
        func note(_ spent: Int64, before: Int64 = 0, path: String = "one/m") {
            ledger.noteCall(
                costing: Money(nanoDollars: spent), before: Money(nanoDollars: before),
                for: Spender(tenant: "t", execution: "exe_1"), path: path)
        }
        note(100)
        #expect(self.told.isEmpty)
        note(60)
        note(120, before: 60)
        note(180, before: 120)
        note(101)
        note(101, path: "two/m")
        #expect(self.told.map(\.subject) == ["one/m", "two/m"])
        #expect(self.told[0].kind == .call(cost: Money(nanoDollars: 120), limit: Money(nanoDollars: 100)))
        #expect(self.told[0].spender?.execution == "exe_1")
        #expect(ledger.recentAlerts().map(\.times) == [1, 2])
        self.bench.wallClock.advance(by: .seconds(3_600))
        note(101)
        #expect(self.told.count == 3)
    }

    /// Of a call that can't fit nobody else would be told: what is spent stays below the share of the other alert.
    @Test func aBudgetThatRefusesCallsIsToldOnceInItsPeriod() async throws {
        let ledger = self.bench.ledger(
            [LedgerBench.cap, Budget("all", per: .everything, limit: .money(Money(nanoDollars: 10)))],
            options: Ledger.Options(retry: .zero, alerts: Self.policy))
        func refused(_ customer: String, _ amount: Int64) async {
            await #expect(throws: LedgerRefusal.self) {
                try await ledger.reserve(amount, for: LedgerBench.spender(customer))
            }
        }
        let open = try await ledger.reserve(6, for: LedgerBench.spender("zoo"))
        await refused("zoo", 5)
        #expect(self.told.isEmpty, "what is under way may leave enough over")
        ledger.cancel(open)
        for _ in 0..<2 { await refused("acme", 2 * LedgerBench.dollar) }
        await refused("zoo", 11)
        #expect(self.told.map(\.name) == ["refusal", "refusal"])
        #expect(self.told.map(\.tenant) == ["default", nil] && self.told.map(\.subject) == ["acme", ""])
        #expect(ledger.recentAlerts().map(\.times) == [1, 2])
        guard case .refusal(let state) = try #require(self.told.first).kind else {
            Issue.record("\(self.told)")
            return
        }
        #expect(state.budget == "customer-day" && state.needed == 2 * LedgerBench.dollar && state.settled == 0)
        self.bench.pass(.seconds(86_400))
        await refused("acme", 2 * LedgerBench.dollar)
        #expect(self.told.count == 3)
    }

    /// Nothing has to be spent for a refusal, and names are chosen by clients.
    @Test func manyWhoAreRefusedAreToldTogether() async throws {
        let ledger = self.bench.ledger(options: Ledger.Options(retry: .zero, alerts: Self.policy))
        for number in 0..<(AlertBook.maxRefused + 50) {
            await #expect(throws: LedgerRefusal.self) {
                try await ledger.reserve(2 * LedgerBench.dollar, for: LedgerBench.spender("c\(number)"))
            }
        }
        #expect(self.told.count == AlertBook.maxRefused + 1)
        let latest = try #require(ledger.recentAlerts(1).first)
        #expect(latest.subject.isEmpty && latest.times == 50)
    }

    @Test func aModelWithoutAPriceIsToldOnceADay() {
        let ledger = self.ledger()
        for _ in 0..<3 { ledger.noteUnknownPrice(of: "one/m") }
        self.bench.wallClock.advance(by: .seconds(86_400))
        ledger.noteUnknownPrice(of: "one/m")
        #expect(self.told.map(\.name) == ["unknown_price", "unknown_price"])
    }

    @Test func whatIsOffIsNotTold() async throws {
        let policy = AlertPolicy(budgets: false, callCost: .zero, rate: nil, unknownPrice: false)
        let ledger = self.bench.ledger(options: Ledger.Options(retry: .zero, alerts: policy))
        ledger.noteUnknownPrice(of: "one/m")
        ledger.noteCall(costing: Money(nanoDollars: .max), before: .zero, for: Spender(), path: "one/m")
        ledger.settle(try await ledger.reserve(LedgerBench.dollar), LedgerBench.dollar)
        #expect(await ledger.flush())
        await ledger.watchSpending()
        #expect(self.told.isEmpty && ledger.recentAlerts().isEmpty)
    }
}
