import BelayCore
import BelayLedger
import BelayTesting
import GRDB
import Testing

@testable import BelaySQLite

@Suite(.timeLimit(.minutes(5)))
struct LedgerStoreTests {
    private static let purpose = Purpose(path: "one/m", cause: .first)
    private static let most = Amount(money: Money(nanoDollars: 1_000_000), tokens: 10)

    @Test(arguments: LedgerStoreConformance.cases)
    func theFileConforms(_ storeCase: LedgerStoreConformance.Case) async throws {
        let (folder, clock) = (try TemporaryFolder(), ManualWallClock())
        let store = SQLiteLedgerStore(try SQLiteExecutionStore(path: folder.path(), clock: clock))
        try await LedgerStoreConformance.run(storeCase, on: store, clock: clock)
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: LedgerStoreConformance.cases)
    func theMemoryConforms(_ storeCase: LedgerStoreConformance.Case) async throws {
        let clock = ManualWallClock()
        try await LedgerStoreConformance.run(storeCase, on: InMemoryLedgerStore(clock: clock), clock: clock)
    }

    /// A sum that was changed by hand, and a line that was taken away.
    @Test(arguments: [
        "UPDATE ledger_account SET settled = settled + 1", "UPDATE ledger_account SET reserved = reserved + 1",
        "DELETE FROM ledger_line WHERE number = 2", "UPDATE ledger_chunk SET units = units - 1",
        "UPDATE ledger_line SET accounts = '1,99' WHERE number = 1",
    ])
    func theAuditSeesWhatWasChanged(_ change: String) async throws {
        let folder = try TemporaryFolder()
        let file = try SQLiteExecutionStore(path: folder.path())
        let store = SQLiteLedgerStore(file)
        let ledger = Ledger(
            budgets: [.customerDay], store: store, node: NodeID(rawValue: "node_1"), clock: ManualClock())
        for _ in 0..<3 {
            let reservation = try await ledger.reserve(Self.most, for: Spender(customer: "acme"), Self.purpose)
            ledger.settle(reservation, Self.most, Spending(end: .answered, cost: .known(Self.most.money)))
        }
        #expect(await ledger.flush())
        #expect(try await store.verify().isSound)
        try await file.write { try $0.db.execute(sql: change) }
        let verdict = try await store.verify()
        #expect(verdict.faults.count == 1, "\(verdict.faults)")
    }

    /// What one handle has leased another one can't, as with two processes.
    @Test func twoHandlesOnOneFileStayBelowOneLimit() async throws {
        let folder = try TemporaryFolder()
        let cap = Budget("cap", per: .everything, limit: .money(Money(nanoDollars: 100_000_000)))
        let nodes = try (1...2).map { number in
            Ledger(
                budgets: [cap], store: SQLiteLedgerStore(try SQLiteExecutionStore(path: folder.path())),
                node: NodeID(rawValue: "node_\(number)"), options: Ledger.Options(retry: .zero))
        }
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let reservation = try? await nodes[index % 2].reserve(
                        Self.most, for: Spender(), Self.purpose, patience: .seconds(5))
                    guard let reservation else { return false }
                    nodes[index % 2].settle(
                        reservation, Self.most, Spending(end: .answered, cost: .known(Self.most.money)))
                    return true
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        for node in nodes { #expect(await node.flush()) }
        let standing = try #require(try await nodes[0].store.standings(AccountFilter(), limit: 1).first)
        #expect(admitted <= 100 && admitted > 90, "\(admitted)")
        #expect(standing.settled == Int64(admitted) * 1_000_000)
        #expect(try await nodes[1].store.verify().isSound)
    }

    /// However the lines are cut into pages, and though many of them have one and the same time.
    @Test(arguments: [1, 2, 7, 30, 1_000])
    func pagesAddUpToTheWhole(size: Int) async throws {
        let folder = try TemporaryFolder()
        let store = SQLiteLedgerStore(try SQLiteExecutionStore(path: folder.path()))
        let node = NodeID(rawValue: "node_1")
        let term = try await store.join(node, for: .seconds(10))
        let rows = (0..<30).map { number in
            LedgerRow(
                kind: .settle, serial: Int64(number + 1), time: Timestamp(milliseconds: Int64(number / 10)),
                accounts: [],
                amount: Self.most, spender: Spender(user: "u\(number % 4)", session: "s\(number % 3)"),
                purpose: Self.purpose, spending: Spending(end: .answered, cost: .known(Self.most.money)), term: term)
        }
        _ = try await store.post(LedgerBatch(number: 1, rows: rows), by: node, term: term, for: .seconds(10))
        let whole = CostQuery(by: [.user])
        let part = CostQuery(since: Timestamp(milliseconds: 1), until: Timestamp(milliseconds: 2))
        let known = try await store.rows(before: nil, limit: 100)
        for query in [whole, part] {
            #expect(try await store.costs(query, pageSize: size) == known.costs(query))
        }
        #expect(try await store.costs(part, pageSize: size).total.attempts == 10)
    }

    /// A file of the version before keeps its lines, which have spared nothing, and takes new ones.
    @Test func anOlderFileGetsTheSavings() async throws {
        let folder = try TemporaryFolder()
        let first = try SQLiteExecutionStore(path: folder.path())
        let ledger = Ledger(budgets: [], store: SQLiteLedgerStore(first), node: NodeID(rawValue: "node_1"))
        ledger.settle(
            try await ledger.reserve(Self.most, for: Spender(), Self.purpose), Self.most,
            Spending(end: .answered, cost: .known(Self.most.money)))
        #expect(await ledger.flush())
        try await first.close()
        let queue = try DatabaseQueue(path: folder.path())
        try await queue.write { db in
            try db.execute(
                sql: """
                    ALTER TABLE ledger_line DROP COLUMN saved;
                    ALTER TABLE ledger_line DROP COLUMN calls;
                    DELETE FROM grdb_migrations WHERE identifier = '6 savings';
                    PRAGMA user_version = 5;
                    """)
        }
        try queue.close()
        let store = SQLiteLedgerStore(try SQLiteExecutionStore(path: folder.path()))
        let row = try #require(try await store.rows(before: nil, limit: 1).first?.row)
        #expect(row.calls == 1 && row.spending.saved == .zero && row.amount == Self.most)
        let later = Ledger(budgets: [], store: store, node: NodeID(rawValue: "node_2"))
        later.noteCachedAnswer(for: Spender(), path: "one/m", saved: Money(nanoDollars: 5))
        #expect(await later.flush())
        let total = try await store.costs(CostQuery()).total
        #expect(total.requests == 2 && total.answerCacheSaved.nanoDollars == 5 && total.cost == Self.most.money)
    }
}
