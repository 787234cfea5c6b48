import BelayCore
import BelayResilience

/// One call for embeddings on its way: the same machine, lanes and budgets as for an answer, without a stream, a cache and
/// a pin.
struct EmbeddingCall: Sendable {
    private let gateway: Gateway
    private let request: EmbeddingRequest
    private let route: Route
    private let paths: [Route.Path]
    private let start: Moment
    private var machine: RouteMachine
    private var failed: [ModelAttempt] = []
    private var deposited: Set<String> = []
    private var lastPath: ModelPath?

    /// - Parameter paths: Of the route, those whose provider makes embeddings; one or more.
    init(
        gateway: Gateway, request: EmbeddingRequest, route: Route, paths: [Route.Path], timeout: Duration?,
        startedAt start: Moment
    ) {
        self.gateway = gateway
        self.request = request
        self.route = route
        self.paths = paths
        self.start = start
        let total = timeout.map { min($0, route.total) } ?? route.total
        self.machine = RouteMachine(route: route, paths: paths, total: max(total, .nanoseconds(1)), startedAt: start)
    }

    /// - Throws: `ModelCallFailure`, `ModelCallCancelled` or `CancellationError`.
    mutating func run() async throws -> EmbeddingResult {
        do {
            var decision = self.machine.next(at: self.gateway.timekeeper.now)
            while true {
                guard case .attempt(let index, let wait, let isRetry, let isHeld) = decision else {
                    throw self.failure(decision)
                }
                switch try await self.attempt(index, after: wait, isRetry: isRetry, isHeld: isHeld) {
                case .answered(let result): return result
                case .undone(let next): decision = next
                }
            }
        } catch let error as CancellationError {
            throw self.failed.isEmpty ? error : ModelCallCancelled(attempts: self.failed)
        }
    }

    private enum Step {
        case answered(EmbeddingResult)
        case undone(RouteMachine.Decision)
    }

    private mutating func attempt(
        _ index: Int, after wait: Duration, isRetry: Bool, isHeld: Bool
    ) async throws -> Step {
        let path = self.paths[index].model
        let lane = self.gateway.lane(of: path)
        if isHeld { try await self.gateway.timekeeper.sleep(for: wait) }
        if let obstacle = lane.obstacle(model: path.model) { return self.passOver(index, obstacle) }
        if isRetry {
            guard lane.retryBudget.withdraw() else {
                return .undone(self.machine.retryRefused(path: index, at: self.gateway.timekeeper.now))
            }
            self.gateway.report(.retrying(path, after: wait))
        }
        if !isHeld, wait > .zero {
            try await self.gateway.timekeeper.sleep(for: wait)
            if let obstacle = lane.obstacle(model: path.model) { return self.passOver(index, obstacle) }
        }
        return try await self.send(index, on: lane)
    }

    private mutating func send(_ index: Int, on lane: ProviderLane) async throws -> Step {
        let path = self.paths[index].model
        guard let provider = lane.runner.provider as? any EmbeddingProvider else {
            preconditionFailure("Paths are chosen by whether their provider makes embeddings; \(path) doesn't.")
        }
        let meter = UsageMeter()
        let began = self.gateway.timekeeper.now
        var wasSent = false
        do {
            let longest = min(self.route.patience, self.machine.timeLeft(at: began))
            let embeddings = try await lane.admit(model: path.model, atMost: longest) {
                let limits = try self.takeAttempt(on: self.paths[index], lane: lane)
                wasSent = true
                return try await lane.runner.embed(
                    self.request, by: provider, model: path.model, limits: limits, meter: meter)
            }
            return .answered(self.succeed(embeddings, on: path, since: began))
        } catch let failure as ModelFailure {
            guard wasSent else { return self.passOver(index, failure) }
            return self.fail(index, with: failure, since: began)
        } catch let exhausted as AttemptBudget.Exhausted {
            return .undone(.giveUp(exhausted == .attempts ? .attemptsExhausted : .timeExhausted))
        } catch {
            if wasSent { self.noteCancelled(on: path, usage: meter.usage, since: began) }
            throw error
        }
    }

