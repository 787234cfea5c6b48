import BelayCore
import BelayJSON
import Foundation

/// A store that forgets everything with the process and grows without a bound: for tests and for trying things out.
public final class InMemoryExecutionStore: ExecutionStore {
    private let clock: any WallClock
    // An NSLock and not a `Mutex`: the thread sanitizer reports false races on the latter.
    private let lock = NSLock()
    // Only ever touched inside `withState`, which holds `lock`.
    nonisolated(unsafe) private var state = InMemoryStoreState()

    /// - Parameter clock: Where all durable times come from.
    public init(clock: any WallClock = SystemWallClock()) { self.clock = clock }

    private func withState<Result>(
        _ body: (inout InMemoryStoreState, Timestamp) throws -> Result
    ) rethrows -> Result {
        let now = self.clock.now
        return try self.lock.withLock { try body(&self.state, now) }
    }

    public func start(_ new: NewExecution) async throws -> StartedExecution {
        try self.withState { try $0.start(new, at: $1) }
    }

    public func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        precondition(duration > .zero, "a lease lasts for a while, not \(duration)")
        return self.withState { state, now in
            state.claim(by: node, limit: min(limit, 1_000), until: now.advanced(by: duration), within: scope, at: now)
        }
    }

    public func nextDue(within scope: ClaimScope) async throws -> Timestamp? {
        self.withState { state, _ in state.nextDue(within: scope) }
    }

    public func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease] {
        self.withState { state, now in leases.compactMap { state.renew($0, until: now.advanced(by: duration)) } }
    }

    public func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        self.withState { state, _ in state.release(lease, wakeAt: wakeAt) }
    }

    public func append(_ transition: Transition) async throws -> [JournalEvent] {
        try self.withState { try $0.append(transition, at: $1) }
    }

    public func journal(of execution: ExecutionID, after sequence: Int, limit: Int) async throws -> [JournalEvent] {
        try self.withState { state, _ in
            try Array(state.record(execution).journal.dropFirst(max(sequence, 0)).prefix(min(max(limit, 1), 10_000)))
        }
    }

    public func head(of execution: ExecutionID) async throws -> ExecutionHead? {
        self.withState { state, _ in state.executions[execution]?.head }
    }

    public func heads(
        _ filter: ExecutionFilter, after cursor: Cursor?, limit: Int
    ) async throws -> Page<ExecutionHead> {
        let heads = self.withState { state, _ in state.executions.values.map(\.head) }.filter { head in
            guard (filter.tenant ?? head.user.tenant) == head.user.tenant else { return false }
            guard filter.states?.contains(head.state) ?? true else { return false }
            guard (filter.agent ?? head.agent) == head.agent else { return false }
            guard (filter.user ?? head.user.id) == head.user.id else { return false }
            return (filter.session ?? head.session) == head.session
        }
        return try Self.page(of: heads, after: cursor, limit: limit, id: \.id)
    }

    public func openExecutions(
        per scope: OpenExecutionLimit.Scope, tenant: String?, name: String?, limit: Int
    ) async throws -> [OpenExecutionCount] {
        let found = self.withState { state, _ in state.openExecutions(per: scope) }
            .filter { (tenant ?? $0.tenant) == $0.tenant && (name ?? $0.name) == $0.name }
            .sorted { ($1.count, $0.tenant, $0.name) < ($0.count, $1.tenant, $1.name) }
        return Array(found.prefix(min(max(limit, 1), 1_000)))
    }

    public func waits(_ filter: WaitFilter, after cursor: Cursor?, limit: Int) async throws -> Page<WaitRecord> {
        let waits = self.withState { state, _ in Array(state.waits.values) }.filter { wait in
            guard (filter.tenant ?? wait.user.tenant) == wait.user.tenant else { return false }
            guard filter.kinds?.contains(wait.wait.kind) ?? true else { return false }
            guard (filter.status ?? wait.status) == wait.status else { return false }
            return (filter.execution ?? wait.execution) == wait.execution
        }
        return try Self.page(of: waits, after: cursor, limit: limit, id: \.wait.id)
    }

    public func wait(_ id: WaitID) async throws -> WaitRecord? { self.withState { state, _ in state.waits[id] } }

    public func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        try self.withState { try $0.answer(wait, with: answer, by: by, request: request, at: $1) }
    }

    public func request(withKey key: String, tenant: String) async throws -> IdempotentRequest? {
        self.withState { state, _ in state.request(withKey: key, tenant: tenant) }
    }

    public func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        try self.withState { try $0.signal(event, to: execution, at: $1) }
    }

    public func check() async throws {}

    private static func page<Item: Sendable, ID: Identifier>(
        of items: [Item], after cursor: Cursor?, limit: Int, id: (Item) -> ID
    ) throws -> Page<Item> {
        if let cursor, !cursor.last.hasPrefix("\(ID.prefix)_") { throw CursorError() }
        let limit = min(max(limit, 1), 1_000)
        let rest = items.filter { item in cursor.map { id(item).rawValue < $0.last } ?? true }
            .sorted { id($0) > id($1) }
        let shown = Array(rest.prefix(limit))
        return Page(items: shown, next: rest.count > limit ? shown.last.map { Cursor(last: id($0).rawValue) } : nil)
    }
}
