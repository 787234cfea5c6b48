import BelayCore
import BelayJSON
import BelayTesting

/// Sees every write that reaches the store, and holds it against what was promised.
final class Witness: ForwardingStore, @unchecked Sendable {  // Touched on the simulation's thread only.
    struct Record {
        var execution: Execution
        var entries: [JournalEvent]
        /// The last lease given out.
        var lease: Lease?
        var epoch = 0
        /// How often it was leased since the last event.
        var idleClaims = 0
        /// How often each call was dispatched.
        var dispatches: [String: Int] = [:]
        var spending = Spending()
    }

    /// Nodes die, and the store is out of reach; but nobody claims what can't go on.
    private static let mostIdleClaims = 25

    private unowned let world: World
    let base: any ExecutionStore
    private(set) var records: [ExecutionID: Record] = [:]
    private var tasks: Set<String> = []
    var vendors: Vendors?

    init(world: World, base: any ExecutionStore) {
        self.world = world
        self.base = base
    }

    // MARK: Writes

    func start(_ new: NewExecution) async throws -> StartedExecution {
        let started = try await self.base.start(new)
        if started.isNew {
            self.world.count("executions")
            self.world.tell(self.world.speaker, "accepted \(self.name(started.head.id)): \(new.accepted.task)")
        }
        try await self.catchUp()
        self.world.require(
            self.records[started.head.id] != nil, "an execution was accepted that the store doesn't have")
        return started
    }

