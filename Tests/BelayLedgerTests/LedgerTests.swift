import BelayCore
import BelayResilience
import BelayTesting
import Testing

@testable import BelayLedger

@Suite(.timeLimit(.minutes(5)))
struct LedgerTests {
    private let bench = LedgerBench()
    private static let dollar = LedgerBench.dollar

    @Test func whatIsReservedIsSettledWithWhatItCost() async throws {
        let ledger = self.bench.ledger()
        let reservation = try await ledger.reserve(Self.dollar / 10)
        ledger.settle(reservation, 30_000_000)
        #expect(await ledger.flush())
        let standing = try #require(try await ledger.standing())
        #expect(standing.settled == 30_000_000)
        let verdict = try await ledger.store.verify()
        #expect(verdict.isSound && verdict.rows == 1, "\(verdict.faults)")
        #expect(standing.reserved == verdict.reserved.money.nanoDollars)
    }

    @Test func aCallThatDoesNotFitIsRefusedWithTheFigures() async throws {
        let ledger = self.bench.ledger()
        let first = try await ledger.reserve(Self.dollar * 6 / 10)
        do {
            _ = try await ledger.reserve(Self.dollar / 2)
            Issue.record("It was admitted beyond the limit.")
        } catch let LedgerRefusal.reserved(state) {
            #expect(state.limit == Self.dollar && state.needed == Self.dollar / 2)
            #expect(state.reserved >= Self.dollar * 6 / 10 && state.settled == 0)
        }
        ledger.settle(first, Self.dollar * 6 / 10)
        do {
            _ = try await ledger.reserve(Self.dollar / 2)
            Issue.record("It was admitted beyond the limit.")
        } catch let LedgerRefusal.exceeded(state, resets) {
            #expect(state.settled == Self.dollar * 6 / 10)
            #expect(resets == BudgetPeriod.day.end(from: BudgetPeriod.day.start(at: self.bench.wallClock.now)))
        }
        _ = try await ledger.reserve(Self.dollar * 4 / 10)
    }

