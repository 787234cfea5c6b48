import BelayCore
import GRDB

extension SQLiteExecutionStore {
    public func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        precondition(duration > .zero, "a lease lasts for a while, not \(duration)")
        // Most polls find nothing: they don't bother the disk.
        guard let due = try await self.nextDue(within: scope), due <= self.clock.now else { return [] }
        return try await self.write { transaction in
            let expires = transaction.now.advanced(by: duration)
            let limit = min(limit, 1_000)
            if scope == .everything { return try transaction.claim(by: node, limit: limit, until: expires) }
            return try transaction.claim(within: scope, by: node, limit: limit, until: expires)
        }
    }

    public func nextDue(within scope: ClaimScope) async throws -> Timestamp? {
        try await self.read { db in
            try Int64.fetchOne(
                db.cachedStatement(
                    sql: "SELECT min(due_at) FROM execution WHERE due_at IS NOT NULL \(scope.condition)"),
                arguments: scope.arguments)
        }.map(Timestamp.init(milliseconds:))
    }

    public func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease] {
        guard !leases.isEmpty else { return [] }
        return try await self.write { transaction in
            let expires = transaction.now.advanced(by: duration)
            return try leases.compactMap { try transaction.renew($0, until: expires) }
        }
    }

    public func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        try await self.write { try $0.release(lease, wakeAt: wakeAt) }
    }
}
