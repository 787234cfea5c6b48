import BelayCore
import BelayResilience

/// Budgets that hold: what may be spent is reserved before it is spent, in every budget that counts a call, or in none.
///
/// ```swift
/// let ledger = Ledger(budgets: [.customerDay], store: InMemoryLedgerStore(), node: node)
/// let reservation = try await ledger.reserve(most, for: spender, purpose)
/// // ... the attempt ...
/// ledger.settle(reservation, cost, Spending(end: .answered, usage: usage, cost: .known(cost.money)))
/// ```
///
/// A node leases chunks of its accounts from the store and draws its calls from them, without a write for each. All chunks
/// and all that is settled are never more than the limit, so nodes can't overshoot together. While ``run()`` runs, lines are
/// written within some 20 ms, what isn't used is given back, and nodes that died are reckoned up.
public final class Ledger: Sendable {
    public struct Options: Sendable, Hashable {
        /// How long a node's lease lasts: so long after a crash what it held is with the others again. From 1 s; default 10 s.
        public var lease: Duration
        /// How long a line waits for others to be written with it. Default 20 ms.
        public var linger: Duration
        /// How long a chunk lies unused before it is given back. Default 5 s.
        public var idle: Duration
        /// How often a call that waits looks whether something came back. Default 50 ms.
        public var retry: Duration
        /// How often everything is added up again and compared. Default 1 h.
        public var audit: Duration
        public var alerts: AlertPolicy

        public init(
            lease: Duration = .seconds(10), linger: Duration = .milliseconds(20), idle: Duration = .seconds(5),
            retry: Duration = .milliseconds(50), audit: Duration = .seconds(3_600),
            alerts: AlertPolicy = AlertPolicy()
        ) {
            self.lease = max(lease, .seconds(1))
            self.linger = linger
            self.idle = idle
            self.retry = retry
            self.audit = audit
            self.alerts = alerts
        }

        /// A node doesn't use its lease up to the last moment: clocks differ.
        var usable: Duration { self.lease * 4 / 5 }
        /// However long the lease is: what another node needs is given back within a second.
        var renewal: Duration { min(self.lease / 10, .seconds(1)) }
    }

    public let budgets: [Budget]
    public let store: any LedgerStore
    let node: NodeID
    let options: Options
    let log: DrawLog?
    let timekeeper: Timekeeper
    let wallClock: any WallClock
    let report: @Sendable (LedgerReport) -> Void
    let state: Locked<LedgerState>
    let alerts = Locked(AlertBook())
    /// One batch at a time.
    let turns = Turns()
    /// One at a time begins or ends the lease.
    let joining = Turns()
    /// Rings when lines wait to be written.
    let dirty = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// How many budgets there may be.
    public static let maxBudgets = 64

    /// - Parameters:
    ///   - budgets: With names that differ; at most ``maxBudgets``.
    ///   - node: This process: a name that no process had before.
    ///   - log: Remembers what is under way beyond the death of the process. Without it all that a dead process had leased
    ///     counts as spent.
    ///   - report: Called for everything that deserves an alert; keep it short.
    public init(
        budgets: [Budget], store: any LedgerStore, node: NodeID, options: Options = Options(), log: DrawLog? = nil,
        clock: any Clock<Duration> = ContinuousClock(), wallClock: any WallClock = SystemWallClock(),
        report: @escaping @Sendable (LedgerReport) -> Void = { _ in }
    ) {
        precondition(budgets.count <= Self.maxBudgets, "There are \(budgets.count) budgets; at most 64 may be.")
        precondition(Set(budgets.map(\.name)).count == budgets.count, "Two budgets have the same name.")
        self.budgets = budgets
        self.store = store
        self.node = node
        self.options = options
        self.log = log
        self.timekeeper = Timekeeper(clock)
        self.wallClock = wallClock
        self.report = report
        self.state = Locked(LedgerState(budgets: budgets))
    }

    /// Reserves what an attempt may cost at most, in all budgets that count it. Mostly done in a microsecond; a node that has
    /// too little asks the store.
    ///
    /// - Parameters:
    ///   - amount: Below zero counts as zero.
    ///   - patience: How long to wait for what calls under way may leave over. Zero asks the store once.
    /// - Throws: ``LedgerRefusal`` or `CancellationError`; nothing is reserved then.
    public func reserve(
        _ amount: Amount, for spender: Spender, _ purpose: Purpose, patience: Duration = .seconds(2)
    ) async throws -> Reservation {
        let deadline = self.timekeeper.now + patience
        let amount = amount.nonnegative
        guard self.log != nil else { return try await self.admit(amount, spender, purpose, until: deadline) }
        for _ in 1...Self.maxAdmissions {
            let reservation = try await self.admit(amount, spender, purpose, until: deadline)
            try await self.remember(reservation, until: deadline)
            if self.state.withLock({ $0.stillHolds(reservation, at: self.timekeeper.now) }) { return reservation }
            // This process stood still between the two: others may have reckoned it up, and not known of this one.
            self.cancel(reservation)
        }
        throw LedgerRefusal.unavailable("leases end before they can be used")
    }