    private mutating func takeAttempt(on path: Route.Path, lane: ProviderLane) throws -> PhaseLimits {
        let now = self.gateway.timekeeper.now
        try self.machine.willSend(at: now)
        if self.deposited.insert(path.model.provider).inserted { lane.retryBudget.deposit() }
        if let last = self.lastPath, last != path.model { self.gateway.report(.fellBack(from: last, to: path.model)) }
        self.lastPath = path.model
        var limits = lane.settings.timeouts
        limits.total = min(path.limit ?? limits.total, limits.total, self.machine.timeLeft(at: now))
        return limits
    }

    private func succeed(_ embeddings: Embeddings, on path: ModelPath, since began: Moment) -> EmbeddingResult {
        let now = self.gateway.timekeeper.now
        let cost = self.gateway.billing(of: path).cost(of: embeddings.usage)
        self.gateway.report(
            .attemptSucceeded(path, duration: began.duration(to: now), usage: embeddings.usage, cost: cost))
        return EmbeddingResult(
            vectors: embeddings.vectors, model: embeddings.model, usage: embeddings.usage, path: path, cost: cost,
            failedAttempts: self.failed, duration: self.start.duration(to: now))
    }

    private mutating func fail(_ index: Int, with failure: ModelFailure, since began: Moment) -> Step {
        let path = self.paths[index].model
        let quarantine = self.gateway.options.keyQuarantine
        if failure.kind.disposition == .keyFault, self.gateway.lane(of: path).refuseKey(for: quarantine) {
            self.gateway.report(.keyRefused(provider: path.provider, quarantine: quarantine))
        }
        self.note(failure, on: path, duration: began.duration(to: self.gateway.timekeeper.now))
        return self.decide(after: failure, on: index)
    }

    private mutating func passOver(_ index: Int, _ failure: ModelFailure) -> Step {
        let path = self.paths[index].model
        let isNews = !self.failed.contains { $0.path == path && $0.failure.kind == failure.kind && !$0.wasSent }
        if isNews { self.note(failure, on: path, duration: .zero) }
        return self.decide(after: failure, on: index)
    }

    private mutating func decide(after failure: ModelFailure, on index: Int) -> Step {
        var random = self.gateway.random
        return .undone(
            self.machine.failed(path: index, with: failure, at: self.gateway.timekeeper.now, using: &random))
    }

    private mutating func note(_ failure: ModelFailure, on path: ModelPath, duration: Duration) {
        let attempt = self.record(failure, on: path, duration: duration)
        self.gateway.report(.attemptFailed(attempt))
    }

    private mutating func noteCancelled(on path: ModelPath, usage: Usage?, since began: Moment) {
        let failure = ModelFailure(.cancelled, message: "given up by the caller", usage: usage)
        let duration = began.duration(to: self.gateway.timekeeper.now)
        let attempt = self.record(failure, on: path, duration: duration)
        self.gateway.report(.attemptCancelled(path, usage: usage, cost: attempt.cost))
    }

    private mutating func record(_ failure: ModelFailure, on path: ModelPath, duration: Duration) -> ModelAttempt {
        let attempt = ModelAttempt(
            path: path, number: self.failed.count + 1, failure: failure, duration: duration,
            cost: self.gateway.billing(of: path).cost(ofFailure: failure.usage),
            end: self.start.duration(to: self.gateway.timekeeper.now))
        self.failed.append(attempt)
        return attempt
    }

    /// The last failure of an attempt that was sent says more than that a path was passed over.
    private func failure(_ decision: RouteMachine.Decision) -> ModelCallFailure {
        let none = ModelFailure(.totalTimeout, message: "the call had no time left for an attempt (\(decision))")
        let failure = (self.failed.last(where: \.wasSent) ?? self.failed.last)?.failure ?? none
        return ModelCallFailure(
            failure: failure, attempts: self.failed,
            userMessage: self.gateway.options.userMessages.message(for: failure.kind))
    }
}
