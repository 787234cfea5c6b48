import BelayCore
import BelayHTTP
import BelayResilience

/// One model at one endpoint: whether it is well, and how much it takes at the moment. Vendors count what they take by key
/// and model, so a cell is of (provider, model, endpoint).
final class EndpointCell: Sendable {
    private struct Throttle: Sendable {
        var limit: AdaptiveLimit
        var pausedUntil: Moment?
        var supply = VendorSupply(longest: EndpointCell.longestPause)
    }

    private let path: ModelPath
    private let endpoint: String?
    private let breaker: CircuitBreaker
    private let bulkhead: Bulkhead
    private let throttle: Locked<Throttle>
    private let wire: OriginalBody.Wire
    private let timekeeper: Timekeeper
    private let wallClock: any WallClock
    private let report: @Sendable (GatewayReport) -> Void

    /// A provider that asks for more is asked again after this.
    static let longestPause = Duration.seconds(300)

    init(
        model: String, endpoint: String?, settings: ProviderSettings, clock: Timekeeper, wallClock: any WallClock,
        report: @escaping @Sendable (GatewayReport) -> Void
    ) {
        let path = ModelPath(provider: settings.name, model: model)
        self.path = path
        self.endpoint = endpoint
        self.breaker = CircuitBreaker("\(path)", policy: settings.breaker, clock: clock) { _, transition in
            report(.circuitChanged(path, endpoint: endpoint, from: transition.from, to: transition.to))
        }
        self.bulkhead = Bulkhead(
            settings.name, limit: settings.maxConcurrent, maxWaiting: settings.maxConcurrent, clock: clock)
        self.throttle = Locked(Throttle(limit: AdaptiveLimit(maximum: settings.maxConcurrent)))
        self.wire = settings.kind.wire
        self.timekeeper = clock
        self.wallClock = wallClock
        self.report = report
    }

    /// What stands in the way of an attempt; nil when nothing does within that wait.
    ///
    /// - Parameter hasTurn: Whether it has waited for what its vendor has left.
    func obstacle(atMost longest: Duration, hasTurn: Bool = false) -> ModelFailure? {
        if let wait = self.breaker.refusal { return Self.circuitOpen(retryAfter: wait) }
        if let pause = self.pause, pause > longest { return Self.paused(pause) }
        guard !hasTurn, let shortage = self.shortage, shortage > longest else { return nil }
        return Self.spent(shortage)
    }

    var hasRoom: Bool { self.bulkhead.hasRoom }

    /// Waits for a place, in which tenants take turns, for what the vendor has left, and for the end of a pause.
    ///
    /// Both are sat out in a place: so those who wait for its end are bounded, and don't all go at once.
    ///
    /// - Returns: Its place, and what has to be given back if it isn't sent.
    /// - Throws: `ModelFailure` of kind `throttled`, or `CancellationError`: nothing was taken.
    func turn(
        of tenant: String, until deadline: Moment
    ) async throws -> (permit: BulkheadPermit, supply: VendorSupply.Turn) {
        let permit = try await self.bulkhead.turn(of: tenant, until: deadline, clock: self.timekeeper)
        let (now, patience) = (self.timekeeper.now, self.timekeeper.now.duration(to: deadline))
        let turn = self.throttle.withLock { $0.supply.take(at: now, atMost: max(.zero, patience)) }
        guard let turn else { throw Self.spent(self.shortage ?? .zero) }
        do {
            if turn.wait > .zero { try await self.timekeeper.sleep(for: turn.wait) }
            while let pause = self.pause {
                guard self.timekeeper.now + pause <= deadline else { throw Self.paused(pause) }
                try await self.timekeeper.sleep(for: pause)
            }
        } catch {
            self.giveBack(turn)
            throw error
        }
        return (permit, turn)
    }

    /// The vendor has not seen the call whose turn this was.
    func giveBack(_ turn: VendorSupply.Turn) {
        let now = self.timekeeper.now
        self.throttle.withLock { $0.supply.giveBack(turn, at: now) }
    }

