import BelayCore
import BelayLedger
import BelayResilience

/// A store that can be cut off, before it does something or before it says so.
final class UnreachableLedgerStore: LedgerStore {
    let isReachable = Locked(true)
    let losesAnswers = Locked(false)
    private let base: InMemoryLedgerStore

    init(_ base: InMemoryLedgerStore) { self.base = base }

    private func through<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        guard self.isReachable.withLock({ $0 }) else { throw StoreError.busy("as the test says") }
        let value = try await body()
        guard !self.losesAnswers.withLock({ $0 }) else { throw StoreError.unavailable("as the test says") }
        return value
    }

    func join(_ node: NodeID, for lease: Duration) async throws -> Int64 {
        try await self.through { try await self.base.join(node, for: lease) }
    }

    func lease(
        _ asks: [ChunkAsk], to node: NodeID, term: Int64, for lease: Duration
    ) async throws -> [ChunkGrant] {
        try await self.through { try await self.base.lease(asks, to: node, term: term, for: lease) }
    }

    func post(
        _ batch: LedgerBatch, by node: NodeID, term: Int64, for lease: Duration
    ) async throws -> LedgerPosted {
        try await self.through { try await self.base.post(batch, by: node, term: term, for: lease) }
    }

    func leave(_ node: NodeID, term: Int64) async throws {
        try await self.through { try await self.base.leave(node, term: term) }
    }

    func lapsedNodes() async throws -> [LapsedNode] {
        try await self.through { try await self.base.lapsedNodes() }
    }

    func reckonUp(_ node: LapsedNode, lost: [LedgerRow]?) async throws -> [LedgerRow]? {
        try await self.through { try await self.base.reckonUp(node, lost: lost) }
    }

    func standings(_ filter: AccountFilter, limit: Int) async throws -> [AccountStanding] {
        try await self.through { try await self.base.standings(filter, limit: limit) }
    }

    func add(_ override: BudgetOverride) async throws { try await self.through { try await self.base.add(override) } }

    func overrides(tenant: String?, limit: Int) async throws -> [BudgetOverride] {
        try await self.through { try await self.base.overrides(tenant: tenant, limit: limit) }
    }

    func verify() async throws -> LedgerVerdict { try await self.through { try await self.base.verify() } }

    func rows(before number: Int64?, limit: Int) async throws -> [NumberedRow] {
        try await self.through { try await self.base.rows(before: number, limit: limit) }
    }

    func costs(_ query: CostQuery) async throws -> CostReport {
        try await self.through { try await self.base.costs(query) }
    }
}
