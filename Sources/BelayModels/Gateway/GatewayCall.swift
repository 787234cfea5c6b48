import BelayCore
import BelayResilience

/// One call on its way: asks the machine what to do, does it, tells the machine what came of it.
struct GatewayCall: Sendable {
    private let gateway: Gateway
    private let call: ModelCall
    private let route: Route
    private let paths: [Route.Path]
    private let start: Moment
    private let observe: AnswerObserver?
    private let afterOutput: Gateway.AfterOutput
    private var machine: RouteMachine
    private var failed: [ModelAttempt] = []
    /// The paths whose provider has counted this call in its retry budget.
    private var deposited: Set<String> = []
    private var lastPath: ModelPath?
    /// Where the session of this call was answered before.
    private let lastChoice: SessionChoices.Choice?
    /// The endpoints that have failed this call, by path.
    private var tried: [Int: Set<Int>] = [:]

    init(
        gateway: Gateway, call: ModelCall, route: Route, startedAt start: Moment,
        observe: AnswerObserver?, afterOutput: Gateway.AfterOutput
    ) {
        self.gateway = gateway
        self.call = call
        self.route = route
        self.lastChoice = gateway.lastChoice(of: call)
        let needs = RequestNeeds(call.request)
        self.paths = gateway.sized(route.ordered(pinned: call.pinned ?? self.lastChoice?.path))
            .filter { gateway.takes(call.request, needs, on: $0.model) }
        self.start = start
        self.observe = observe
        self.afterOutput = afterOutput
        let total = call.timeout.map { min($0, route.total) } ?? route.total
        // A call that comes with no time left still gets its one honest failure.
        self.machine = RouteMachine(
            route: route, paths: self.paths, total: max(total, .nanoseconds(1)), startedAt: start)
    }

    /// - Throws: `ModelCallFailure`, `ModelCallCancelled` or `CancellationError`.
    mutating func run() async throws -> ModelCallResult {
        do { return try await self.answer() } catch let error as CancellationError {
            throw self.failed.isEmpty ? error : ModelCallCancelled(attempts: self.failed)
        }
    }

    private mutating func answer() async throws -> ModelCallResult {
        var decision = self.machine.next(at: self.gateway.timekeeper.now)
        while true {
            switch decision {
            case .giveUp(let reason):
                return try self.giveUp(reason)
            case .attempt(let index, let wait, let isRetry, let isHeld):
                switch try await self.attempt(index, after: wait, isRetry: isRetry, isHeld: isHeld) {
                case .answered(let result): return result
                case .undone(let next): decision = next
                }
            }
        }
    }

    private enum Step {
        case answered(ModelCallResult)
        case undone(RouteMachine.Decision)
    }

    private mutating func attempt(
        _ index: Int, after wait: Duration, isRetry: Bool, isHeld: Bool
    ) async throws -> Step {
        // An attempt that was read to its end for nobody's sake may have failed.
        try Task.checkCancellation()
        let path = self.paths[index].model
        let lane = self.gateway.lane(of: path)
        if isHeld {
            try await self.gateway.timekeeper.sleep(for: wait)
        }
        if let obstacle = self.obstacle(to: path, on: lane) { return self.passOver(index, obstacle) }
        if isRetry {
            guard lane.retryBudget.withdraw() else {
                return .undone(self.machine.retryRefused(path: index, at: self.gateway.timekeeper.now))
            }
            self.gateway.report(.retrying(path, after: wait))
        }
        if !isHeld, wait > .zero {
            try await self.gateway.timekeeper.sleep(for: wait)
            // Others may have opened the circuit meanwhile.
            if let obstacle = self.obstacle(to: path, on: lane) { return self.passOver(index, obstacle) }
        }
        return try await self.send(index, on: lane)
    }

    private func obstacle(to path: ModelPath, on lane: ProviderLane) -> ModelFailure? {
        lane.obstacle(model: path.model, atMost: self.longestWait(at: self.gateway.timekeeper.now))
    }

