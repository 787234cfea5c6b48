import BelayCore
import BelayJSON

/// A store in front of another one: it passes on whatever it doesn't do itself.
package protocol ForwardingStore: ExecutionStore {
    /// Where everything goes that isn't done here. A store that is broken may have none to give.
    var base: any ExecutionStore { get throws }
}

extension ForwardingStore {
    package func start(_ new: NewExecution) async throws -> StartedExecution { try await self.base.start(new) }

    package func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        try await self.base.claim(by: node, limit: limit, for: duration, within: scope)
    }

    package func nextDue(within scope: ClaimScope) async throws -> Timestamp? {
        try await self.base.nextDue(within: scope)
    }

    package func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease] {
        try await self.base.renew(leases, for: duration)
    }

    package func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        try await self.base.release(lease, wakeAt: wakeAt)
    }

    package func append(_ transition: Transition) async throws -> [JournalEvent] {
        try await self.base.append(transition)
    }

    package func journal(of execution: ExecutionID, after sequence: Int, limit: Int) async throws -> [JournalEvent] {
        try await self.base.journal(of: execution, after: sequence, limit: limit)
    }

    package func head(of execution: ExecutionID) async throws -> ExecutionHead? {
        try await self.base.head(of: execution)
    }

    package func heads(
        _ filter: ExecutionFilter, after cursor: Cursor?, limit: Int
    ) async throws -> Page<ExecutionHead> {
        try await self.base.heads(filter, after: cursor, limit: limit)
    }

    package func openExecutions(
        per scope: OpenExecutionLimit.Scope, tenant: String?, name: String?, limit: Int
    ) async throws -> [OpenExecutionCount] {
        try await self.base.openExecutions(per: scope, tenant: tenant, name: name, limit: limit)
    }

    package func waits(_ filter: WaitFilter, after cursor: Cursor?, limit: Int) async throws -> Page<WaitRecord> {
        try await self.base.waits(filter, after: cursor, limit: limit)
    }

    package func wait(_ id: WaitID) async throws -> WaitRecord? { try await self.base.wait(id) }

    package func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        try await self.base.answer(wait, with: answer, by: by, request: request)
    }

    package func request(withKey key: String, tenant: String) async throws -> IdempotentRequest? {
        try await self.base.request(withKey: key, tenant: tenant)
    }

    package func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        try await self.base.signal(event, to: execution)
    }

    package func check() async throws { try await self.base.check() }
}
