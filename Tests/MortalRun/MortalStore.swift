import Belay
import BelayJSON

/// A store at whose writes the process may die. Renewals, checks and claims that find nothing come when time will have
/// it, and aren't counted.
struct MortalStore: ExecutionStore {
    let base: any ExecutionStore
    let writes: WriteCount

    func start(_ new: NewExecution) async throws -> StartedExecution {
        try await self.writes.around { try await self.base.start(new) }
    }

    func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        guard let due = try await self.base.nextDue(within: scope), due <= SystemWallClock().now else { return [] }
        return try await self.writes.around {
            try await self.base.claim(by: node, limit: limit, for: duration, within: scope)
        }
    }

    func nextDue(within scope: ClaimScope) async throws -> Timestamp? { try await self.base.nextDue(within: scope) }

    func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease] {
        try await self.base.renew(leases, for: duration)
    }

    func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        try await self.writes.around { try await self.base.release(lease, wakeAt: wakeAt) }
    }

    func append(_ transition: Transition) async throws -> [JournalEvent] {
        try await self.writes.around { try await self.base.append(transition) }
    }

    func journal(of execution: ExecutionID, after sequence: Int, limit: Int) async throws -> [JournalEvent] {
        try await self.base.journal(of: execution, after: sequence, limit: limit)
    }

    func head(of execution: ExecutionID) async throws -> ExecutionHead? { try await self.base.head(of: execution) }

    func heads(_ filter: ExecutionFilter, after cursor: Cursor?, limit: Int) async throws -> Page<ExecutionHead> {
        try await self.base.heads(filter, after: cursor, limit: limit)
    }

    func waits(_ filter: WaitFilter, after cursor: Cursor?, limit: Int) async throws -> Page<WaitRecord> {
        try await self.base.waits(filter, after: cursor, limit: limit)
    }

    func wait(_ id: WaitID) async throws -> WaitRecord? { try await self.base.wait(id) }

    func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        try await self.writes.around { try await self.base.answer(wait, with: answer, by: by, request: request) }
    }

    func request(withKey key: String, tenant: String) async throws -> IdempotentRequest? {
        try await self.base.request(withKey: key, tenant: tenant)
    }

    func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        try await self.writes.around { try await self.base.signal(event, to: execution) }
    }

    func check() async throws { try await self.base.check() }
}
