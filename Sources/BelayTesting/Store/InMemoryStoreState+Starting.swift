import BelayCore
import BelayJSON

extension InMemoryStoreState {
    mutating func start(_ new: NewExecution, at now: Timestamp) throws -> StartedExecution {
        if let known = try self.knownExecution(new) { return StartedExecution(head: known, isNew: false) }
        var accepted = new.accepted
        let session = accepted.session.map { TenantKey(tenant: accepted.user.tenant, key: $0.rawValue) }
        let earlier = session.flatMap { self.sessions[$0] } ?? []
        if let id = accepted.session, let last = earlier.last, try self.record(last).head.user.id != accepted.user.id {
            throw StoreError.sessionOfAnotherUser(id)
        }
        let running = earlier.filter { self.executions[$0]?.isEnded == false }
        if let id = accepted.session, !running.isEmpty, new.sessionPolicy == .reject {
            throw StoreError.sessionBusy(id)
        }
        let open = try self.countOpen(new, interrupting: new.sessionPolicy == .interrupt ? running : [])
        accepted.continues = earlier.last
        if new.sessionPolicy == .interrupt {
            let cancel = Event.cancelRequested(Event.CancelRequested(by: accepted.user.id))
            for execution in running { _ = try self.signal(cancel, to: execution, at: now) }
        }
        self.add(
            Record(
                head: ExecutionHead(accepted: accepted, at: now), journal: [], requestDigest: new.requestDigest,
                keyName: new.keyName, wakeAt: running.isEmpty ? now : nil, predecessor: running.last))
        _ = self.insert([.accepted(accepted)], into: accepted.execution, at: now)
        if let key = new.idempotencyKey {
            self.requests[TenantKey(tenant: accepted.user.tenant, key: key)] = (new.requestDigest, accepted.execution)
        }
        if let session { self.sessions[session, default: []].append(accepted.execution) }
        return StartedExecution(head: try self.record(accepted.execution).head, isNew: true, open: open)
    }

    /// - Parameter interrupted: Those that it asks to stop. Whom somebody asked before counts until it has ended.
    private func countOpen(
        _ new: NewExecution, interrupting interrupted: [ExecutionID]
    ) throws -> [OpenExecutionLimit: Int] {
        let counted = self.openRecords.filter { !interrupted.contains($0.head.id) || $0.isAskedToStop }
        var counts: [OpenExecutionLimit: Int] = [:]
        for limit in new.limits {
            guard let name = limit.scope.name(of: new.accepted.agent, new.accepted.user, key: new.keyName) else {
                continue
            }
            let count = counted.count { record in
                limit.scope.name(of: record.head.agent, record.head.user, key: record.keyName) == name
            }
            guard count < limit.count else { throw StoreError.tooManyOpen(limit) }
            counts[limit] = count + 1
        }
        return counts
    }

    /// The execution that this very request gave before, by its key or by the execution's own identifier.
    private func knownExecution(_ new: NewExecution) throws -> ExecutionHead? {
        let byKey = new.idempotencyKey.flatMap { self.requests[TenantKey(tenant: new.accepted.user.tenant, key: $0)] }
        let byID = self.executions[new.accepted.execution].map { ($0.requestDigest, $0.head.id) }
        guard let known: (digest: String, execution: ExecutionID) = byKey ?? byID else { return nil }
        guard known.digest == new.requestDigest else {
            throw StoreError.idempotencyConflict(key: new.idempotencyKey ?? new.accepted.execution.rawValue)
        }
        return try self.record(known.execution).head
    }

    // MARK: Waits

    mutating func updateWaits(by event: Event, of head: ExecutionHead, at now: Timestamp) {
        switch event {
        case .waitOpened(let wait):
            self.waits[wait.id] = WaitRecord(
                wait: wait, execution: head.id, agent: head.agent, user: head.user, opened: now)
        case .waitAnswered(let answer):
            guard self.isOpen(answer.wait, of: head.id) else { return }
            self.waits[answer.wait]?.answer = answer.answer
            self.waits[answer.wait]?.answeredBy = answer.by
            self.waits[answer.wait]?.answeredAt = now
            self.close(answer.wait, of: head.id, as: .answered)
        case .waitExpired(let expiry): self.close(expiry.wait, of: head.id, as: .expired)
        default: break
        }
    }

    func request(withKey key: String, tenant: String) -> IdempotentRequest? {
        self.requests[TenantKey(tenant: tenant, key: key)].map { IdempotentRequest(key: key, digest: $0.digest) }
    }

    mutating func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?, at now: Timestamp
    ) throws -> WaitRecord {
        guard let record = self.waits[wait] else { throw StoreError.waitNotFound(wait) }
        if let request, let known = self.request(withKey: request.key, tenant: record.user.tenant) {
            guard known == request else { throw StoreError.idempotencyConflict(key: request.key) }
            return record
        }
        guard record.status == .open, now < record.wait.expires else { throw StoreError.waitClosed(wait) }
        let event = Event.waitAnswered(Event.WaitAnswered(wait: wait, answer: answer, by: by))
        _ = try self.signal(event, to: record.execution, at: now)
        if let request {
            let key = TenantKey(tenant: record.user.tenant, key: request.key)
            self.requests[key] = (request.digest, record.execution)
        }
        guard let answered = self.waits[wait] else { preconditionFailure("\(wait) vanished while it was answered") }
        return answered
    }

    private func isOpen(_ wait: WaitID, of execution: ExecutionID) -> Bool {
        self.waits[wait]?.execution == execution && self.waits[wait]?.status == .open
    }

    mutating func close(_ wait: WaitID, of execution: ExecutionID, as status: WaitRecord.Status) {
        if self.isOpen(wait, of: execution) { self.waits[wait]?.status = status }
    }
}

extension InMemoryStoreState {
    func openExecutions(per scope: OpenExecutionLimit.Scope) -> [OpenExecutionCount] {
        var counts: [[String]: Int] = [:]
        for record in self.openRecords {
            guard let name = scope.name(of: record.head.agent, record.head.user, key: record.keyName) else { continue }
            counts[name, default: 0] += 1
        }
        return counts.map { name, count in
            let tenant = scope == .key || scope == .everything ? "" : name[0]
            return OpenExecutionCount(tenant: tenant, name: name.last ?? "", count: count)
        }
    }
}

extension OpenExecutionLimit.Scope {
    /// What is the same of all executions that are counted together; nil for one that isn't counted.
    fileprivate func name(of agent: String, _ user: User, key: String?) -> [String]? {
        switch self {
        case .user: user.id == User.anonymous ? nil : [user.tenant, user.id]
        case .customer: user.customer.map { [user.tenant, $0] }
        case .agent: [user.tenant, agent]
        case .key: key.map { [$0] }
        case .tenant: [user.tenant]
        case .everything: []
        }
    }
}
