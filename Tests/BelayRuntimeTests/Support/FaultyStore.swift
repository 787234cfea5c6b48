import BelayCore
import BelayJSON
import BelayResilience

/// A store that fails at the writes a test chooses.
final class FaultyStore: ExecutionStore {
    enum Fault {
        /// Nothing was written and the caller knows.
        case busy
        /// Nothing was written and the caller isn't told.
        case unavailableBefore
        /// It is written when the next write comes, and the caller isn't told.
        case unavailableLate
        /// It was written and the caller isn't told.
        case unavailableAfter
        /// The process dies before the write, or right after it: nothing works any more.
        case deathBefore, deathAfter
        /// Nothing was written, nor will be.
        case failed
        /// What is thrown is no error that a store has: before the write, or right after it.
        case defect, defectAfter
    }

    struct Defect: Error {}

    private struct State {
        var appends = 0
        var renewals = 0
        var isRenewing = true
        var reads = 0
        var whenReading: @Sendable () async throws -> Void = {}
        var isDead = false
        var late: Transition?
        var unreadable: Set<ExecutionID> = []
    }

    private let base: any ExecutionStore
    private let state = Locked(State())
    private let fault: @Sendable (_ append: Int, Transition) -> Fault?

    /// - Parameter fault: What happens to the nth append, counted from 1.
    init(_ base: any ExecutionStore, _ fault: @escaping @Sendable (_ append: Int, Transition) -> Fault?) {
        self.base = base
        self.fault = fault
    }

    var isDead: Bool { self.state.withLock { $0.isDead } }
    var appends: Int { self.state.withLock { $0.appends } }
    /// Looks at journals.
    var reads: Int { self.state.withLock { $0.reads } }
    var renewals: Int { self.state.withLock { $0.renewals } }

    /// Runs `body` before the beginning of a journal is read, from now on.
    func beforeReading(_ body: @escaping @Sendable () async throws -> Void) {
        self.state.withLock { $0.whenReading = body }
    }

    /// Nobody can read this journal from now on.
    func hide(_ execution: ExecutionID) { self.state.withLock { _ = $0.unreadable.insert(execution) } }

    /// Renewals fail from now on.
    func renewNoMore() { self.state.withLock { $0.isRenewing = false } }

    /// Gives up when its caller is cancelled, as a store over a network would.
    func append(_ transition: Transition) async throws -> [JournalEvent] {
        try self.live()
        try Task.checkCancellation()
        let (number, late) = self.state.withLock { state in
            state.appends += 1
            defer { state.late = nil }
            return (state.appends, state.late)
        }
        if let late { _ = try await self.base.append(late) }
        switch self.fault(number, transition) {
        case nil: return try await self.base.append(transition)
        case .busy: throw StoreError.busy("as the test says")
        case .unavailableBefore: throw StoreError.unavailable("as the test says")
        case .unavailableLate:
            self.state.withLock { $0.late = transition }
            throw StoreError.unavailable("as the test says")
        case .unavailableAfter:
            _ = try await self.base.append(transition)
            throw StoreError.unavailable("as the test says")
        case .failed: throw StoreError.failed("as the test says")
        case .defect: throw Defect()
        case .defectAfter:
            _ = try await self.base.append(transition)
            throw Defect()
        case .deathBefore: throw self.die()
        case .deathAfter:
            _ = try await self.base.append(transition)
            throw self.die()
        }
    }

    private func die() -> StoreError {
        self.state.withLock { $0.isDead = true }
        return StoreError.notWritable("the process is dead")
    }

    private func live() throws { if self.isDead { throw StoreError.notWritable("the process is dead") } }

    func start(_ new: NewExecution) async throws -> StartedExecution {
        try self.live()
        return try await self.base.start(new)
    }

    func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        try self.live()
        return try await self.base.claim(by: node, limit: limit, for: duration, within: scope)
    }

    func nextDue(within scope: ClaimScope) async throws -> Timestamp? {
        try self.live()
        return try await self.base.nextDue(within: scope)
    }

    func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease] {
        try self.live()
        let isRenewing = self.state.withLock { state in
            state.renewals += 1
            return state.isRenewing
        }
        guard isRenewing else { throw StoreError.busy("as the test says") }
        return try await self.base.renew(leases, for: duration)
    }

    func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        try self.live()
        try await self.base.release(lease, wakeAt: wakeAt)
    }

    func journal(of execution: ExecutionID, after sequence: Int, limit: Int) async throws -> [JournalEvent] {
        try self.live()
        let isUnreadable = self.state.withLock { state in
            state.reads += 1
            return state.unreadable.contains(execution)
        }
        if isUnreadable { throw StoreError.corrupt("as the test says") }
        if sequence == 0 { try await self.state.withLock { $0.whenReading }() }
        return try await self.base.journal(of: execution, after: sequence, limit: limit)
    }

    func head(of execution: ExecutionID) async throws -> ExecutionHead? { try await self.base.head(of: execution) }

    func heads(_ filter: ExecutionFilter, after cursor: Cursor?, limit: Int) async throws -> Page<ExecutionHead> {
        try await self.base.heads(filter, after: cursor, limit: limit)
    }

    func openExecutions(
        per scope: OpenExecutionLimit.Scope, tenant: String?, name: String?, limit: Int
    ) async throws -> [OpenExecutionCount] {
        try await self.base.openExecutions(per: scope, tenant: tenant, name: name, limit: limit)
    }

    func waits(_ filter: WaitFilter, after cursor: Cursor?, limit: Int) async throws -> Page<WaitRecord> {
        try await self.base.waits(filter, after: cursor, limit: limit)
    }

    func wait(_ id: WaitID) async throws -> WaitRecord? { try await self.base.wait(id) }

    func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        try self.live()
        return try await self.base.answer(wait, with: answer, by: by, request: request)
    }

    func request(withKey key: String, tenant: String) async throws -> IdempotentRequest? {
        try await self.base.request(withKey: key, tenant: tenant)
    }

    func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        try self.live()
        return try await self.base.signal(event, to: execution)
    }

    func check() async throws { try await self.base.check() }
}