    private static let maxAdmissions = 3

    private func admit(
        _ amount: Amount, _ spender: Spender, _ purpose: Purpose, until deadline: Moment
    ) async throws -> Reservation {
        let (now, time) = (self.timekeeper.now, self.wallClock.now)
        do {
            let (accounts, admitted, runsLow) = try self.state.withLock { state throws(LedgerRefusal) in
                let accounts = state.accounts(of: spender, at: time, now: now)
                let admitted = try state.admit(amount, for: spender, purpose, on: accounts, at: now)
                return (accounts, admitted, state.needsServant())
            }
            // Ends when nobody waits any more.
            if runsLow { Task { await self.serve() } }
            if let admitted { return admitted }
            return try await self.wait(amount, spender, purpose, accounts, until: deadline)
        } catch let refusal as LedgerRefusal {
            self.raise(refusal, for: spender)
            throw refusal
        }
    }

    /// Says what an attempt has cost. Never waits for the store and never fails: the line is written by ``run()``. Said
    /// again, or of one that was cancelled, it changes nothing.
    ///
    /// - Parameter amount: What counts in the budgets; more than was reserved if the provider took more. Below zero counts as
    ///   zero.
    public func settle(_ reservation: Reservation, _ amount: Amount, _ spending: Spending) {
        let time = self.wallClock.now
        let (row, answers) = self.state.withLock { state in
            let row = state.settle(reservation, amount.nonnegative, spending, at: time)
            return (row, state.waiting.isEmpty ? [] : state.serve(at: self.timekeeper.now, refusing: false))
        }
        guard let row else { return }
        self.note { try $0.append(row) }
        self.tell(answers)
        self.dirty.continuation.yield()
    }

    /// Notes that Belay's own cache gave an answer. Never waits and never fails; what was noted is written within a second,
    /// summed up, and forgotten when the process dies before: nothing was spent.
    ///
    /// - Parameters:
    ///   - path: The model that made the answer.
    ///   - saved: What the answer cost then.
    public func noteCachedAnswer(for spender: Spender, path: String, saved: Money) {
        self.state.withLock { $0.cached.add(spender, path: path, saved: saved) }
    }

    /// Takes a reservation back whose attempt was never made. Nothing of it is written. Of one that is settled it changes
    /// nothing.
    public func cancel(_ reservation: Reservation) {
        let (isOpen, answers) = self.state.withLock { state in
            let isOpen = state.cancel(reservation)
            return (isOpen, state.waiting.isEmpty ? [] : state.serve(at: self.timekeeper.now, refusing: false))
        }
        guard isOpen else { return }
        self.note { try $0.cancel(reservation.serial) }
        self.tell(answers)
    }

    // MARK: Waiting for a lease

