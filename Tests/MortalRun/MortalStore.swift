import Belay
import BelayJSON
import BelayTesting

/// A store at whose writes the process may die. Renewals, checks and claims that find nothing come when time will have
/// it, and aren't counted.
struct MortalStore: ForwardingStore {
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

    func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        try await self.writes.around { try await self.base.release(lease, wakeAt: wakeAt) }
    }

    func append(_ transition: Transition) async throws -> [JournalEvent] {
        try await self.writes.around { try await self.base.append(transition) }
    }

    func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        try await self.writes.around { try await self.base.answer(wait, with: answer, by: by, request: request) }
    }

    func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        try await self.writes.around { try await self.base.signal(event, to: execution) }
    }
}
