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
    /// The endpoints that have failed this call, by path.
    private var tried: [Int: Set<Int>] = [:]

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
        // An attempt that was read to its end for nobody's sake may have failed.
        try Task.checkCancellation()
        let path = self.paths[index].model
        let lane = self.gateway.lane(of: path)
        if isHeld { try await self.gateway.timekeeper.sleep(for: wait) }
        if let obstacle = self.obstacle(to: path, on: lane) { return self.passOver(index, obstacle) }
        if isRetry {
            guard lane.retryBudget.withdraw() else {
                return .undone(self.machine.retryRefused(path: index, at: self.gateway.timekeeper.now))
            }
            self.gateway.report(.retrying(path, after: wait))
        }
        if !isHeld, wait > .zero {
            try await self.gateway.timekeeper.sleep(for: wait)
            if let obstacle = self.obstacle(to: path, on: lane) { return self.passOver(index, obstacle) }
        }
        return try await self.send(index, on: lane)
    }

    private mutating func send(_ index: Int, on lane: ProviderLane) async throws -> Step {
        let path = self.paths[index].model
        let meter = UsageMeter()
        let began = self.gateway.timekeeper.now
        let pass: LanePass
        do {
            pass = try await lane.enter(self.laneRequest(for: index, on: lane, at: began))
        } catch let failure as ModelFailure {
            return self.passOver(index, failure)
        }
        let limits: PhaseLimits
        do {
            limits = try self.takeAttempt(on: self.paths[index], lane: lane)
        } catch {
            lane.leave(pass, with: .unsent)
            return .undone(.giveUp(error == .attempts ? .attemptsExhausted : .timeExhausted))
        }
        let runner = pass.endpoint.runner
        guard let provider = runner.provider as? any EmbeddingProvider else {
            preconditionFailure("Paths are chosen by whether their provider makes embeddings; \(path) doesn't.")
        }
        do {
            let embeddings = try await runner.embed(
                self.request, by: provider, model: path.model, limits: limits, meter: meter, told: pass.cell.hear)
            lane.leave(pass, with: .answered(embeddings.usage))
            return .answered(self.succeed(embeddings, on: path, at: pass.endpoint, since: began))
        } catch let failure as ModelFailure {
            lane.leave(pass, with: Task.isCancelled ? .cancelled(failure.usage) : .failed(failure))
            return self.fail(index, at: pass.endpoint, with: failure, since: began)
        } catch {
            lane.leave(pass, with: .cancelled(meter.usage))
            self.noteCancelled(on: path, at: pass.endpoint, usage: meter.usage, since: began)
            throw error
        }
    }

    private func laneRequest(for index: Int, on lane: ProviderLane, at now: Moment) -> LaneRequest {
        let model = self.paths[index].model.model
        var request = LaneRequest(model: model, longest: self.longestWait(at: now), avoided: self.tried[index] ?? [])
        if lane.countsTokens { request.tokens = UsageEstimate.input(of: self.request) }
        return request
    }

    private func longestWait(at now: Moment) -> Duration { min(self.route.patience, self.machine.timeLeft(at: now)) }

    private func obstacle(to path: ModelPath, on lane: ProviderLane) -> ModelFailure? {
        lane.obstacle(model: path.model, atMost: self.longestWait(at: self.gateway.timekeeper.now))
    }

    private mutating func takeAttempt(
        on path: Route.Path, lane: ProviderLane
    ) throws(AttemptBudget.Exhausted) -> PhaseLimits {
        let now = self.gateway.timekeeper.now
        try self.machine.willSend(at: now)
        if self.deposited.insert(path.model.provider).inserted { lane.retryBudget.deposit() }
        if let last = self.lastPath, last != path.model { self.gateway.report(.fellBack(from: last, to: path.model)) }
        self.lastPath = path.model
        var limits = lane.settings.timeouts
        limits.total = min(path.limit ?? limits.total, limits.total, self.machine.timeLeft(at: now))
        return limits
    }

    private func succeed(
        _ embeddings: Embeddings, on path: ModelPath, at endpoint: EndpointLane, since began: Moment
    ) -> EmbeddingResult {
        let now = self.gateway.timekeeper.now
        let cost = self.gateway.billing(of: path).cost(of: embeddings.usage)
        self.gateway.report(
            .attemptSucceeded(
                path, endpoint: endpoint.name, duration: began.duration(to: now), usage: embeddings.usage, cost: cost))
        return EmbeddingResult(
            vectors: embeddings.vectors, model: embeddings.model, usage: embeddings.usage, path: path, cost: cost,
            failedAttempts: self.failed, duration: self.start.duration(to: now))
    }

    private mutating func fail(
        _ index: Int, at endpoint: EndpointLane, with failure: ModelFailure, since began: Moment
    ) -> Step {
        let path = self.paths[index].model
        let quarantine = self.gateway.options.keyQuarantine
        if failure.kind.disposition == .keyFault, endpoint.refuseKey(for: quarantine) {
            self.gateway.report(
                .keyRefused(provider: path.provider, endpoint: endpoint.name, quarantine: quarantine))
        }
        if failure.kind.countsAgainstHealth { self.tried[index, default: []].insert(endpoint.index) }
        self.note(failure, on: path, at: endpoint, duration: began.duration(to: self.gateway.timekeeper.now))
        return self.decide(after: failure, on: index)
    }

    private mutating func passOver(_ index: Int, _ failure: ModelFailure) -> Step {
        let path = self.paths[index].model
        let isNews = !self.failed.contains { $0.path == path && $0.failure.kind == failure.kind && !$0.wasSent }
        if isNews { self.note(failure, on: path, at: nil, duration: .zero) }
        return self.decide(after: failure, on: index)
    }

    private mutating func decide(after failure: ModelFailure, on index: Int) -> Step {
        var random = self.gateway.random
        let path = self.paths[index].model
        let standby = self.gateway.lane(of: path).standby(for: path.model, beside: self.tried[index] ?? [])
        return .undone(
            self.machine.failed(
                path: index, with: failure, standby: standby, at: self.gateway.timekeeper.now, using: &random))
    }

    private mutating func note(
        _ failure: ModelFailure, on path: ModelPath, at endpoint: EndpointLane?, duration: Duration
    ) {
        let cost = self.gateway.billing(of: path).cost(ofFailure: failure.usage)
        let attempt = self.record(failure, on: path, at: endpoint, duration: duration, cost: cost)
        self.gateway.report(.attemptFailed(attempt))
    }

    /// It is billed, whoever gave the attempt up.
    private mutating func noteCancelled(
        on path: ModelPath, at endpoint: EndpointLane, usage: Usage?, since began: Moment
    ) {
        let failure = ModelFailure(.cancelled, message: "given up by the caller", usage: usage)
        let duration = began.duration(to: self.gateway.timekeeper.now)
        let cost = self.gateway.billing(of: path).cost(ofGivenUp: usage, request: self.request)
        _ = self.record(failure, on: path, at: endpoint, duration: duration, cost: cost)
        self.gateway.report(.attemptCancelled(path, endpoint: endpoint.name, usage: usage, cost: cost))
    }

    private mutating func record(
        _ failure: ModelFailure, on path: ModelPath, at endpoint: EndpointLane?, duration: Duration, cost: Cost?
    ) -> ModelAttempt {
        let attempt = ModelAttempt(
            path: path, endpoint: endpoint?.name, number: self.failed.count + 1, failure: failure, duration: duration,
            cost: cost, end: self.start.duration(to: self.gateway.timekeeper.now))
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