    @Test func allBudgetsAdmitOrNone() async throws {
        let budgets = [
            LedgerBench.cap,
            Budget("user-month", per: .user, period: .month, limit: .money(Money(nanoDollars: Self.dollar / 10))),
            Budget("session", per: .session, period: .total, limit: .tokens(1_000)),
            Budget("all", per: .everything, limit: .money(Money(nanoDollars: 100 * Self.dollar))),
        ]
        let ledger = self.bench.ledger(budgets)
        let spender = LedgerBench.spender(user: "ada", session: "s")
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(Self.dollar / 5, for: spender) }
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(1, tokens: 1_001, for: spender) }
        let reservation = try await ledger.reserve(Self.dollar / 20, tokens: 900, for: spender)
        #expect(reservation.accounts.count == 4)
        #expect(ledger.state.withLock { $0.accounts.allSatisfy { $0.callsUnderWay == 1 } })
        ledger.settle(reservation, 1_000, tokens: 500)
        #expect(await ledger.flush())
        #expect(try await ledger.standing("session")?.settled == 500)
        #expect(try await ledger.standing("user-month")?.settled == 1_000)
        #expect(try await ledger.store.verify().isSound)
    }

    /// What takes no tokens, as a call of a tool, is no matter of a budget in tokens, used up or overdrawn.
    @Test(arguments: [1_000, 1_500] as [Int64]) func aBudgetInTokensAdmitsWhatTakesNone(used: Int64) async throws {
        let ledger = self.bench.ledger([
            LedgerBench.cap, Budget("tokens", per: .customer, limit: .tokens(1_000)),
        ])
        ledger.settle(try await ledger.reserve(1, tokens: 1_000), 1, tokens: used)
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(1, tokens: 1) }
        ledger.settle(try await ledger.reserve(5_000_001), 5_000_001)
        #expect(await ledger.flush())
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(1, tokens: 1) }
        ledger.settle(try await ledger.reserve(5_000_001), 5_000_001)
        #expect(await ledger.flush())
        let other = self.bench.ledger(
            [LedgerBench.cap, Budget("tokens", per: .customer, limit: .tokens(1_000))], node: "node_2")
        other.settle(try await other.reserve(5_000_001), 5_000_001)
        #expect(await other.flush())
        #expect(try await ledger.standing()?.settled == 15_000_004)
        #expect(try await ledger.standing("tokens")?.settled == used)
        #expect(try await ledger.store.verify().isSound)
    }

    /// Such a call waits for a new lease, as any other.
    @Test func anOverdrawnBudgetRefusesNothingThatTakesNoneOfItWhenTheLeaseHasRunOut() async throws {
        let ledger = self.bench.ledger(
            [Budget("tokens", per: .customer, limit: .tokens(1_000)), LedgerBench.cap],
            options: Ledger.Options(lease: .seconds(1), retry: .zero))
        ledger.settle(try await ledger.reserve(1, tokens: 1_000), 1, tokens: 1_500)
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(1, tokens: 1) }
        self.bench.pass(.milliseconds(900))
        ledger.settle(try await ledger.reserve(5_000_001), 5_000_001)
        #expect(await ledger.flush())
        #expect(try await ledger.standing()?.settled == 5_000_002)
    }

    @Test func whoIsNotNamedIsNotCounted() async throws {
        let ledger = self.bench.ledger()
        let reservation = try await ledger.reserve(100 * Self.dollar, for: LedgerBench.spender(nil))
        #expect(reservation.accounts.isEmpty)
    }

    @Test func aSoftBudgetAdmitsAndTells() async throws {
        var soft = LedgerBench.cap
        soft.enforcement = .soft
        let ledger = self.bench.ledger([soft])
        for _ in 0..<3 { ledger.settle(try await ledger.reserve(Self.dollar / 2), Self.dollar / 2) }
        #expect(await ledger.flush())
        let standing = try #require(try await ledger.standing())
        #expect(standing.settled == Self.dollar * 3 / 2 && standing.reserved == 0)
        #expect(self.bench.alerts.count == 1)
    }

    @Test func theAlertComesOnceAtItsShare() async throws {
        let ledger = self.bench.ledger()
        ledger.settle(try await ledger.reserve(Self.dollar / 2), 799_999_999)
        #expect(await ledger.flush())
        #expect(self.bench.alerts.isEmpty)
        ledger.settle(try await ledger.reserve(1), 1)
        #expect(await ledger.flush())
        ledger.settle(try await ledger.reserve(1), 1)
        #expect(await ledger.flush())
        #expect(self.bench.alerts.map(\.settled) == [800_000_000])
    }

    @Test func moreThanWasReservedCountsAllTheSame() async throws {
        let ledger = self.bench.ledger()
        ledger.settle(try await ledger.reserve(Self.dollar), 2 * Self.dollar)
        #expect(await ledger.flush())
        let standing = try #require(try await ledger.standing())
        #expect(standing.settled == 2 * Self.dollar && standing.reserved == 0)
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(1) }
        #expect(try await ledger.store.verify().isSound)
    }

    @Test func aNewDayBeginsAtZero() async throws {
        let ledger = self.bench.ledger()
        ledger.settle(try await ledger.reserve(Self.dollar), Self.dollar)
        #expect(await ledger.flush())
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(1) }
        self.bench.pass(.seconds(86_400))
        _ = try await ledger.reserve(Self.dollar)
    }

    @Test func anOverrideRaisesTheLimitUntilItExpires() async throws {
        let ledger = self.bench.ledger()
        ledger.settle(try await ledger.reserve(Self.dollar), Self.dollar)
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(1) }
        let now = self.bench.wallClock.now
        try await ledger.store.add(
            BudgetOverride(
                budget: "customer-day", tenant: "default", subject: "acme", units: 3 * Self.dollar, unit: .money,
                expires: now.advanced(by: .seconds(60)), author: "grace", created: now))
        self.bench.pass(.seconds(1))
        ledger.settle(try await ledger.reserve(Self.dollar), Self.dollar)
        #expect(await ledger.flush())
        self.bench.pass(.seconds(60))
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(1) }
    }

    /// Little is left: what one call doesn't need is there for the next node at once.
    @Test func whatIsLeftOverGoesToWhoNeedsIt() async throws {
        let (one, two) = (self.bench.ledger(node: "node_1"), self.bench.ledger(node: "node_2"))
        let first = try await one.reserve(Self.dollar * 9 / 10)
        await #expect(throws: LedgerRefusal.self) { try await two.reserve(Self.dollar / 2) }
        one.settle(first, Self.dollar / 10)
        #expect(await one.flush())
        _ = try await two.reserve(Self.dollar * 9 / 10)
        await #expect(throws: LedgerRefusal.self) { try await one.reserve(1) }
    }

    @Test func aCallWaitsForWhatComesBack() async throws {
        let ledger = self.bench.ledger()
        let first = try await ledger.reserve(Self.dollar)
        async let second = ledger.reserve(
            LedgerBench.amount(Self.dollar / 2), for: LedgerBench.spender(), LedgerBench.purpose, patience: .seconds(5))
        while ledger.state.withLock({ $0.waiting.isEmpty }), !Task.isCancelled { await Task.yield() }
        ledger.settle(first, Self.dollar / 4)
        #expect(try await second.amount.money.nanoDollars == Self.dollar / 2)
    }

    @Test func aCallThatIsCancelledWaitsNoMore() async throws {
        let ledger = self.bench.ledger()
        _ = try await ledger.reserve(Self.dollar)
        let waiting = Task {
            try await ledger.reserve(
                LedgerBench.amount(Self.dollar), for: LedgerBench.spender(), LedgerBench.purpose, patience: .seconds(5))
        }
        while ledger.state.withLock({ $0.waiting.isEmpty }), !Task.isCancelled { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(ledger.state.withLock { $0.waiting.isEmpty })
    }

    @Test func manyNodesTogetherStayBelowTheLimitAndUseIt() async throws {
        let seed = UInt64(20_261_122)
        let nodes = (1...4).map { self.bench.ledger(node: "node_\($0)") }
        let (spent, refused) = (Locked<Int64>(0), Locked<[Int64]>([]))
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<1_000 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &+ UInt64(index))
                    let most = Int64.random(in: 1_000_000...6_000_000, using: &random)
                    let cost = Int64.random(in: 0...most, using: &random)
                    let node = nodes[index % nodes.count]
                    guard let reservation = await Self.admitted(most, by: node, among: nodes) else {
                        return refused.withLock { $0.append(most) }
                    }
                    await Task.yield()
                    node.settle(reservation, cost)
                    spent.withLock { $0 += cost }
                }
            }
        }
        for node in nodes { #expect(await node.flush()) }
        let (total, smallest) = (spent.withLock { $0 }, try #require(refused.withLock { $0.min() }))
        let verdict = try await self.bench.store.verify()
        #expect(verdict.isSound, "\(verdict.faults), seed \(seed)")
        #expect(try await nodes[0].standing()?.settled == total)
        #expect(total <= Self.dollar && total + smallest > Self.dollar, "seed \(seed)")
    }

    /// - Returns: Nil once there will never be enough.
    private static func admitted(_ most: Int64, by node: Ledger, among nodes: [Ledger]) async -> Reservation? {
        while true {
            do {
                return try await node.reserve(most)
            } catch LedgerRefusal.reserved {
                for node in nodes { await node.renew() }
            } catch { return nil }
        }
    }
}