    private mutating func send(_ index: Int, on lane: ProviderLane) async throws -> Step {
        let path = self.paths[index]
        let began = self.gateway.timekeeper.now
        let pass: LanePass
        do {
            pass = try await lane.enter(self.laneRequest(for: index, on: lane, at: began))
        } catch let failure as ModelFailure {
            return self.passOver(index, failure)
        }
        let limits: PhaseLimits
        do {
            limits = try self.takeAttempt(on: path, lane: lane)
        } catch {
            lane.leave(pass, with: .unsent)
            return .undone(.giveUp(error == .attempts ? .attemptsExhausted : .timeExhausted))
        }
        let meter = UsageMeter()
        let shown = ShownOutput(observe: self.observe, number: self.failed.count + 1, path: path.model)
        do {
            let answer = try await pass.endpoint.runner.run(
                self.request(for: path), model: path.model.model, limits: limits, meter: meter, observe: shown.handler)
            lane.leave(pass, with: .answered(answer.answer.usage))
            return .answered(self.succeed(answer, on: path.model, at: pass.endpoint, since: began))
        } catch let failure as ModelFailure {
            lane.leave(pass, with: Task.isCancelled ? .cancelled(failure.usage) : .failed(failure))
            return try await self.fail(index, at: pass.endpoint, with: failure, since: began, shown: shown)
        } catch {
            lane.leave(pass, with: .cancelled(meter.usage))
            let duration = began.duration(to: self.gateway.timekeeper.now)
            self.noteCancelled(on: path.model, at: pass.endpoint, meter.reading, duration: duration)
            throw error
        }
    }

    private func laneRequest(for index: Int, on lane: ProviderLane, at now: Moment) -> LaneRequest {
        let path = self.paths[index]
        var request = LaneRequest(model: path.model.model, longest: self.longestWait(at: now))
        request.avoided = self.tried[index] ?? []
        request.session = self.call.caller.session
        if let last = self.lastChoice, last.path == path.model { request.preferred = last.endpoint }
        if lane.countsTokens { request.tokens = UsageEstimate.most(of: self.request(for: path)) }
        return request
    }

    private func longestWait(at now: Moment) -> Duration { min(self.route.patience, self.machine.timeLeft(at: now)) }

    /// Counts the attempt everywhere it counts, in the last moment before it is sent.
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

    private func request(for path: Route.Path) -> ModelRequest {
        var request = self.call.request
        request.maxOutputTokens = request.maxOutputTokens ?? path.maxOutputTokens
        return request
    }

    private func succeed(
        _ attempt: AttemptAnswer, on path: ModelPath, at endpoint: EndpointLane, since began: Moment
    ) -> ModelCallResult {
        let answer = attempt.answer
        let now = self.gateway.timekeeper.now
        let cost = self.gateway.billing(of: path).cost(of: answer, to: self.call.request)
        self.gateway.report(
            .attemptSucceeded(
                path, endpoint: endpoint.name, duration: began.duration(to: now), usage: answer.usage, cost: cost))
        self.gateway.answered(self.call, by: SessionChoices.Choice(path: path, endpoint: endpoint.name))
        self.gateway.remember(answer, from: path, to: self.call, on: self.route)
        return ModelCallResult(
            answer: answer, path: path, endpoint: endpoint.name, cost: cost, failedAttempts: self.failed,
            duration: self.start.duration(to: now), original: attempt.original)
    }

    private mutating func fail(
        _ index: Int, at endpoint: EndpointLane, with failure: ModelFailure, since began: Moment, shown: ShownOutput
    ) async throws -> Step {
        let path = self.paths[index].model
        let quarantine = self.gateway.options.keyQuarantine
        if failure.kind.disposition == .keyFault, endpoint.refuseKey(for: quarantine) {
            self.gateway.report(
                .keyRefused(provider: path.provider, endpoint: endpoint.name, quarantine: quarantine))
        }
        if failure.kind.countsAgainstHealth { self.tried[index, default: []].insert(endpoint.index) }
        let duration = began.duration(to: self.gateway.timekeeper.now)
        let attempt = self.note(failure, on: path, at: endpoint, duration: duration)
        if shown.hasOutput {
            if self.afterOutput == .fail { return .undone(.giveUp(.committed)) }
            try await self.observe?(.attemptFailed(attempt))
        }
        return .undone(self.decide(after: failure, on: index))
    }