    func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        let now = self.world.wallClock.now
        let leases = try await self.base.claim(by: node, limit: limit, for: duration, within: scope)
        for lease in leases {
            let id = lease.execution
            let last = self.records[id]?.lease
            self.world.tell(self.world.speaker, "claims \(self.name(id)), epoch \(lease.epoch)")
            self.world.require(
                lease.epoch > self.records[id]?.epoch ?? 0, "\(self.name(id)) was leased twice in one epoch")
            if let last {
                self.world.count("takeovers")
                self.world.require(
                    last.expires <= now, "\(self.name(id)) was leased to two nodes, until \(last.expires)")
            }
            self.records[id]?.epoch = lease.epoch
            self.records[id]?.lease = lease
            self.records[id]?.idleClaims += 1
            self.world.require(
                self.records[id]?.idleClaims ?? 0 <= Self.mostIdleClaims,
                "\(self.name(id)) is claimed again and again and nothing comes of it")
        }
        return leases
    }

    func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease] {
        let renewed = try await self.base.renew(leases, for: duration)
        for lease in renewed where self.records[lease.execution]?.epoch == lease.epoch {
            self.records[lease.execution]?.lease = lease
        }
        return renewed
    }

    func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        try await self.base.release(lease, wakeAt: wakeAt)
        self.returned(lease)
    }

    func append(_ transition: Transition) async throws -> [JournalEvent] {
        let id = transition.lease.execution
        let stored: [JournalEvent]
        do {
            stored = try await self.base.append(transition)
        } catch {
            self.world.tell(self.world.speaker, "commit to \(self.name(id)) refused: \(error)")
            throw error
        }
        for entry in stored { self.world.tell(self.world.speaker, "\(self.name(id)): \(entry.line)") }
        let epoch = self.records[id]?.epoch ?? 0
        self.world.require(
            transition.lease.epoch == epoch,
            "\(self.name(id)) was written by a node of epoch \(transition.lease.epoch) while epoch \(epoch) is at work")
        self.world.require(
            stored.map(\.event) == transition.events, "the store gave other events back than it was given")
        if transition.after != .keep { self.returned(transition.lease) }
        try await self.accept(stored, of: id)
        return stored
    }

    func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        let record = try await self.base.answer(wait, with: answer, by: by, request: request)
        self.world.tell(self.world.speaker, "\(by) answers \(wait): \(answer.serialized())")
        try await self.catchUp()
        return record
    }

    func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        let entry = try await self.base.signal(event, to: execution)
        self.world.tell(self.world.speaker, "\(self.name(execution)): \(entry.line)")
        try await self.accept([entry], of: execution)
        return entry
    }

    /// Somebody was told that their answer counts.
    func promised(_ answer: JSON, to wait: WaitRecord) {
        let isThere = self.records[wait.execution]?.entries.contains {
            if case .waitAnswered(let event) = $0.event {
                event.wait == wait.wait.id && event.answer == answer
            } else {
                false
            }
        }
        self.world.require(isThere ?? false, "the answer to \(wait.wait.id) was confirmed and is in no journal")
    }

    // MARK: Keeping up

    /// What an execution is called in stories.
    func name(_ id: ExecutionID) -> String { "…\(id.rawValue.suffix(4))" }

    private func returned(_ lease: Lease) {
        if self.records[lease.execution]?.epoch == lease.epoch { self.records[lease.execution]?.lease = nil }
    }

    private func accept(_ stored: [JournalEvent], of id: ExecutionID) async throws {
        try await self.catchUp()
        for entry in stored where self.world.violation == nil {
            let entries = self.records[id]?.entries ?? []
            self.world.require(
                entry.sequence <= entries.count && entries[entry.sequence - 1] == entry,
                "the store confirmed \(self.name(id)) \(entry.line), and doesn't have it")
        }
    }

    /// Folds what is new in the journals: some writes reach several of them.
    private func catchUp() async throws {
        for head in try await self.base.heads(ExecutionFilter(), after: nil, limit: 1_000).items.reversed() {
            if head.sequence == self.records[head.id]?.entries.count { continue }
            let known = self.records[head.id]?.entries.count ?? 0
            let new = try await self.base.journal(of: head.id, after: known, limit: 10_000)
            for entry in new { self.fold(entry, of: head.id) }
            self.compare(head)
        }
    }

    private func fold(_ entry: JournalEvent, of id: ExecutionID) {
        do {
            if self.records[id] == nil {
                self.records[id] = Record(execution: try Execution(entry), entries: [])
            } else {
                try self.records[id]?.execution.apply(entry)
            }
        } catch {
            self.world.violate("the journal of \(self.name(id)) can't be folded: \(error)")
        }
        self.records[id]?.entries.append(entry)
        self.records[id]?.idleClaims = 0
        self.world.count(entry.event.name.rawValue)
        self.spend(entry, id)
        switch entry.event {
        case .accepted(let accepted):
            self.world.require(self.tasks.insert(accepted.task).inserted, "\(accepted.task) was accepted twice")
        case .toolCallDispatched(let dispatched): self.records[id]?.dispatches[dispatched.callID, default: 0] += 1
        case .modelAnswered(let answer): self.vendors?.committed(answer, in: id)
        case .attemptFailed(let failed): self.vendors?.committed(failed.attempt)
        default: break
        }
    }

    private func spend(_ entry: JournalEvent, _ id: ExecutionID) {
        guard let limits = self.records[id]?.execution.limits else { return }
        if let excess = self.records[id]?.spending.add(entry.event, within: limits) {
            self.world.violate("\(self.name(id)) overshoots its budget: it \(excess)")
        }
        switch entry.event {
        case .limitReached(let reached): self.world.count("limit \(reached.reason.rawValue)")
        case .limitApproached(let approached): self.world.count("near limit \(approached.kind.rawValue)")
        case .waitAnswered(let answered) where answered.answer["decision"] == "raise": self.world.count("limits raised")
        case .toolCallBilled: self.world.count("tool calls billed")
        case .contextCompacted(let compacted):
            self.world.count(compacted.failure == nil ? "contexts summed up" : "contexts cut")
        default: break
        }
    }

    private func compare(_ head: ExecutionHead) {
        guard let state = self.records[head.id]?.execution else { return }
        self.world.require(
            head.usage == state.usage && head.cost == state.cost && head.steps == state.steps,
            "the head of \(self.name(head.id)) says \(head.usage.total) tokens, \(head.cost), \(head.steps) steps; its "
                + "journal says \(state.usage.total), \(state.cost), \(state.steps)")
    }

    // MARK: The end

    /// Whether every execution has ended.
    var isQuiet: Bool { self.records.values.allSatisfy { $0.execution.isEnded } }

    /// What has not ended, and how it stands.
    var restlessness: String {
        let open = self.records.sorted { $0.key < $1.key }.filter { !$0.value.execution.isEnded }
        return open.map { "\(self.name($0.key)) is \($0.value.execution.state.rawValue)" }.joined(separator: ", ")
    }

    /// What has to hold when the world is over.
    func examine() async throws {
        for (id, record) in self.records.sorted(by: { $0.key < $1.key }) {
            let stored = try await self.base.journal(of: id, after: 0, limit: 10_000)
            self.world.require(stored == record.entries, "the journal of \(self.name(id)) was changed afterwards")
            do { try Journal(stored).requireSound() } catch {
                self.world.violate("the journal of \(self.name(id)) is not sound: \(error.reason)")
            }
            self.settle(record, id)
        }
    }

    /// The cost of an execution is what its journal says that calls cost.
    private func settle(_ record: Record, _ id: ExecutionID) {
        let (usage, cost) = (record.spending.usage, record.spending.cost)
        self.world.require(
            usage == record.execution.usage && cost == record.execution.cost,
            "\(self.name(id)) cost \(record.execution.cost), its events sum up to \(cost)")
    }
}