extension LedgerBench {
    var alerts: [AccountStanding] {
        self.reports.withLock { reports in
            reports.compactMap { report in
                if case .alert(let alert) = report, case .budget(let standing) = alert.kind { standing } else { nil }
            }
        }
    }
}

/// A store that is out of reach for a while.
@Suite(.timeLimit(.minutes(5)))
struct LedgerOutageTests {
    private let bench = LedgerBench()

    @Test func whomNoLimitHoldsGoesOnAndIsWrittenLater() async throws {
        let store = UnreachableLedgerStore(self.bench.store)
        let ledger = Ledger(
            budgets: [LedgerBench.cap], store: store, node: NodeID(rawValue: "node_1"), options: .init(retry: .zero),
            clock: self.bench.clock, wallClock: self.bench.wallClock)
        store.isReachable.withLock { $0 = false }
        let reservation = try await ledger.reserve(1_000, for: LedgerBench.spender(nil))
        ledger.settle(reservation, 700)
        #expect(await ledger.flush() == false)
        do {
            _ = try await ledger.reserve(1_000)
            Issue.record("What a limit holds was admitted without the store.")
        } catch LedgerRefusal.unavailable {}
        store.isReachable.withLock { $0 = true }
        #expect(await ledger.flush())
        let rows = try await self.bench.store.rows(before: nil, limit: 10)
        #expect(rows.map(\.row.amount.money.nanoDollars) == [700])
        _ = try await ledger.reserve(1_000)
    }

    /// Nobody knows whether the batch was written: it is repeated as it was, and written once.
    @Test func aBatchWhoseFateIsUnknownIsWrittenOnce() async throws {
        let store = UnreachableLedgerStore(self.bench.store)
        let ledger = Ledger(
            budgets: [LedgerBench.cap], store: store, node: NodeID(rawValue: "node_1"), options: .init(retry: .zero),
            clock: self.bench.clock, wallClock: self.bench.wallClock)
        ledger.settle(try await ledger.reserve(1_000), 700)
        store.losesAnswers.withLock { $0 = true }
        #expect(await ledger.flush() == false)
        ledger.settle(try await ledger.reserve(1_000), 50)
        store.losesAnswers.withLock { $0 = false }
        #expect(await ledger.flush())
        #expect(try await ledger.standing()?.settled == 750)
        #expect(try await self.bench.store.verify().isSound)
    }
}
