import BelayCore
import BelayJSON

/// A store in a test: shorthand for what the cases of the suite do all the time.
struct StoreScenario: Sendable {
    let store: any ExecutionStore
    let clock: ManualWallClock
    let node = NodeID(rawValue: "node_one")
    let other = NodeID(rawValue: "node_two")
    static let leaseTime = Duration.seconds(10)

    /// An execution that nobody knows yet. Each needs a number of its own; later numbers sort later.
    func new(
        _ number: Int, tenant: String = "default", user: String = "ada", agent: String = "support",
        session: String? = nil, task: String = "Where is my order?", key: String? = nil, digest: String = "digest",
        policy: SessionPolicy = .enqueue
    ) -> NewExecution {
        let digits = String(number)
        let id = "exe_" + String(repeating: "0", count: 26 - digits.count) + digits
        return NewExecution(
            accepted: Event.Accepted(
                execution: ExecutionID(rawValue: id), agent: agent, version: "1", task: task,
                user: User(user, tenant: tenant), session: session.map { SessionID(rawValue: "ses_\($0)") }),
            idempotencyKey: key, requestDigest: digest, sessionPolicy: policy)
    }

    @discardableResult
    func start(_ new: NewExecution) async throws -> ExecutionID { try await self.store.start(new).head.id }

    /// Starts executions and claims them all.
    func startAndClaim(_ new: NewExecution...) async throws -> [Lease] {
        for execution in new { try await self.start(execution) }
        let leases = try await self.claim()
        try check(leases.count == new.count, "\(new.count) executions were due and \(leases.count) were claimed")
        return leases.sorted { $0.execution < $1.execution }
    }

    func claim(
        _ limit: Int = 100, by node: NodeID? = nil, within scope: ClaimScope = .everything
    ) async throws -> [Lease] {
        try await self.store.claim(by: node ?? self.node, limit: limit, for: Self.leaseTime, within: scope)
    }

    func tenants(of leases: [Lease]) async throws -> [String] {
        var tenants: [String] = []
        for lease in leases { tenants.append(try await self.head(lease.execution).user.tenant) }
        return tenants
    }

    /// Appends to the journal as the store has it, or as it was at `expected`.
    @discardableResult
    func append(
        _ events: [Event], under lease: Lease, expecting expected: Int? = nil, state: ExecutionState = .thinking,
        closing: [WaitID] = [], after: Transition.After = .keep
    ) async throws -> [JournalEvent] {
        var head = try await self.head(lease.execution)
        head.state = state
        head.steps += 1
        let sequence = expected ?? head.sequence
        head.sequence = sequence + events.count
        return try await self.store.append(
            Transition(
                lease: lease, expectedSequence: sequence, events: events, head: head, closedWaits: closing, after: after
            ))
    }

    func complete(_ lease: Lease) async throws {
        try await self.append(
            [.completed(Event.Completed(output: "Done.", reason: .completed))], under: lease, state: .completed,
            after: .end)
    }

    func head(_ id: ExecutionID) async throws -> ExecutionHead {
        guard let head = try await self.store.head(of: id) else {
            throw StoreConformance.Violation(description: "\(id) has no head")
        }
        return head
    }

    func journal(_ id: ExecutionID) async throws -> [JournalEvent] {
        try await self.store.journal(of: id, after: 0, limit: 10_000)
    }

    func wait(_ id: WaitID) async throws -> WaitRecord {
        guard let wait = try await self.store.wait(id) else {
            throw StoreConformance.Violation(description: "\(id) has no record")
        }
        return wait
    }

    /// A wait that expires in an hour.
    func approval(_ number: Int = 1, context: JSON = .null) -> Wait {
        let digits = String(number)
        let id = "wait_" + String(repeating: "0", count: 26 - digits.count) + digits
        return Wait(
            id: WaitID(rawValue: id), kind: .approval, question: "Refund $80?", context: context,
            answerSchema: ["type": "boolean"], callID: "call_1",
            expires: self.clock.now.advanced(by: .seconds(3_600)))
    }

    /// An event that says nothing but its number.
    func note(_ number: Int) -> Event { .modelCallPlanned(Event.ModelCallPlanned(step: number, purpose: .step)) }

    func check(_ condition: Bool, _ claim: @autoclosure () -> String) throws {
        if !condition { throw StoreConformance.Violation(description: claim()) }
    }

    func expect<Value>(_ expected: StoreError, _ body: () async throws -> Value) async throws {
        do {
            let value = try await body()
            throw StoreConformance.Violation(description: "expected \(expected), got \(value)")
        } catch let error as StoreError {
            try self.check(error == expected, "expected \(expected), got \(error)")
        }
    }

    /// Runs `body` that often at once.
    ///
    /// - Returns: The values of those that succeeded, and the errors of the others.
    func atOnce<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> (values: [Value], errors: [StoreError]) {
        try await withThrowingTaskGroup(of: Result<Value, StoreError>.self) { group in
            for number in 0..<count {
                group.addTask {
                    do { return .success(try await body(number)) } catch let error as StoreError {
                        return .failure(error)
                    }
                }
            }
            var outcome: (values: [Value], errors: [StoreError]) = ([], [])
            for try await result in group {
                switch result {
                case .success(let value): outcome.values.append(value)
                case .failure(let error): outcome.errors.append(error)
                }
            }
            return outcome
        }
    }
}
