import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting

/// A store that stops working when it is told to.
final class BreakableStore: ExecutionStore {
    private let base = InMemoryExecutionStore()
    private let failure = Locked<StoreError?>(nil)

    func fail(with error: StoreError?) { self.failure.withLock { $0 = error } }

    private var working: InMemoryExecutionStore {
        get throws(StoreError) {
            if let error = self.failure.withLock({ $0 }) { throw error }
            return self.base
        }
    }

    func start(_ new: NewExecution) async throws -> StartedExecution { try await self.working.start(new) }

    func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        try await self.working.claim(by: node, limit: limit, for: duration, within: scope)
    }

    func nextDue(within scope: ClaimScope) async throws -> Timestamp? {
        try await self.working.nextDue(within: scope)
    }

    func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease] {
        try await self.working.renew(leases, for: duration)
    }

    func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        try await self.working.release(lease, wakeAt: wakeAt)
    }

    func append(_ transition: Transition) async throws -> [JournalEvent] {
        try await self.working.append(transition)
    }

    func journal(of execution: ExecutionID, after sequence: Int, limit: Int) async throws -> [JournalEvent] {
        try await self.working.journal(of: execution, after: sequence, limit: limit)
    }

    func head(of execution: ExecutionID) async throws -> ExecutionHead? {
        try await self.working.head(of: execution)
    }

    func heads(_ filter: ExecutionFilter, after cursor: Cursor?, limit: Int) async throws -> Page<ExecutionHead> {
        try await self.working.heads(filter, after: cursor, limit: limit)
    }

    func waits(_ filter: WaitFilter, after cursor: Cursor?, limit: Int) async throws -> Page<WaitRecord> {
        try await self.working.waits(filter, after: cursor, limit: limit)
    }

    func wait(_ id: WaitID) async throws -> WaitRecord? { try await self.working.wait(id) }

    func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        try await self.working.answer(wait, with: answer, by: by, request: request)
    }

    func request(withKey key: String, tenant: String) async throws -> IdempotentRequest? {
        try await self.working.request(withKey: key, tenant: tenant)
    }

    func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        try await self.working.signal(event, to: execution)
    }

    func check() async throws { try await self.working.check() }
}
