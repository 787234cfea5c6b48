import BelayCore
import BelayJSON

/// The store as one process sees it: with a way to it that is slow, busy, and loses answers.
struct UnreliableStore: ExecutionStore {
    let world: World
    let base: any ExecutionStore

    func start(_ new: NewExecution) async throws -> StartedExecution {
        try await self.write("start") { try await $0.start(new) }
    }

    func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        try await self.write("claim") { try await $0.claim(by: node, limit: limit, for: duration, within: scope) }
    }

    func nextDue(within scope: ClaimScope) async throws -> Timestamp? {
        try await self.read("nextDue") { try await $0.nextDue(within: scope) }
    }

    func renew(_ leases: [Lease], for duration: Duration) async throws -> [Lease] {
        try await self.write("renew") { try await $0.renew(leases, for: duration) }
    }

    func release(_ lease: Lease, wakeAt: Timestamp) async throws {
        try await self.write("release") { try await $0.release(lease, wakeAt: wakeAt) }
    }

    func append(_ transition: Transition) async throws -> [JournalEvent] {
        try await self.write("append") { try await $0.append(transition) }
    }

    func journal(of execution: ExecutionID, after sequence: Int, limit: Int) async throws -> [JournalEvent] {
        try await self.read("journal") { try await $0.journal(of: execution, after: sequence, limit: limit) }
    }

    func head(of execution: ExecutionID) async throws -> ExecutionHead? {
        try await self.read("head") { try await $0.head(of: execution) }
    }

    func heads(_ filter: ExecutionFilter, after cursor: Cursor?, limit: Int) async throws -> Page<ExecutionHead> {
        try await self.read("heads") { try await $0.heads(filter, after: cursor, limit: limit) }
    }

    func openExecutions(
        per scope: OpenExecutionLimit.Scope, tenant: String?, name: String?, limit: Int
    ) async throws -> [OpenExecutionCount] {
        try await self.read("openExecutions") {
            try await $0.openExecutions(per: scope, tenant: tenant, name: name, limit: limit)
        }
    }

    func waits(_ filter: WaitFilter, after cursor: Cursor?, limit: Int) async throws -> Page<WaitRecord> {
        try await self.read("waits") { try await $0.waits(filter, after: cursor, limit: limit) }
    }

    func wait(_ id: WaitID) async throws -> WaitRecord? { try await self.read("wait") { try await $0.wait(id) } }

    func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        try await self.write("answer") { try await $0.answer(wait, with: answer, by: by, request: request) }
    }

    func request(withKey key: String, tenant: String) async throws -> IdempotentRequest? {
        try await self.read("request") { try await $0.request(withKey: key, tenant: tenant) }
    }

    func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        try await self.write("signal") { try await $0.signal(event, to: execution) }
    }

    func check() async throws { try await self.write("check") { try await $0.check() } }

    private func read<Value: Sendable>(
        _ name: String, _ work: (any ExecutionStore) async throws -> Value
    ) async throws -> Value {
        try await self.travel()
        try self.refuse(name)
        if self.world.chance.happens(self.world.weather.storeLosesAnswers) { throw self.lost(name, "a read") }
        let value = try await work(self.base)
        try await self.travel()
        return value
    }

    private func write<Value: Sendable>(
        _ name: String, _ work: @escaping @Sendable (any ExecutionStore) async throws -> Value
    ) async throws -> Value {
        try await self.travel()
        try self.refuse(name)
        if self.world.chance.happens(self.world.weather.storeLosesAnswers) {
            switch self.world.chance.number(0...5) {
            case 0, 1: throw self.lost(name, "not done")
            case 2: self.doLater(name, work)
            default: _ = try await work(self.base)
            }
            try await self.travel()
            throw self.lost(name, "done, or on its way")
        }
        let value = try await work(self.base)
        try await self.travel()
        return value
    }

    /// The write arrives after its sender has given it up.
    private func doLater<Value: Sendable>(
        _ name: String, _ work: @escaping @Sendable (any ExecutionStore) async throws -> Value
    ) {
        let (world, base) = (self.world, self.base)
        world.count("writes that arrived late")
        world.scheduler.start(in: .world) {
            do {
                try await world.pass(10...2_000)
                _ = try await work(base)
                world.tell("store", "a late \(name) arrives")
            } catch {
                world.tell("store", "a late \(name) is refused: \(error)")
            }
        }
    }

    /// A write goes on whatever becomes of the task that asked for it.
    private func travel() async throws {
        let isSlow = self.world.chance.happens(self.world.weather.storeIsSlow)
        let isVerySlow = isSlow && self.world.chance.happens(0.1)
        do {
            try await self.world.pass(isVerySlow ? 1_000...15_000 : isSlow ? 10...800 : 0...3, isCancellable: false)
        } catch {
            throw StoreError.unavailable("the world is over")
        }
    }

    private func refuse(_ name: String) throws(StoreError) {
        guard self.world.chance.happens(self.world.weather.storeRefuses) else { return }
        self.world.count("store refusals")
        self.world.tell(self.world.speaker, "store refuses \(name)")
        throw self.world.chance.happens(0.7) ? .busy("another writer is at it") : .notWritable("the disk is full")
    }

    private func lost(_ name: String, _ what: String) -> StoreError {
        self.world.count("store answers lost")
        self.world.tell(self.world.speaker, "answer of \(name) lost (\(what))")
        return .unavailable("the connection was lost")
    }
}
