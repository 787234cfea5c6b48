import BelayCore
import BelayResilience
import BelayRuntime

/// Starts executions as the rates allow that limit how many are open. The store counts them, for all processes; who may wait
/// is tried again when one has ended, in the order of this process.
final class StartLine: Sendable {
    private struct State: Sendable {
        var order = StartOrder()
        var bells: [UInt64: Doorbell] = [:]
    }

    /// A rate that counts a start.
    private struct Rate: Sendable {
        var limit: OpenExecutionLimit
        var scope: RatePolicy.Scope
        var subject: StartOrder.Subject
        var maxWait: Duration

        var exceeded: RateExceeded {
            RateExceeded(
                standing: RateStanding(
                    policy: self.limit.name, dimension: .executions, underWay: self.limit.count,
                    limit: self.limit.count),
                scope: self.scope, subject: self.subject.name, cost: 1, retryAfter: StartLine.guess)
        }
    }

    /// Nobody knows when an execution ends.
    private static let guess = Duration.seconds(5)

    private let policies: [RatePolicy]
    private let runtime: Runtime
    private let clock: Timekeeper
    private let maxWaiting: Int
    private let state = Locked(State())

    /// Nil where nothing limits how many executions are open.
    ///
    /// - Parameter maxWaiting: How many starts may wait at once, together.
    init?(_ gate: RateGate, runtime: Runtime, maxWaiting: Int = 1_000) {
        let policies = gate.policies.filter { $0.executions != nil }
        if policies.isEmpty { return nil }
        // Those that refuse come first, so that nobody waits who would be refused in the end.
        self.policies = policies.sorted { $0.maxWait < $1.maxWait }
        self.runtime = runtime
        self.clock = gate.timekeeper
        self.maxWaiting = maxWaiting
        runtime.atEnds { [weak self] in self?.callNext() }
    }

    /// Starts that wait at this moment.
    var waiting: Int { self.state.withLock { $0.order.waiting } }

    /// - Throws: `RateExceeded`, `RequestError`; `CancellationError` when the client left, or the server stops.
    func start(_ task: StartRequest, for ask: RateAsk, departure: Departure) async throws -> StartedExecution {
        let rates = self.rates(for: ask)
        var task = task
        task.limits = rates.map(\.limit)
        if rates.isEmpty { return try await self.runtime.start(task) }
        let (ticket, bell) = self.join(rates)
        defer { self.leave(ticket) }
        let begin = self.clock.now
        var patience: Duration?
        while true {
            let rate: Rate
            if let awaited = self.state.withLock({ $0.order.obstacle(to: ticket) }), try await !self.isKnown(task) {
                guard let found = rates.first(where: { $0.subject == awaited }) else {
                    preconditionFailure("Somebody who is not counted together with it is in its way.")
                }
                rate = found
            } else {
                do { return try await self.runtime.start(task) } catch let error as RequestError {
                    guard let found = rates.first(where: { $0.limit == error.limit }) else { throw error }
                    rate = found
                }
            }
            patience = min(patience ?? rate.maxWait, rate.maxWait)
            let rest = (patience ?? .zero) - begin.duration(to: self.clock.now)
            guard rest > .zero, self.wait(ticket, for: rate.subject) else { throw rate.exceeded }
            let isNext = self.state.withLock { $0.order.obstacle(to: ticket) } == nil
            // What ends elsewhere rings nothing here.
            let pause = isNext ? min(rest, self.runtime.options.pollInterval) : rest
            let hasPaused = try await departure.ending { [clock = self.clock] in
                await bell.wait(atMost: pause, clock: clock)
                try Task.checkCancellation()
            }
            guard hasPaused else { throw CancellationError() }
        }
    }

    private func rates(for ask: RateAsk) -> [Rate] {
        self.policies.compactMap { policy in
            guard let count = policy.executions, let subject = ask.subject(of: policy.scope) else { return nil }
            return Rate(
                limit: OpenExecutionLimit(policy.name, per: policy.scope.ofExecutions, count: count),
                scope: policy.scope,
                subject: StartOrder.Subject(rate: policy.name, tenant: subject.tenant, name: subject.name),
                maxWait: policy.maxWait)
        }
    }

    /// Whether it was begun before: then nothing is in its way.
    private func isKnown(_ task: StartRequest) async throws -> Bool {
        guard let key = task.idempotencyKey else { return false }
        return try await RequestError.reading {
            try await self.runtime.store.request(withKey: key, tenant: task.user.tenant) != nil
        }
    }

    private func join(_ rates: [Rate]) -> (ticket: UInt64, bell: Doorbell) {
        let bell = Doorbell()
        let ticket = self.state.withLock { state in
            let ticket = state.order.join(Set(rates.map(\.subject)))
            state.bells[ticket] = bell
            return ticket
        }
        return (ticket, bell)
    }

    private func leave(_ ticket: UInt64) {
        self.state.withLock { state in
            state.order.leave(ticket)
            state.bells[ticket] = nil
        }
        self.callNext()
    }

    /// - Returns: False when too many wait.
    private func wait(_ ticket: UInt64, for obstacle: StartOrder.Subject) -> Bool {
        let (mayWait, isOther) = self.state.withLock { state in
            let earlier = state.order.obstacle(of: ticket)
            if earlier == nil, state.order.waiting >= self.maxWaiting { return (false, false) }
            state.order.wait(ticket, for: obstacle)
            return (true, earlier.map { $0 != obstacle } ?? false)
        }
        // Those who waited behind it may not have to any more.
        if isOther { self.callNext() }
        return mayWait
    }

    private func callNext() {
        let bells = self.state.withLock { state in state.order.next.compactMap { state.bells[$0] } }
        for bell in bells { bell.ring() }
    }
}