    /// - Throws: `ModelFailure` of kind `circuitOpen`.
    func admit() throws -> CircuitBreaker.Admission {
        do {
            return try self.breaker.admit()
        } catch {
            throw Self.circuitOpen(retryAfter: error.retryAfter)
        }
    }

    /// The call that was admitted isn't made.
    func giveBack(_ admission: CircuitBreaker.Admission) { self.breaker.record(.ignored, of: admission) }

    func record(_ end: LanePass.End, of pass: LanePass) {
        switch end {
        case .answered:
            self.breaker.record(.success, of: pass.admission)
            self.answered()
        case .failed(let failure):
            self.breaker.record(failure.kind.countsAgainstHealth ? .failure : .ignored, of: pass.admission)
            self.learn(from: failure, startedAt: pass.began)
        case .cancelled, .outrun: self.breaker.record(.ignored, of: pass.admission)
        case .unsent:
            self.breaker.record(.ignored, of: pass.admission)
            self.giveBack(pass.supply)
        }
    }

    /// Takes what a response says of its vendor's limits, which it does before its body comes.
    func hear(_ headers: HTTPHeaderFields) {
        let short = VendorAllowance.short(in: headers, wire: self.wire) { self.wallClock.now }
        guard let short else { return }
        let now = self.timekeeper.now
        self.throttle.withLock { $0.supply.told(short: short, at: now) }
    }

    private func answered() {
        let change = self.throttle.withLock { throttle -> (limit: Int, isOver: Bool)? in
            guard throttle.limit.isCut, throttle.limit.answered() else { return nil }
            return (throttle.limit.limit, !throttle.limit.isCut)
        }
        guard let change else { return }
        self.bulkhead.resize(to: change.limit)
        if change.isOver { self.report(.limitRestored(self.path, endpoint: self.endpoint)) }
    }

    /// Too many requests: fewer at once from now on, and none before the time that the provider asks for.
    private func learn(from failure: ModelFailure, startedAt start: Moment) {
        let pause = failure.retryAfter.map { min($0, Self.longestPause) }
        let isRefusal = failure.kind == .rateLimited
        guard isRefusal || (failure.kind == .overloaded && pause != nil) else { return }
        let running = self.bulkhead.running
        let now = self.timekeeper.now
        let change = self.throttle.withLock { throttle -> (limit: Int, isNews: Bool) in
            let isCut = isRefusal && throttle.limit.refused(startedAt: start, running: running, at: now)
            let wasPaused = throttle.pausedUntil.map { now < $0 } ?? false
            if let pause { throttle.pausedUntil = max(throttle.pausedUntil ?? now, now + pause) }
            return (throttle.limit.limit, isCut || (pause != nil && !wasPaused))
        }
        self.bulkhead.resize(to: change.limit)
        if change.isNews {
            self.report(.limitCut(self.path, endpoint: self.endpoint, limit: change.limit, pause: pause))
        }
    }

    /// The time that the provider wants to be left alone; nil when it is over.
    private var pause: Duration? {
        guard let until = self.throttle.withLock({ $0.pausedUntil }) else { return nil }
        let wait = self.timekeeper.now.duration(to: until)
        return wait > .zero ? wait : nil
    }

    /// The time until the vendor has something left for another call; nil when nothing is known to be short.
    private var shortage: Duration? {
        let supply = self.throttle.withLock { $0.supply }
        return supply.isShort ? supply.wait(at: self.timekeeper.now) : nil
    }

    private static func circuitOpen(retryAfter: Duration) -> ModelFailure {
        ModelFailure(.circuitOpen, message: "not sent: the circuit is open", retryAfter: retryAfter)
    }

    private static func paused(_ wait: Duration) -> ModelFailure {
        ModelFailure(.throttled, message: "not sent: the provider asked for a pause", retryAfter: wait)
    }

    private static func spent(_ wait: Duration) -> ModelFailure {
        ModelFailure(.throttled, message: "not sent: the provider said that nothing is left", retryAfter: wait)
    }
}
