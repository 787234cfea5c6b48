import BelayCore
import BelayResilience
import BelayRuntime

/// Starts executions as the rates allow that limit how many are open. The store counts them, for all processes; who may wait
/// is tried again when one has ended, in the order of this process.
final class StartLine: Sendable {
    private struct State: Sendable {
        var order = StartOrder()
        /// Of those who wait.
        var bells: [UInt64: Doorbell] = [:]

        /// Changes the order.
        ///
        /// - Parameter ticket: Who moves or leaves.
        /// - Returns: The bell of whose turn it became in the line where that one stood.
        mutating func change(_ ticket: UInt64, _ body: (inout StartOrder) -> Void) -> Doorbell? {
            guard let line = self.order.obstacle(of: ticket) else { return nil }
            let previous = self.order.next(in: line)
            body(&self.order)
            guard let next = self.order.next(in: line), next != previous else { return nil }
            return self.bells[next]
        }
    }

    private struct Start: Sendable {
        var task: StartRequest
        /// At least one, those first that have the shortest patience.
        var rates: [StartRate]
        var tenant: String
        var begin: Moment
        var departure: Departure
    }

    private enum Attempt: Sendable {
        case started(StartedExecution)
        case inTheWay(StartRate)
    }

    private let policies: [RatePolicy]
    private let runtime: Runtime
    private let clock: Timekeeper
    private let maxWaiting: Int
    private let state = Locked(State())
    private let endsTicket = Locked<Int?>(nil)

    /// Nil where nothing limits how many executions are open.
    init?(_ gate: RateGate, runtime: Runtime) {
        let policies = gate.policies.filter { $0.executions != nil }
        if policies.isEmpty { return nil }
        // Those that refuse come first, so that nobody waits who would be refused in the end.
        self.policies = policies.sorted { $0.maxWait < $1.maxWait }
        self.runtime = runtime
        self.clock = gate.timekeeper
        self.maxWaiting = gate.maxWaiting
        let ticket = runtime.atEnds { [weak self] in self?.callNext(after: $0) }
        self.endsTicket.withLock { $0 = ticket }
    }

    deinit {
        if let ticket = self.endsTicket.withLock({ $0 }) { self.runtime.forgetEnds(ticket) }
    }

    /// Starts that wait at this moment.
    var waiting: Int { self.state.withLock { $0.order.count } }

    /// - Throws: `RateExceeded`, `RequestError`; `CancellationError` when the client left, or the server stops.
    func start(_ task: StartRequest, for ask: RateAsk, departure: Departure) async throws -> StartedExecution {
        let rates = self.policies.compactMap { StartRate($0, counting: ask) }
        if rates.isEmpty { return try await self.runtime.start(task) }
        // Nobody waits who can't start anyway.
        try self.runtime.check(task)
        var task = task
        task.limits = rates.map(\.limit)
        let start = Start(
            task: task, rates: rates, tenant: ask.tenant, begin: self.clock.now, departure: departure)
        if let awaited = self.awaited(among: rates), try await !self.mayPass(task) {
            return try await self.wait(start, behind: awaited)
        }
        switch try await self.attempt(start) {
        case .started(let started): return started
        case .inTheWay(let rate): return try await self.wait(start, behind: rate)
        }
    }

    /// The first rate under which others wait.
    private func awaited(among rates: [StartRate]) -> StartRate? {
        let subject = self.state.withLock { $0.order.obstacle(to: rates.map(\.subject)) }
        return rates.first { $0.subject == subject }
    }

    /// Whether it may be tried although others wait: it makes room for itself, or was begun before.
    private func mayPass(_ task: StartRequest) async throws -> Bool {
        if task.sessionPolicy == .interrupt, let session = task.session {
            let filter = ExecutionFilter(tenant: task.user.tenant, session: session)
            let latest = try await RequestError.reading {
                try await self.runtime.store.heads(filter, after: nil, limit: 1).items.first
            }
            if let latest, latest.ended == nil { return true }
        }
        return try await self.isKnown(task)
    }

    private func isKnown(_ task: StartRequest) async throws -> Bool {
        guard let key = task.idempotencyKey else { return false }
        return try await RequestError.reading {
            try await self.runtime.store.request(withKey: key, tenant: task.user.tenant) != nil
        }
    }

