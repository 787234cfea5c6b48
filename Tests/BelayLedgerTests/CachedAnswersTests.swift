import BelayCore
import BelayResilience
import BelayTesting
import Testing

@testable import BelayLedger

@Suite(.timeLimit(.minutes(5)))
struct CachedAnswersTests {
    private let bench = LedgerBench()

    private static func note(_ count: Int = 1, for customer: String = "acme", in ledger: Ledger) {
        for _ in 0..<count {
            ledger.noteCachedAnswer(
                for: Spender(customer: customer), path: "one/m", saved: Money(nanoDollars: 70))
        }
    }

    @Test func theyAreSummedUpAndCountInNoBudget() async throws {
        let ledger = self.bench.ledger()
        Self.note(1_000, in: ledger)
        Self.note(for: "b", in: ledger)
        #expect(await ledger.flush())
        let rows = try await ledger.store.rows(before: nil, limit: 10).map(\.row)
        #expect(rows.map(\.calls).sorted() == [1, 1_000] && rows.allSatisfy { $0.kind == .cached })
        #expect(rows.allSatisfy { $0.accounts.isEmpty && $0.amount == .zero })
        let report = try await ledger.store.costs(CostQuery(by: [.customer], filter: [.customer: "acme"]))
        #expect(report.total.answerCacheSaved.nanoDollars == 70_000 && report.total.requests == 1_000)
        #expect(report.total.cost == .zero && report.total.costPerThousandRequests == .zero)
        #expect(try await ledger.store.verify().isSound)
        #expect(await ledger.flush())
        #expect(try await ledger.store.rows(before: nil, limit: 10).count == 2)
    }

    @Test func thoseWhoAreToldApartAreBounded() async throws {
        let ledger = self.bench.ledger()
        for number in 0..<10_500 { Self.note(for: "c\(number)", in: ledger) }
        #expect(await ledger.flush())
        #expect(try await ledger.store.costs(CostQuery()).total.cachedAnswers == 10_000)
    }

    /// They neither hold calls up nor get lost or doubled while the store is out of reach.
    @Test func theyWaitForTheStore() async throws {
        let store = UnreachableLedgerStore(self.bench.store)
        let ledger = Ledger(
            budgets: [LedgerBench.cap], store: store, node: NodeID(rawValue: "node_1"), clock: self.bench.clock,
            wallClock: self.bench.wallClock)
        ledger.settle(try await ledger.reserve(10), 10)
        store.isReachable.withLock { $0 = false }
        Self.note(3, in: ledger)
        #expect(await ledger.flush() == false)
        Self.note(2, in: ledger)
        store.isReachable.withLock { $0 = true }
        store.losesAnswers.withLock { $0 = true }
        #expect(await ledger.flush() == false)
        store.losesAnswers.withLock { $0 = false }
        #expect(await ledger.flush())
        let report = try await ledger.store.costs(CostQuery())
        #expect(report.total.cachedAnswers == 5 && report.total.attempts == 1)
    }
}
