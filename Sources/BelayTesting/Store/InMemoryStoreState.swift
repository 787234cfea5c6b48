import BelayCore
import BelayJSON

/// What an `InMemoryExecutionStore` holds, and how it changes. Each function changes everything or, when it throws,
/// nothing.
struct InMemoryStoreState {
    struct Record {
        var head: ExecutionHead
        var journal: [JournalEvent]
        var requestDigest: String
        var keyName: String?
        var lease: Lease?
        var epoch = 0
        var wakeAt: Timestamp?
        /// The execution of the same session that has to end first.
        var predecessor: ExecutionID?

        var due: Timestamp? { self.lease?.expires ?? self.wakeAt }
        var isEnded: Bool { self.head.ended != nil }
        var isAskedToStop: Bool { self.journal.contains { $0.event.name == .cancelRequested } }
    }

    struct TenantKey: Hashable {
        var tenant: String
        var key: String
    }

    var executions: [ExecutionID: Record] = [:]
    var waits: [WaitID: WaitRecord] = [:]
    /// Starts and answers by their idempotency keys.
    var requests: [TenantKey: (digest: String, execution: ExecutionID)] = [:]
    /// The executions of each session in the order in which they came.
    var sessions: [TenantKey: [ExecutionID]] = [:]
    private var lastServedTenant: String?
    /// The executions that have not ended, so that a claim doesn't look at all that ever were.
    private var open: Set<ExecutionID> = []

    func record(_ id: ExecutionID) throws -> Record {
        guard let record = self.executions[id] else { throw StoreError.executionNotFound(id) }
        return record
    }

    // MARK: Leases

    mutating func claim(
        by node: NodeID, limit: Int, until expires: Timestamp, within scope: ClaimScope, at now: Timestamp
    ) -> [Lease] {
        var queues = Dictionary(
            grouping: self.open(within: scope).filter { $0.due.map { $0 <= now } ?? false },
            by: \.head.user.tenant
        ).mapValues { $0.sorted { ($0.due ?? now, $0.head.id) > ($1.due ?? now, $1.head.id) } }
        // Those behind the tenant that was served last come first.
        let names = queues.keys.sorted()
        let turn = names.firstIndex { $0 > self.lastServedTenant ?? "" } ?? 0
        var line = Array(names[turn...] + names[..<turn])
        var underWay = self.underWay(at: now)
        var leases: [Lease] = []
        while leases.count < limit, let next = line.min(by: { underWay[$0, default: 0] < underWay[$1, default: 0] }) {
            line.removeAll { $0 == next }
            guard let record = queues[next]?.popLast() else { continue }
            line.append(next)
            underWay[next, default: 0] += 1
            // Who takes one thing only takes nobody's turn.
            if scope == .everything { self.lastServedTenant = next }
            leases.append(self.lease(record, to: node, until: expires))
        }
        return leases
    }

    /// How many executions of each tenant are leased.
    private func underWay(at now: Timestamp) -> [String: Int] {
        var counts: [String: Int] = [:]
        for record in self.openRecords {
            if let lease = record.lease, lease.expires > now { counts[record.head.user.tenant, default: 0] += 1 }
        }
        return counts
    }

    private mutating func lease(_ record: Record, to node: NodeID, until expires: Timestamp) -> Lease {
        var record = record
        record.epoch += 1
        let lease = Lease(execution: record.head.id, node: node, epoch: record.epoch, expires: expires)
        record.lease = lease
        self.executions[record.head.id] = record
        return lease
    }

    /// What has not ended.
    var openRecords: [Record] { self.open.compactMap { self.executions[$0] } }

    private func open(within scope: ClaimScope) -> [Record] {
        self.openRecords.filter { record in
            switch scope {
            case .everything: true
            case .execution(let id): record.head.id == id
            case .session(let id, let tenant): record.head.session == id && record.head.user.tenant == tenant
            }
        }
    }

    func nextDue(within scope: ClaimScope) -> Timestamp? { self.open(within: scope).compactMap(\.due).min() }

    mutating func renew(_ lease: Lease, until expires: Timestamp) -> Lease? {
        guard var record = self.executions[lease.execution], record.isHeld(by: lease) else { return nil }
        record.lease?.expires = expires
        self.executions[lease.execution] = record
        return record.lease
    }

