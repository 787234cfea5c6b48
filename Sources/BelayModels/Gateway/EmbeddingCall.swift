import BelayCore
import BelayLedger
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
    private let tenant: String
    private var account: CallAccount
    private var deposited: Set<String> = []
    private var lastPath: ModelPath?
    /// The endpoints that have failed this call, by path.
    private var tried: [Int: Set<Int>] = [:]

    /// - Parameter paths: Of the route, those whose provider makes embeddings; one or more.
    init(
        gateway: Gateway, request: EmbeddingRequest, route: Route, paths: [Route.Path], spender: Spender,
        timeout: Duration?, startedAt start: Moment
    ) {
        self.gateway = gateway
        self.request = request
        self.tenant = spender.tenant
        self.account = CallAccount(ledger: gateway.accounts, spender: spender)
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
        let meter = UsageMeter(Tokenizer(model: path.model))
        let began = self.gateway.timekeeper.now
        let (pass, hold): (LanePass, CallAccount.Hold)
        do {
            (pass, hold) = try await self.account.enter(
                lane, self.laneRequest(for: index, on: lane, at: began), self.errand(for: path),
                at: self.gateway.wallClock.now)
        } catch let failure as ModelFailure {
            return self.passOver(index, failure)
        }
        let limits: PhaseLimits
        do {
            limits = try self.takeAttempt(on: self.paths[index], lane: lane)
        } catch {
            self.account.release(hold)
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
            let bill = self.gateway.billing(of: path).bill(for: embeddings, to: self.request)
            self.settle(hold, .answered, meter, on: path, bill)
            return .answered(self.succeed(embeddings, bill, on: path, at: pass.endpoint, since: began))
        } catch let failure as ModelFailure {
            lane.leave(pass, with: Task.isCancelled ? .cancelled(failure.usage) : .failed(failure))
            self.settle(
                hold, Task.isCancelled ? .cancelled : .failed, meter, on: path,
                self.bill(forUnanswered: meter, on: path))
            return self.fail(index, at: pass.endpoint, with: failure, meter: meter, since: began)
        } catch {
            lane.leave(pass, with: .cancelled(meter.usage))
            self.settle(hold, .cancelled, meter, on: path, self.bill(forUnanswered: meter, on: path))
            self.noteCancelled(on: path, at: pass.endpoint, meter: meter, since: began)
            throw error
        }
    }

    private func errand(for path: ModelPath) -> CallAccount.Errand {
        let most =
            self.account.counts
            ? self.gateway.billing(of: path).most(
                input: RequestTokens(model: path.model).input(of: self.request).most, output: 0) : .zero
        // The first attempt alone is a request for embeddings: what follows is told apart, as with answers.
        let cause: Spending.Cause =
            switch self.lastPath {
            case nil: .embedding
            case path: .retry
            default: .fallback
            }
        return CallAccount.Errand(path: path, cause: cause, most: most)
    }

    private mutating func settle(
        _ hold: CallAccount.Hold, _ end: Spending.End, _ meter: UsageMeter, on path: ModelPath, _ bill: Billing.Bill?
    ) {
        guard meter.reading.stage != .unsent || bill != nil else { return self.account.release(hold) }
        self.account.settle(
            hold, end, bill ?? .nothing, by: self.gateway.billing(of: path))
    }

    private func laneRequest(for index: Int, on lane: ProviderLane, at now: Moment) -> LaneRequest {
        let model = self.paths[index].model.model
        var request = LaneRequest(
            model: model, tenant: self.tenant, longest: self.longestWait(at: now), avoided: self.tried[index] ?? [])
        if lane.countsTokens { request.tokens = RequestTokens(model: model).input(of: self.request).expected }
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
        _ embeddings: Embeddings, _ bill: Billing.Bill, on path: ModelPath, at endpoint: EndpointLane,
        since began: Moment
    ) -> EmbeddingResult {
        let now = self.gateway.timekeeper.now
        self.gateway.report(
            .attemptSucceeded(
                path, endpoint: endpoint.name, duration: began.duration(to: now), usage: embeddings.usage,
                cost: bill.cost))
        self.gateway.noteAnomalies(bill.anomalies, on: path, at: endpoint.name)
        return EmbeddingResult(
            vectors: embeddings.vectors, model: embeddings.model, usage: embeddings.usage, path: path, cost: bill.cost,
            failedAttempts: self.failed, duration: self.start.duration(to: now))
    }

    private mutating func fail(
        _ index: Int, at endpoint: EndpointLane, with failure: ModelFailure, meter: UsageMeter, since began: Moment
    ) -> Step {
        let path = self.paths[index].model
        if failure.kind.countsAgainstHealth { self.tried[index, default: []].insert(endpoint.index) }
        self.gateway.noteAnomalies(meter.reading.anomalies, on: path, at: endpoint.name)
        self.note(
            failure, on: path, at: endpoint, duration: began.duration(to: self.gateway.timekeeper.now),
            cost: self.bill(forUnanswered: meter, on: path)?.cost)
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
        _ failure: ModelFailure, on path: ModelPath, at endpoint: EndpointLane?, duration: Duration,
        cost: Cost? = nil
    ) {
        let attempt = self.record(failure, on: path, at: endpoint, duration: duration, cost: cost)
        self.gateway.report(.attemptFailed(attempt))
    }

    private func bill(forUnanswered meter: UsageMeter, on path: ModelPath) -> Billing.Bill? {
        let billing = self.gateway.billing(of: path)
        return billing.bill(
            forUnanswered: meter.reading, input: RequestTokens(model: path.model).input(of: self.request).expected)
    }

    /// It is billed, whoever gave the attempt up.
    private mutating func noteCancelled(
        on path: ModelPath, at endpoint: EndpointLane, meter: UsageMeter, since began: Moment
    ) {
        let (usage, cost) = (meter.usage, self.bill(forUnanswered: meter, on: path)?.cost)
        let failure = ModelFailure(.cancelled, message: "given up by the caller", usage: usage)
        let duration = began.duration(to: self.gateway.timekeeper.now)
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