    private mutating func passOver(_ index: Int, _ failure: ModelFailure) -> Step {
        let path = self.paths[index].model
        // A circuit that is looked at again while it stays open is no news.
        let isNews = !self.failed.contains { $0.path == path && $0.failure.kind == failure.kind && !$0.wasSent }
        if isNews { _ = self.note(failure, on: path, at: nil, duration: .zero) }
        return .undone(self.decide(after: failure, on: index))
    }

    private mutating func decide(after failure: ModelFailure, on index: Int) -> RouteMachine.Decision {
        var random = self.gateway.random
        let path = self.paths[index].model
        let standby = self.gateway.lane(of: path).standby(for: path.model, beside: self.tried[index] ?? [])
        return self.machine.failed(
            path: index, with: failure, standby: standby, at: self.gateway.timekeeper.now,
            using: &random)
    }

    private mutating func note(
        _ failure: ModelFailure, on path: ModelPath, at endpoint: EndpointLane?, duration: Duration
    ) -> ModelAttempt {
        let attempt = ModelAttempt(
            path: path, endpoint: endpoint?.name, number: self.failed.count + 1, failure: failure, duration: duration,
            cost: self.gateway.billing(of: path).cost(ofFailure: failure.usage), end: self.elapsed)
        self.failed.append(attempt)
        self.gateway.report(.attemptFailed(attempt))
        return attempt
    }

    private var elapsed: Duration { self.start.duration(to: self.gateway.timekeeper.now) }

    /// It is billed, whoever gave the attempt up.
    private mutating func noteCancelled(
        on path: ModelPath, at endpoint: EndpointLane, _ reading: UsageMeter.Reading, duration: Duration
    ) {
        let usage = reading.usage
        let cost = self.gateway.billing(of: path).cost(ofGivenUp: reading, request: self.call.request)
        self.failed.append(
            ModelAttempt(
                path: path, endpoint: endpoint.name, number: self.failed.count + 1,
                failure: ModelFailure(.cancelled, message: "given up by the caller", usage: usage),
                duration: duration, cost: cost, end: self.elapsed))
        self.gateway.report(.attemptCancelled(path, endpoint: endpoint.name, usage: usage, cost: cost))
    }

    private func giveUp(_ reason: RouteMachine.Reason) throws -> ModelCallResult {
        let failure = self.decidingFailure(reason)
        if reason != .forbidden, reason != .committed, self.onlyAvailabilityFailed,
            let entry = self.gateway.remembered(for: self.call, on: self.route)
        {
            self.gateway.report(.answeredFromCache(route: self.route.name))
            var answer = entry.answer
            answer.usage = .zero  // It was used, and paid, when the answer was made.
            return ModelCallResult(
                answer: answer, path: entry.path, cost: .known(.zero), failedAttempts: self.failed,
                duration: self.start.duration(to: self.gateway.timekeeper.now), isDegraded: true)
        }
        throw ModelCallFailure(
            failure: failure, attempts: self.failed,
            userMessage: self.gateway.options.userMessages.message(for: failure.kind))
    }

    /// No earlier answer stands in for one that was refused.
    private var onlyAvailabilityFailed: Bool {
        self.failed.allSatisfy { $0.failure.kind.disposition != .refused }
    }

    /// The last failure of an attempt that was sent says more than that a path was passed over.
    private func decidingFailure(_ reason: RouteMachine.Reason) -> ModelFailure {
        if let last = self.failed.last(where: \.wasSent) ?? self.failed.last { return last.failure }
        return ModelFailure(.totalTimeout, message: "the call had no time left for an attempt (\(reason.rawValue))")
    }
}
