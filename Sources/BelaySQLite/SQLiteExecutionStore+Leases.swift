import BelayCore
import GRDB

extension SQLiteExecutionStore {
    public func claim(by node: NodeID, limit: Int, for duration: Duration) async throws -> [Lease] {
        precondition(duration > .zero, "a lease lasts for a while, not \(duration)")
        // Most polls find nothing: they don't bother the disk.
        guard let due = try await self.nextDue(), due <= self.clock.now else { return [] }
        return try await self.write { transaction in
            try transaction.claim(by: node, limit: min(limit, 1_000), until: transaction.now.advanced(by: duration))
        }
    }

    public func nextDue() async throws -> Timestamp? {
        try await self.read { db in
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT min(due_at) FROM execution WHERE due_at IS NOT NULL"))
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