    /// - Parameter obstacle: What was in the way before, and is taken to be while the store has no time.
    private func attempt(_ start: Start, behind obstacle: StartRate? = nil) async throws -> Attempt {
        do { return .started(try await self.runtime.start(start.task)) } catch let error as RequestError {
            if let rate = start.rates.first(where: { $0.limit == error.limit }) { return .inTheWay(rate) }
            guard let obstacle, error.code == .storeUnavailable, !error.mayHaveHappened else { throw error }
            return .inTheWay(obstacle)
        }
    }

    /// Stands in line until it has started, or has waited for as long as it may.
    private func wait(_ start: Start, behind obstacle: StartRate) async throws -> StartedExecution {
        var (rate, patience) = (obstacle, obstacle.maxWait)
        guard patience > .zero, let (ticket, bell) = self.join(start, behind: rate) else { throw rate.exceeded }
        var hasStarted = false
        defer { self.leave(ticket, hasStarted: hasStarted) }
        while let (line, isTurn) = self.place(of: ticket) {
            rate = start.rates.first { $0.subject == line } ?? rate
            if isTurn {
                switch try await self.attempt(start, behind: rate) {
                case .started(let started):
                    hasStarted = true
                    return started
                case .inTheWay(let other):
                    rate = other
                    self.move(ticket, to: other.subject)
                }
            }
            patience = min(patience, rate.maxWait)
            let rest = patience - start.begin.duration(to: self.clock.now)
            guard rest > .zero else { break }
            // What ends elsewhere rings nothing here.
            let pause = isTurn ? min(rest, self.runtime.options.pollInterval) : rest
            try await self.pause(bell, atMost: pause, start.departure)
        }
        // The same request may have come in twice, and begun.
        if try await self.isKnown(start.task) { return try await self.runtime.start(start.task) }
        throw rate.exceeded
    }

    private func pause(_ bell: Doorbell, atMost duration: Duration, _ departure: Departure) async throws {
        try await departure.finishing { [clock = self.clock] in
            await bell.wait(atMost: duration, clock: clock)
            try Task.checkCancellation()
        }
    }

    // MARK: The line

    /// - Returns: Nil when too many wait, and none for a tenant that has fewer waiting than another.
    private func join(_ start: Start, behind rate: StartRate) -> (ticket: UInt64, bell: Doorbell)? {
        let bell = Doorbell()
        var called: [Doorbell?] = []
        let ticket = self.state.withLock { state -> UInt64? in
            if state.order.count >= self.maxWaiting {
                guard let other = state.order.makeRoom(for: start.tenant) else { return nil }
                called = [state.bells.removeValue(forKey: other), state.change(other) { $0.leave(other) }]
            }
            let ticket = state.order.join(start.rates.map(\.subject), of: start.tenant, behind: rate.subject)
            state.bells[ticket] = bell
            return ticket
        }
        for bell in called { bell?.ring() }
        return ticket.map { ($0, bell) }
    }

    /// In whose line one stands, and whether it may be tried; nil when another one got its place.
    private func place(of ticket: UInt64) -> (line: StartOrder.Subject, isTurn: Bool)? {
        var isTurn = false
        let (line, next) = self.state.withLock { state in
            let next = state.change(ticket) { isTurn = $0.isTurn(of: ticket) }
            return (state.order.obstacle(of: ticket), next)
        }
        next?.ring()
        return line.map { ($0, isTurn) }
    }

    private func move(_ ticket: UInt64, to line: StartOrder.Subject) {
        self.state.withLock { state in state.change(ticket) { $0.move(ticket, to: line) } }?.ring()
    }

    private func leave(_ ticket: UInt64, hasStarted: Bool) {
        let next = self.state.withLock { state in
            state.bells[ticket] = nil
            return state.change(ticket) { $0.leave(ticket, hasStarted: hasStarted) }
        }
        next?.ring()
    }

    /// Calls those whose turn it is in the lines of those whom an execution counted for that has ended.
    private func callNext(after head: ExecutionHead) {
        let ask = RateAsk(
            tenant: head.user.tenant, user: head.user.id, customer: head.user.customer, agent: head.agent)
        let bells = self.state.withLock { state in
            self.policies.flatMap { policy -> [UInt64] in
                // A head doesn't tell the key.
                if policy.scope == .key { return state.order.next(under: policy.name) }
                guard let subject = StartOrder.Subject(of: ask, under: policy),
                    let next = state.order.next(in: subject)
                else { return [] }
                return [next]
            }.compactMap { state.bells[$0] }
        }
        for bell in bells { bell.ring() }
    }
}
