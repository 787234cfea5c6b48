import BelayCore
import BelayResilience

/// A ledger that ends with its process: for programs without a store, and for tests.
///
/// At least the latest 50,000 lines are kept, of older ones their sums.
public final class InMemoryLedgerStore: LedgerStore {
    private let books: Locked<LedgerBooks>
    private let clock: any WallClock

    public init(clock: any WallClock = SystemWallClock()) {
        self.clock = clock
        self.books = Locked(LedgerBooks())
    }

    public func join(_ node: NodeID, for lease: Duration) async throws -> Int64 {
        let now = self.clock.now
        return self.books.withLock { $0.join(node, until: now.advanced(by: lease), at: now) }
    }

    public func lease(
        _ asks: [ChunkAsk], to node: NodeID, term: Int64, for lease: Duration
    ) async throws -> [ChunkGrant] {
        let now = self.clock.now
        return try self.books.withLock { books throws(LedgerLapse) in
            try books.renew(node, term: term, until: now.advanced(by: lease))
            return asks.map { books.lease($0, to: node, at: now) }
        }
    }

    public func post(
        _ batch: LedgerBatch, by node: NodeID, term: Int64, for lease: Duration
    ) async throws -> LedgerPosted {
        let now = self.clock.now
        return try self.books.withLock { books throws(LedgerLapse) in
            try books.renew(node, term: term, until: now.advanced(by: lease))
            return books.post(batch, by: node, term: term, at: now)
        }
    }

    public func leave(_ node: NodeID, term: Int64) async throws {
        self.books.withLock { $0.leave(node, term: term) }
    }

    public func lapsedNodes() async throws -> [LapsedNode] {
        let now = self.clock.now
        return self.books.withLock { $0.lapsed(at: now) }
    }

    public func reckonUp(_ node: LapsedNode, lost: [LedgerRow]?) async throws -> [LedgerRow]? {
        let now = self.clock.now
        return self.books.withLock { $0.reckonUpLapsed(node, lost: lost, at: now) }
    }

    public func standings(_ filter: AccountFilter, limit: Int) async throws -> [AccountStanding] {
        let now = self.clock.now
        return self.books.withLock { $0.standings(filter, limit: limit, at: now) }
    }

    public func add(_ override: BudgetOverride) async throws {
        self.books.withLock { $0.overrides.append(override) }
    }

    public func overrides(tenant: String?, limit: Int) async throws -> [BudgetOverride] {
        self.books.withLock { books in
            Array(books.overrides.reversed().lazy.filter { tenant == nil || $0.tenant == tenant }.prefix(limit))
        }
    }

    public func verify() async throws -> LedgerVerdict { self.books.withLock { $0.verdict } }

    public func rows(before number: Int64?, limit: Int) async throws -> [NumberedRow] {
        self.books.withLock { books in
            Array(books.rows.reversed().lazy.filter { $0.number < number ?? .max }.prefix(limit))
        }
    }

    public func costs(_ query: CostQuery) async throws -> CostReport {
        try self.books.withLock { $0.rows }.costs(query)
    }
}