    mutating func release(_ lease: Lease, wakeAt: Timestamp) {
        guard var record = self.executions[lease.execution], record.isHeld(by: lease) else { return }
        record.lease = nil
        record.wakeAt = wakeAt
        self.executions[lease.execution] = record
    }

    // MARK: Journals

    mutating func append(_ transition: Transition, at now: Timestamp) throws -> [JournalEvent] {
        let ends = transition.after == .end
        precondition(
            transition.head.state.isTerminal == ends,
            "a transition gives the lease back for good exactly when it ends the execution")
        let id = transition.lease.execution
        var record = try self.record(id)
        guard record.isHeld(by: transition.lease) else { throw StoreError.leaseLost(id) }
        guard record.head.sequence == transition.expectedSequence else {
            throw StoreError.sequenceConflict(expected: transition.expectedSequence, actual: record.head.sequence)
        }
        let times = transition.journal(after: record.head.updated, now: now).map(\.time)
        record.adopt(transition.head, at: now)
        switch transition.after {
        case .keep: break
        case .release(let wakeAt): (record.lease, record.wakeAt) = (nil, wakeAt)
        case .end: (record.lease, record.wakeAt, record.head.ended) = (nil, nil, now)
        }
        self.executions[id] = record
        let stored = self.insert(transition.events, into: id, at: now, happened: times)
        for wait in transition.closedWaits { self.close(wait, of: id, as: .cancelled) }
        if ends { self.end(id, at: now) }
        return stored
    }

    private mutating func end(_ id: ExecutionID, at now: Timestamp) {
        let predecessor = self.executions[id]?.predecessor
        self.executions[id]?.predecessor = nil
        self.open.remove(id)
        for wait in self.waits.values where wait.execution == id { self.close(wait.wait.id, of: id, as: .cancelled) }
        for successor in self.open where self.executions[successor]?.predecessor == id {
            self.executions[successor]?.predecessor = predecessor
            if predecessor == nil { self.executions[successor]?.wakeAt = now }
        }
    }

    mutating func signal(_ event: Event, to id: ExecutionID, at now: Timestamp) throws -> JournalEvent {
        var record = try self.record(id)
        if record.isEnded, event.name != .feedbackReceived { throw StoreError.executionEnded(id) }
        record.head.updated = now
        // An execution that queues behind another one has nothing to do yet, except to end.
        if !record.isEnded, record.predecessor == nil || event.name == .cancelRequested {
            record.wakeAt = min(record.wakeAt ?? now, now)
        }
        self.executions[id] = record
        return self.insert([event], into: id, at: now)[0]
    }

    /// Adds lines to a journal that exists, and keeps the waits in step with it.
    ///
    /// - Parameter happened: When each happened; now if there are none.
    mutating func insert(
        _ events: [Event], into id: ExecutionID, at now: Timestamp, happened: [Timestamp] = []
    ) -> [JournalEvent] {
        guard var record = self.executions[id] else { preconditionFailure("\(id) has no journal") }
        let first = record.journal.count + 1
        let stored = events.enumerated().map { offset, event in
            JournalEvent(sequence: first + offset, time: happened.isEmpty ? now : happened[offset], event: event)
        }
        record.journal += stored
        record.head.sequence = record.journal.count
        self.executions[id] = record
        for event in events { self.updateWaits(by: event, of: record.head, at: now) }
        return stored
    }

    mutating func add(_ record: Record) {
        self.executions[record.head.id] = record
        self.open.insert(record.head.id)
    }
}

extension InMemoryStoreState.Record {
    /// An expired lease that nobody else claimed still holds: the epoch fences writers, the expiry invites them.
    fileprivate func isHeld(by lease: Lease) -> Bool {
        self.lease?.node == lease.node && self.lease?.epoch == lease.epoch
    }

    /// Takes over what changes from step to step; who the execution is for never does.
    fileprivate mutating func adopt(_ head: ExecutionHead, at now: Timestamp) {
        var next = self.head
        next.state = head.state
        next.reason = head.reason
        next.steps = head.steps
        next.toolCalls = head.toolCalls
        next.usage = head.usage
        next.cost = head.cost
        next.hasUnknownCost = head.hasUnknownCost
        next.isDegraded = head.isDegraded
        next.updated = now
        self.head = next
    }
}