    private func wait(
        _ amount: Amount, _ spender: Spender, _ purpose: Purpose, _ accounts: [Int], until deadline: Moment
    ) async throws -> Reservation {
        let id = self.state.withLock { $0.newWaiterID() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = LedgerState.Waiter(
                    id: id, amount: amount, spender: spender, purpose: purpose, accounts: accounts, deadline: deadline,
                    continuation: continuation)
                self.queue(waiter)
            }
        } onCancel: {
            self.state.withLock { $0.removeWaiter(id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    private func queue(_ waiter: LedgerState.Waiter) {
        let refusal = self.state.withLock { state -> (any Error)? in
            // A handler that ran before found nobody to wake; one that runs later finds the waiter.
            if Task.isCancelled { return CancellationError() }
            do throws(LedgerRefusal) {
                // Ends when nobody waits any more.
                if try state.wait(waiter) { Task { await self.serve() } }
                return nil
            } catch { return error }
        }
        if let refusal { waiter.continuation.resume(throwing: refusal) }
    }

    /// Asks the store for those who wait, all at once, until nobody does.
    private func serve() async {
        while let (asks, term) = self.nextAsks() {
            do {
                guard try await self.ask(asks, term: term) else { continue }
            } catch {
                let now = self.timekeeper.now
                self.tell(self.state.withLock { $0.serveWithoutStore("\(error)", at: now) })
            }
            guard self.state.withLock({ !$0.waiting.isEmpty }) else { continue }
            self.dirty.continuation.yield()
            await self.pause()
        }
    }

    /// Before something is tried again. Cancelled, it ends at once, and so does the next try.
    private func pause() async {
        try? await self.timekeeper.sleep(for: self.options.retry)
        // However short it is: who gives something back may need this very thread.
        await Task.yield()
    }

    private func nextAsks() -> (asks: [(place: Int, ask: ChunkAsk)], term: Int64)? {
        let now = self.timekeeper.now
        return self.state.withLock { state in
            guard !state.waiting.isEmpty || !state.refills.isEmpty else {
                state.isServing = false
                return nil
            }
            return (state.asks(at: now), state.term)
        }
    }

    /// - Returns: Whether the lease was still good.
    private func ask(_ asks: [(place: Int, ask: ChunkAsk)], term: Int64) async throws -> Bool {
        let term = term == 0 ? try await self.join() : term
        do {
            try await self.lease(asks, term: term)
            return true
        } catch is LedgerLapse {
            self.lapse(of: term)
            return false
        }
    }

    /// Opens accounts, leases chunks of them, and serves those who wait.
    func lease(_ asks: [(place: Int, ask: ChunkAsk)], term: Int64) async throws {
        let asked = self.timekeeper.now
        let grants = try await self.store.lease(asks.map(\.ask), to: self.node, term: term, for: self.options.lease)
        let now = self.timekeeper.now
        let (answers, hasSurplus) = self.state.withLock { state in
            let answers = state.take(
                grants, for: asks.map(\.place), of: term, until: asked + self.options.usable, at: now)
            return (answers, !state.surplus.isEmpty)
        }
        self.tell(answers)
        if hasSurplus { self.dirty.continuation.yield() }
    }

    /// Gets a lease, unless somebody else has just got one: joining twice would reckon up what the first lease holds.
    func join() async throws -> Int64 {
        await self.joining.take()
        defer { self.joining.pass() }
        let known = self.state.withLock { $0.term }
        if known != 0 { return known }
        let asked = self.timekeeper.now
        let term = try await self.store.join(self.node, for: self.options.lease)
        self.state.withLock { $0.joined(term: term, until: asked + self.options.usable) }
        self.note { try $0.begin(term: term) { self.remembered } }
        return term
    }

    /// Others have reckoned this node up.
    ///
    /// - Parameter term: The one that is over; another one may have begun meanwhile.
    func lapse(of term: Int64) {
        if self.state.withLock({ $0.lapse(of: term) }) { self.report(.lapsed) }
    }

    private func tell(_ answers: [LedgerState.Answer]) {
        for answer in answers { answer.waiter.continuation.resume(with: answer.result) }
    }

    // MARK: The log of draws

    /// Before the attempt can begin, so that it isn't forgotten with the process. On a full disk what a limit holds waits for
    /// room; what none holds need not be remembered.
    private func remember(_ reservation: Reservation, until deadline: Moment) async throws {
        while let log, let failure = self.failure(noting: reservation, in: log) {
            guard self.state.withLock({ $0.isHeldByLimit(reservation) }) else {
                return self.report(.logFailed("\(failure)"))
            }
            guard self.timekeeper.now < deadline, !Task.isCancelled else {
                self.cancel(reservation)
                try Task.checkCancellation()
                throw LedgerRefusal.unavailable("what is under way can't be noted: \(failure)")
            }
            await self.pause()
        }
    }

    private func failure(noting reservation: Reservation, in log: DrawLog) -> (any Error)? {
        do {
            try log.append(self.draw(of: reservation))
            return nil
        } catch { return error }
    }

    private func draw(of reservation: Reservation) -> LedgerRow {
        let numbers = self.state.withLock { state in
            reservation.accounts.compactMap { state.accounts[$0].number }
        }
        return reservation.lostLine(accounts: numbers, at: self.wallClock.now)
    }

    /// A log that lacks the end of an attempt makes it dearer than it was for who reads it, never cheaper.
    private func note(_ body: (DrawLog) throws -> Void) {
        guard let log else { return }
        do { try body(log) } catch { self.report(.logFailed("\(error)")) }
    }

    /// Drops from a log that has become long what is written.
    func shortenLog() {
        guard let log, log.isLong else { return }
        self.note { try $0.rewrite { self.remembered } }
    }

    /// What others have to know if this process dies.
    private var remembered: [LedgerRow] {
        let (open, pending) = self.state.withLock {
            ($0.open.values.sorted { $0.serial < $1.serial }, $0.pending.first(.max))
        }
        return open.map { self.draw(of: $0) } + pending
    }
}

extension Reservation {
    /// The line that others write for it when this process dies.
    func lostLine(accounts: [Int64], at time: Timestamp) -> LedgerRow {
        LedgerRow(
            kind: .lost, serial: self.serial, time: time, accounts: accounts, amount: self.amount,
            spender: self.spender, purpose: self.purpose,
            spending: Spending(end: .lost, cost: .estimated(self.amount.money)), term: self.term)
    }
}
