import BelayJSON

/// Where executions live. All times are the store's own.
///
/// Journals have two kinds of writers. The holder of the lease appends transitions. Signals (an answer, a cancel
/// request, feedback) are appended by anybody at any time; the holder then meets `sequenceConflict`, reads what came in
/// and appends again. So signals never wait for a node, and a node never misses one.
///
/// Every function may throw `StoreError.unavailable`; after that the outcome is unknown and has to be read. After
/// `StoreError.busy` nothing was written, and the same call may be repeated.
public protocol ExecutionStore: Sendable {
    /// Accepts an execution: first event, head, idempotency key, place in its session, in one transaction.
    ///
    /// In a session whose last execution has not ended, the new one is due when that one ends (`enqueue`), or refused
    /// (`reject`), or the old one gets a `cancelRequested` in the same transaction (`interrupt`).
    /// `accepted.continues` is set by the store to the session's last execution.
    ///
    /// A session belongs to the user, within the tenant, whom it was begun for: nobody else goes on with it, whatever
    /// the policy. The same name is another session in another tenant.
    ///
    /// Its limits are held against what is open in the same transaction, so that starts at once, by whatever process, don't
    /// exceed them. What `interrupt` asks to stop isn't counted, unless somebody asked before: it makes room once.
    ///
    /// - Throws: `idempotencyConflict`, `sessionOfAnotherUser`, `sessionBusy`; `tooManyOpen` with the first of the limits
    ///   that is in the way.
    func start(_ new: NewExecution) async throws -> StartedExecution

    /// Leases executions of the scope that are due and not leased. Each lease goes to the tenant that has the fewest at
    /// that moment, over all nodes; of tenants with as many to the one whose turn it is; within a tenant to what has been
    /// due the longest.
    func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease]

    /// When the next execution of the scope becomes due or a foreign lease expires; nil when nothing is planned.
    func nextDue(within scope: ClaimScope) async throws -> Timestamp?

    /// Prolongs leases.
    ///
    /// - Returns: The leases that still hold, with their new expiry. Authority over all others is lost.
    func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease]

    /// Gives a lease back without a word in the journal; of the head nothing changes. Leases that are lost or unknown are
    /// ignored, so a repetition does no harm.
    ///
    /// - Parameter wakeAt: When the execution is due again; a time that is past means at once. A signal that came in
    ///   under the lease waits for it too, a later one makes the execution due.
    func release(_ lease: Lease, wakeAt: Timestamp) async throws

    /// Appends a transition: events, head, waits opened by `waitOpened` events and closed by it, lease, in one
    /// transaction.
    ///
    /// - Returns: The events as stored.
    /// - Throws: `leaseLost`, `sequenceConflict`, `executionNotFound`.
    func append(_ transition: Transition) async throws -> [JournalEvent]

    /// Events of a journal in order.
    ///
    /// - Parameters:
    ///   - sequence: Only later ones.
    ///   - limit: 1 to 10,000.
    /// - Throws: `executionNotFound`.
    func journal(of execution: ExecutionID, after sequence: Int, limit: Int) async throws -> [JournalEvent]

    /// The head, nil when there is no such execution.
    func head(of execution: ExecutionID) async throws -> ExecutionHead?

    /// Heads, the newest first. `limit` is 1 to 1,000.
    func heads(_ filter: ExecutionFilter, after cursor: Cursor?, limit: Int) async throws -> Page<ExecutionHead>

    /// How many executions are open of those that a scope counts apart, those with most first. Those of
    /// ``User/anonymous`` are no user's.
    ///
    /// - Parameters:
    ///   - tenant: Of this one only; of `key` and `everything`, which have none, nothing then.
    ///   - name: Of this user, customer, agent, key or tenant only.
    ///   - limit: 1 to 1,000.
    func openExecutions(
        per scope: OpenExecutionLimit.Scope, tenant: String?, name: String?, limit: Int
    ) async throws -> [OpenExecutionCount]

    /// Waits, the newest first. `limit` is 1 to 1,000.
    func waits(_ filter: WaitFilter, after cursor: Cursor?, limit: Int) async throws -> Page<WaitRecord>

    /// The wait, nil when there is no such wait.
    func wait(_ id: WaitID) async throws -> WaitRecord?

    /// Answers an open wait: closes the row, appends `waitAnswered`, makes the execution due, in one transaction.
    /// The answer has been validated by the caller. Of two answers one wins.
    ///
    /// - Parameter request: Its key is kept with the answer, in the tenant of the execution. Whoever sends the same
    ///   request again gets the wait as it is, however it was closed.
    /// - Throws: `waitNotFound`, `waitClosed` (answered, cancelled, or past its expiry), `idempotencyConflict`.
    func answer(_ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?) async throws -> WaitRecord

    /// The request that a key was used with, by a start or an answer; nil when it is new.
    func request(withKey key: String, tenant: String) async throws -> IdempotentRequest?

    /// Appends a signal (`cancelRequested`, `feedbackReceived`) and makes the execution due.
    ///
    /// - Throws: `executionNotFound`; `executionEnded`, except for feedback, which is welcome after the end.
    func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent

    /// Proves that the store can be written.
    func check() async throws
}

extension ExecutionStore {
    /// Leases whatever is due and not leased.
    public func claim(by node: NodeID, limit: Int, for duration: Duration) async throws -> [Lease] {
        try await self.claim(by: node, limit: limit, for: duration, within: .everything)
    }

    /// When anything becomes due or a foreign lease expires; nil when nothing is planned.
    public func nextDue() async throws -> Timestamp? { try await self.nextDue(within: .everything) }

    /// Answers an open wait by a request that isn't sent again.
    public func answer(_ wait: WaitID, with answer: JSON, by: String) async throws -> WaitRecord {
        try await self.answer(wait, with: answer, by: by, request: nil)
    }
}
