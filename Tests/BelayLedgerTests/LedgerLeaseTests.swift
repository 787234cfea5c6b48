import BelayCore
import BelayResilience
import BelayTesting
import Foundation
import Testing

@testable import BelayLedger

/// What a node holds and for how long, and what it must not do twice.
@Suite(.timeLimit(.minutes(5)))
struct LedgerLeaseTests {
    private let bench = LedgerBench()
    private static let dollar = LedgerBench.dollar

    @Test func whoHoldsNothingGivesTheLeaseBack() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "draws-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = try DrawLog(folder: folder, node: NodeID(rawValue: "node_1"))
        let ledger = self.bench.ledger(log: log)
        ledger.settle(try await ledger.reserve(1_000), 1_000)
        #expect(await ledger.flush())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["node_1.1.draws"])
        self.bench.pass(.seconds(6))
        await ledger.renew()  // What lies unused goes back,
        await ledger.renew()  // and then the lease.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        self.bench.pass(.seconds(60))
        #expect(try await self.bench.store.lapsedNodes() == [])
        let standing = try #require(try await ledger.standing())
        #expect(standing.settled == 1_000 && standing.reserved == 0)
        ledger.settle(try await ledger.reserve(1_000), 1_000)
        #expect(await ledger.flush())
        #expect(try await ledger.standing()?.settled == 2_000)
        #expect(self.bench.reports.withLock(\.isEmpty))
    }

    @Test func whatIsUnderWayKeepsTheLease() async throws {
        let ledger = self.bench.ledger()
        let reservation = try await ledger.reserve(1_000)
        for _ in 0..<20 {
            self.bench.pass(.seconds(1))
            await ledger.renew()
        }
        #expect(try await self.bench.store.lapsedNodes() == [])
        ledger.settle(reservation, 1_000)
        #expect(await ledger.flush())
        #expect(try await ledger.standing()?.settled == 1_000)
    }

    @Test func anAttemptIsSettledOnce() async throws {
        let ledger = self.bench.ledger()
        let (one, other) = (try await ledger.reserve(1_000), try await ledger.reserve(1_000))
        for _ in 0..<3 { ledger.settle(one, 700) }
        ledger.cancel(one)
        for _ in 0..<3 { ledger.cancel(other) }
        ledger.settle(other, 700)
        #expect(await ledger.flush())
        #expect(try await ledger.standing()?.settled == 700)
        #expect(ledger.state.withLock { $0.accounts[0].held } == 0)
        #expect(try await self.bench.store.verify().isSound)
    }

    @Test func nothingCountsBelowZero() async throws {
        let ledger = self.bench.ledger()
        ledger.settle(try await ledger.reserve(-Self.dollar), -Self.dollar)
        #expect(await ledger.flush())
        #expect(try await ledger.standing()?.settled == 0)
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(Self.dollar + 1) }
    }

    /// What others hold may come back: nobody is told that the budget is used up, though the node doesn't know whether its
    /// last lines were written.
    @Test func linesOfUnknownFateAreNotCountedTwice() async throws {
        let store = UnreachableLedgerStore(self.bench.store)
        let ledger = Ledger(
            budgets: [LedgerBench.cap], store: store, node: NodeID(rawValue: "node_1"), options: .init(retry: .zero),
            clock: self.bench.clock, wallClock: self.bench.wallClock)
        ledger.settle(try await ledger.reserve(Self.dollar * 45 / 100), Self.dollar * 45 / 100)
        store.losesAnswers.withLock { $0 = true }
        #expect(await ledger.flush() == false)
        store.losesAnswers.withLock { $0 = false }
        _ = try await self.bench.ledger(node: "node_2").reserve(Self.dollar / 5)
        do {
            _ = try await ledger.reserve(Self.dollar / 2)
            Issue.record("More was admitted than is left.")
        } catch LedgerRefusal.reserved {}
    }

    /// The lines of a soft budget that the store couldn't be asked about count when it can.
    @Test func aSoftBudgetCountsWhatWasSpentWithoutTheStore() async throws {
        let store = UnreachableLedgerStore(self.bench.store)
        let budget = Budget(
            "watch", per: .customer, limit: .money(Money(nanoDollars: Self.dollar)), enforcement: .soft)
        let ledger = Ledger(
            budgets: [budget], store: store, node: NodeID(rawValue: "node_1"), options: .init(retry: .zero),
            clock: self.bench.clock, wallClock: self.bench.wallClock)
        store.isReachable.withLock { $0 = false }
        let (early, late) = (try await ledger.reserve(1_000), try await ledger.reserve(1_000))
        ledger.settle(early, 700)
        store.isReachable.withLock { $0 = true }
        #expect(await ledger.flush())
        ledger.settle(late, 60)
        #expect(await ledger.flush())
        #expect(try await ledger.standing("watch")?.settled == 760)
        #expect(ledger.state.withLock { !$0.isBusy })
        #expect(try await self.bench.store.verify().isSound)
    }

    @Test func anAccountIsNotForgottenWhileACallIsAboutToDrawFromIt() {
        let budgets = [
            LedgerBench.cap, Budget("session", per: .session, period: .total, limit: .tokens(100)),
        ]
        var state = LedgerState(budgets: budgets, maxAccounts: 2)
        let time = Timestamp(milliseconds: 0)
        var places: [[Int]] = []
        for name in ["a", "b", "c"] {
            places.append(state.accounts(of: LedgerBench.spender(name, session: name), at: time, now: .origin))
        }
        #expect(Set(places.joined()).count == 6)
        let later = state.accounts(of: LedgerBench.spender("d", session: "d"), at: time, now: .origin + .seconds(61))
        #expect(Set(places.joined()).isSuperset(of: later) && Set(later).count == 2)
        #expect(state.accounts.count == 6)
    }

    /// What was leased in one account for a call that another one refuses is nobody's, and goes back.
    @Test func whatARefusedCallLeasedGoesBack() async throws {
        let shared = Budget("tenant-day", per: .tenant, limit: .money(Money(nanoDollars: 100 * Self.dollar)))
        let ledger = self.bench.ledger([shared, LedgerBench.cap])
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(10 * Self.dollar) }
        #expect(await ledger.flush())
        #expect(try await ledger.standing("tenant-day")?.reserved == 0)
        #expect(try await ledger.standing()?.reserved == 0)
    }

    @Test func aSubjectIsOneHoweverItIsSpelled() {
        let (composed, decomposed) = (Spender(user: "Zo\u{e9}"), Spender(user: "Zoe\u{301}"))
        #expect(composed.user.map { Array($0.utf8) } == decomposed.user.map { Array($0.utf8) })
        #expect(Spender(user: "vic\u{0}1").user != Spender(user: "vic\u{0}2").user)
        #expect(Spender(user: "vic\u{0}1").user?.utf8.contains(0) == false)
    }

    @Test func whomAnOverrideIsForIsOneOfThoseItCounts() throws {
        let everything = Budget("all", per: .everything, limit: .tokens(1))
        #expect(throws: BudgetLimitProblem.self) { try everything.target(tenant: nil, subject: "x") }
        #expect(throws: BudgetLimitProblem.self) { try everything.target(tenant: "acme", subject: nil) }
        #expect(try everything.target(tenant: nil, subject: nil) == ("", nil))
        let tenants = Budget("t", per: .tenant, limit: .tokens(1))
        #expect(try tenants.target(tenant: nil, subject: "acme") == ("acme", "acme"))
        #expect(throws: BudgetLimitProblem.self) { try tenants.target(tenant: "acme", subject: "apex") }
        for bad in ["", "a\nb", "a\u{0}", String(repeating: "x", count: 257)] {
            #expect(throws: BudgetLimitProblem.self) { try LedgerBench.cap.target(tenant: nil, subject: bad) }
        }
        #expect(try LedgerBench.cap.target(tenant: nil, subject: "acme") == ("default", "acme"))
    }

    @Test func theFolderOfTheLogIsMadeAgain() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "draws-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = self.bench.ledger(log: try DrawLog(folder: folder, node: NodeID(rawValue: "node_1")))
        try FileManager.default.removeItem(atPath: folder)
        _ = try await ledger.reserve(1_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["node_1.1.draws"])
    }

    @Test func onlyThePresentLeaseCanLapse() {
        var state = LedgerState(budgets: [LedgerBench.cap])
        state.joined(term: 5, until: .origin + .seconds(8))
        let early = state.lapse(of: 4)
        #expect(!early && state.term == 5)
        let (inTime, again) = (state.lapse(of: 5), state.lapse(of: 0))
        #expect(inTime && !again && state.term == 0)
    }
}
