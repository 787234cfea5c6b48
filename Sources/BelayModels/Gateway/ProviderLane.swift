import BelayCore
import BelayHTTP
import BelayResilience

/// One provider at work: its protocol and what guards the calls to it.
final class ProviderLane: Sendable {
    let settings: ProviderSettings
    let runner: AttemptRunner
    let retryBudget: RetryBudget
    /// One cell for each model; the key is the provider's, so a cell is of (provider, model, key).
    private let breakers: [String: CircuitBreaker]
    /// Of models that no route names, made when they are first asked for.
    private let others = Locked<[String: CircuitBreaker]>([:])
    private let makeBreaker: @Sendable (String) -> CircuitBreaker
    private let bulkhead: Bulkhead
    private let refusedUntil = Locked<Moment?>(nil)
    private let timekeeper: Timekeeper

    /// Models that no route names beyond this many share a breaker.
    private static let mostOthers = 256
    private static let shared = "*"

    init(
        settings: ProviderSettings, models: Set<String>, transport: any HTTPTransport, timekeeper: Timekeeper,
        wallClock: any WallClock,
        onTransition: @escaping @Sendable (ModelPath, CircuitBreaker.Transition) -> Void
    ) {
        self.settings = settings
        self.runner = AttemptRunner(
            provider: settings.makeProvider(), transport: transport, timekeeper: timekeeper, wallClock: wallClock,
            onClientGone: settings.onClientGone)
        self.retryBudget = RetryBudget(policy: settings.retryBudget, clock: timekeeper)
        self.bulkhead = Bulkhead(
            settings.name, limit: settings.maxConcurrent, maxWaiting: settings.maxConcurrent, clock: timekeeper)
        self.timekeeper = timekeeper
        let makeBreaker = { @Sendable (model: String) in
            let path = ModelPath(provider: settings.name, model: model)
            return CircuitBreaker("\(path)", policy: settings.breaker, clock: timekeeper) { onTransition(path, $1) }
        }
        self.breakers = Dictionary(uniqueKeysWithValues: models.map { ($0, makeBreaker($0)) })
        self.makeBreaker = makeBreaker
    }

    /// What stands in the way of an attempt that has not been sent; nil when nothing does. Takes nothing.
    func obstacle(model: String) -> ModelFailure? {
        if let until = self.refusedUntil.withLock({ $0 }), self.timekeeper.now < until {
            return ModelFailure(.authentication, message: "not sent: the provider refused its key before")
        }
        return self.breaker(of: model).refusal.map(Self.circuitOpen)
    }

    /// - Returns: Whether the key was good until now.
    func refuseKey(for quarantine: Duration) -> Bool {
        let now = self.timekeeper.now
        return self.refusedUntil.withLock { until in
            defer { until = now + quarantine }
            return until.map { $0 <= now } ?? true
        }
    }

    /// Runs `body` when there is room among the provider's attempts and its circuit lets it pass.
    ///
    /// - Parameter longest: How long to wait for room.
    /// - Throws: `ModelFailure` of kind `throttled` or `circuitOpen` when `body` was not run, else what it throws.
    func admit<Value>(
        model: String, atMost longest: Duration, _ body: () async throws -> Value
    ) async throws -> Value {
        let permit = try await self.permit(atMost: longest)
        defer { permit.release() }
        do {
            return try await self.breaker(of: model).run(judging: Self.outcome, body)
        } catch let open as CircuitOpen {
            throw Self.circuitOpen(retryAfter: open.retryAfter)
        }
    }

    private func permit(atMost longest: Duration) async throws -> BulkheadPermit {
        do {
            if self.bulkhead.waiting == 0, self.bulkhead.running < self.settings.maxConcurrent {
                return try await self.bulkhead.acquire()
            }
            return try await withDeadline(longest, clock: self.timekeeper) { try await self.bulkhead.acquire() }
        } catch let full as BulkheadFull {
            throw ModelFailure(
                .throttled, message: "not sent: \(self.settings.maxConcurrent) attempts are under way and as many wait",
                retryAfter: full.retryAfter)
        } catch is DeadlineExceeded {
            throw ModelFailure(
                .throttled, message: "not sent: \(self.settings.maxConcurrent) attempts are under way")
        }
    }

    private func breaker(of model: String) -> CircuitBreaker {
        if let breaker = self.breakers[model] { return breaker }
        return self.others.withLock { others in
            let name = others[model] != nil || others.count < Self.mostOthers ? model : Self.shared
            if let breaker = others[name] { return breaker }
            let breaker = self.makeBreaker(name)
            others[name] = breaker
            return breaker
        }
    }

    private static func outcome(of error: any Error) -> CircuitBreaker.Outcome {
        (error as? ModelFailure)?.kind.countsAgainstHealth == true ? .failure : .ignored
    }

    private static func circuitOpen(retryAfter: Duration) -> ModelFailure {
        ModelFailure(.circuitOpen, message: "not sent: the circuit is open", retryAfter: retryAfter)
    }
}
