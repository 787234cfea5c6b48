import BelayCore
import BelayLedger
import BelayResilience

/// One call on its way: asks the machine what to do, does it, tells the machine what came of it.
struct GatewayCall: Sendable {
    let gateway: Gateway
    private let call: ModelCall
    let route: Route
    let paths: [Route.Path]
    private let start: Moment
    let observe: AnswerObserver?
    private let afterOutput: Gateway.AfterOutput
    var machine: RouteMachine
    private var failed: [ModelAttempt] = []
    private var account: CallAccount
    /// The paths whose provider has counted this call in its retry budget.
    private var deposited: Set<String> = []
    private var lastPath: ModelPath?
    /// Where the session of this call was answered before.
    private let lastChoice: SessionChoices.Choice?
    /// Something of an attempt that failed has been shown.
    var hasShown = false
    /// A call gets one second attempt at most.
    var isHedged = false
    /// The endpoints that have failed this call, by path.
    var tried: [Int: Set<Int>] = [:]

    /// - Parameter paths: In the order in which they are to be tried.
    init(
        gateway: Gateway, call: ModelCall, route: Route, paths: [Route.Path], startedAt start: Moment,
        observe: AnswerObserver?, afterOutput: Gateway.AfterOutput
    ) {
        self.gateway = gateway
        self.call = call
        self.account = gateway.account(of: call)
        self.route = route
        self.lastChoice = gateway.lastChoice(of: call)
        self.paths = paths
        self.start = start
        self.observe = observe
        self.afterOutput = afterOutput
        let total = call.timeout.map { min($0, route.total) } ?? route.total
        var route = route
        route.maxAttempts = min(route.maxAttempts, max(1, call.maxAttempts ?? .max))
        // A call that comes with no time left still gets its one honest failure.
        self.machine = RouteMachine(
            route: route, paths: paths, total: max(total, .nanoseconds(1)), startedAt: start)
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
                case .outrun: preconditionFailure("An attempt was outrun, and none has won.")
                }
            }
        }
    }

    enum Step {
        case answered(ModelCallResult)
        case undone(RouteMachine.Decision)
        /// Another attempt under way has won.
        case outrun
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
        let delay = self.hedgeDelay(on: self.paths[index].model)
        let race = delay.map { _ in HedgedRace() }
        let trial: Trial
        do {
            trial = try await self.start(index, on: lane, in: race)
        } catch let failure as ModelFailure {
            return self.passOver(index, failure)
        } catch let exhausted as AttemptBudget.Exhausted {
            return .undone(.giveUp(exhausted == .attempts ? .attemptsExhausted : .timeExhausted))
        }
        guard let delay, let race else {
            return try await self.conclude(trial, await trial.run())
        }
        return try await self.race(trial, in: race, after: delay)
    }

    /// Gets a place for an attempt, and counts it.
    ///
    /// - Parameter race: When another attempt may run beside it.
    /// - Throws: `ModelFailure` when it can't be sent, `AttemptBudget.Exhausted`, or `CancellationError`: nothing is counted.
    mutating func start(
        _ index: Int, on lane: ProviderLane, in race: HedgedRace?, beside first: Trial? = nil
    ) async throws -> Trial {
        let (path, clock) = (self.paths[index], self.gateway.timekeeper)
        let began = clock.now
        var request = self.laneRequest(for: index, on: lane, at: began)
        if let first {
            request.longest = .zero
            if first.index == index { request.avoided.insert(first.endpoint.index) }
        }
        let (pass, hold) = try await self.account.enter(
            lane, request, self.errand(for: path, on: lane, isHedge: first != nil), at: self.gateway.wallClock.now)
        let limits: PhaseLimits
        do {
            limits = try self.takeAttempt(on: path, lane: lane, isFallback: first == nil)
        } catch {
            self.account.release(hold)
            lane.leave(pass, with: .unsent)
            throw error
        }
        let number = self.failed.count + (first == nil ? 1 : 2)
        let (desk, isStreamed) = (self.gateway.hedging(on: self.route), self.observe != nil)
        let shown = ShownOutput(observe: self.observe, number: number, path: path.model) {
            if let race, !race.claim(number) { throw CancellationError() }
            desk?.record(began.duration(to: clock.now), on: path.model, isStreamed: isStreamed)
        }
        return Trial(
            number: number, index: index, path: path, lane: lane, pass: pass, limits: limits,
            request: self.request(for: path), shown: shown, began: began, race: race, hold: hold,
            meter: UsageMeter(Tokenizer(model: path.model.model)))
    }

    /// Takes the end of an attempt that was sent.
    mutating func conclude(_ trial: Trial, _ end: Trial.End) async throws -> Step {
        switch end {
        case .answered(let answer):
            trial.lane.leave(trial.pass, with: .answered(answer.answer.usage))
            return .answered(self.succeed(answer, in: trial))
        case .failed(let failure):
            trial.lane.leave(trial.pass, with: Task.isCancelled ? .cancelled(failure.usage) : .failed(failure))
            return try await self.fail(trial, with: failure)
        case .outrun:
            trial.lane.leave(trial.pass, with: .outrun(trial.meter.usage))
            self.noteGivenUp(trial, .outrun, "another attempt was faster")
            return .outrun
        case .gaveUp(let error):
            trial.lane.leave(trial.pass, with: .cancelled(trial.meter.usage))
            self.noteGivenUp(trial, .cancelled, "given up by the caller")
            throw error
        }
    }

    private func errand(for path: Route.Path, on lane: ProviderLane, isHedge: Bool) -> CallAccount.Errand {
        let cause: Spending.Cause =
            switch self.lastPath {
            case _ where isHedge: .hedge
            case nil: .first
            case path.model: .retry
            default: .fallback
            }
        let most =
            self.account.counts ? self.gateway.most(of: self.request(for: path), on: path.model, by: lane) : .zero
        return CallAccount.Errand(path: path.model, cause: cause, most: most)
    }

    /// Says in the ledger what an attempt has cost. Of one of which nothing left for the provider there is nothing to say.
    ///
    /// - Parameter bill: Nil for what nobody bills.
    private mutating func settle(_ trial: Trial, _ end: Spending.End, _ bill: Billing.Bill?) {
        guard trial.meter.reading.stage != .unsent || bill != nil else { return self.account.release(trial.hold) }
        let billing = self.gateway.billing(of: trial.path.model)
        self.account.settle(trial.hold, end, bill ?? .nothing, by: billing)
    }

    private func laneRequest(for index: Int, on lane: ProviderLane, at now: Moment) -> LaneRequest {
        let path = self.paths[index]
        var request = LaneRequest(
            model: path.model.model, tenant: self.call.tenant, longest: self.longestWait(at: now))
        request.avoided = self.tried[index] ?? []
        request.session = self.call.caller.session
        if let last = self.lastChoice, last.path == path.model { request.preferred = last.endpoint }
        if lane.countsTokens {
            request.tokens = RequestTokens(model: path.model.model).forecast(self.request(for: path))
        }
        return request
    }

    private func longestWait(at now: Moment) -> Duration { min(self.route.patience, self.machine.timeLeft(at: now)) }

    /// Counts the attempt everywhere it counts, in the last moment before it is sent.
    private mutating func takeAttempt(
        on path: Route.Path, lane: ProviderLane, isFallback: Bool
    ) throws(AttemptBudget.Exhausted) -> PhaseLimits {
        let now = self.gateway.timekeeper.now
        try self.machine.willSend(at: now)
        if self.deposited.insert(path.model.provider).inserted { lane.retryBudget.deposit() }
        if isFallback {
            if let last = self.lastPath, last != path.model {
                self.gateway.report(.fellBack(from: last, to: path.model))
            } else if self.lastPath == nil {
                self.gateway.hedging(on: self.route)?.deposit()
            }
            self.lastPath = path.model
        }
        var limits = lane.settings.timeouts
        limits.total = min(path.limit ?? limits.total, limits.total, self.machine.timeLeft(at: now))
        return limits
    }

    private func request(for path: Route.Path) -> ModelRequest {
        var request = self.call.request
        request.maxOutputTokens = request.maxOutputTokens ?? path.maxOutputTokens
        return request
    }

    private mutating func succeed(_ attempt: AttemptAnswer, in trial: Trial) -> ModelCallResult {
        let (path, endpoint, answer) = (trial.path.model, trial.endpoint, attempt.answer)
        let now = self.gateway.timekeeper.now
        let duration = trial.began.duration(to: now)
        if self.observe == nil {
            self.gateway.hedging(on: self.route)?.record(duration, on: path, isStreamed: false)
        }
        let bill = self.gateway.billing(of: path)
            .bill(for: answer, to: self.call.request, limit: trial.request.maxOutputTokens)
        let cost = bill.cost
        self.gateway.report(
            .attemptSucceeded(
                path, endpoint: endpoint.name, duration: duration, usage: answer.usage, cost: cost))
        self.gateway.noteAnomalies(bill.anomalies, on: path, at: endpoint.name)
        self.settle(trial, .answered, bill)
        self.gateway.answered(self.call, by: SessionChoices.Choice(path: path, endpoint: endpoint.name))
        self.gateway.desk.remember(answer, from: path, to: self.call, on: self.route)
        return ModelCallResult(
            answer: answer, path: path, endpoint: endpoint.name, cost: cost, failedAttempts: self.failed,
            duration: self.start.duration(to: now), original: attempt.original)
    }

    private mutating func fail(_ trial: Trial, with failure: ModelFailure) async throws -> Step {
        let (path, endpoint) = (trial.path.model, trial.endpoint)
        if failure.kind.countsAgainstHealth { self.tried[trial.index, default: []].insert(endpoint.index) }
        let duration = trial.began.duration(to: self.gateway.timekeeper.now)
        self.gateway.noteAnomalies(trial.meter.reading.anomalies, on: path, at: endpoint.name)
        let bill = self.bill(forUnanswered: trial)
        self.settle(trial, Task.isCancelled ? .cancelled : .failed, bill)
        let attempt = self.note(
            failure, on: path, at: endpoint, number: trial.number, duration: duration, cost: bill?.cost)
        if trial.shown.hasOutput {
            self.hasShown = true
            if self.afterOutput == .fail { return .undone(.giveUp(.committed)) }
            try await self.observe?(.attemptFailed(attempt))
        }
        return .undone(self.decide(after: failure, on: trial.index))
    }

    private mutating func passOver(_ index: Int, _ failure: ModelFailure) -> Step {
        let path = self.paths[index].model
        // A circuit that is looked at again while it stays open is no news.
        let isNews = !self.failed.contains { $0.path == path && $0.failure.kind == failure.kind && !$0.wasSent }
        if isNews { _ = self.note(failure, on: path, at: nil, number: self.failed.count + 1, duration: .zero) }
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
        _ failure: ModelFailure, on path: ModelPath, at endpoint: EndpointLane?, number: Int, duration: Duration,
        cost: Cost? = nil
    ) -> ModelAttempt {
        let attempt = ModelAttempt(
            path: path, endpoint: endpoint?.name, number: number, failure: failure, duration: duration,
            cost: cost, end: self.elapsed)
        self.failed.append(attempt)
        self.gateway.report(.attemptFailed(attempt))
        return attempt
    }

    private var elapsed: Duration { self.start.duration(to: self.gateway.timekeeper.now) }

    private func bill(forUnanswered trial: Trial) -> Billing.Bill? {
        self.gateway.billing(of: trial.path.model).bill(forUnanswered: trial.meter.reading, to: self.call.request)
    }

    /// It is billed, whoever gave the attempt up.
    private mutating func noteGivenUp(_ trial: Trial, _ end: Spending.End, _ why: String) {
        let (path, usage, bill) = (trial.path.model, trial.meter.usage, self.bill(forUnanswered: trial))
        self.settle(trial, end, bill)
        let failure = ModelFailure(.cancelled, message: why, usage: usage)
        self.failed.append(
            ModelAttempt(
                path: path, endpoint: trial.endpoint.name, number: trial.number, failure: failure,
                duration: trial.began.duration(to: self.gateway.timekeeper.now), cost: bill?.cost, end: self.elapsed))
        self.gateway.report(
            .attemptCancelled(path, endpoint: trial.endpoint.name, usage: usage, cost: bill?.cost))
        self.gateway.noteAnomalies(trial.meter.reading.anomalies, on: path, at: trial.endpoint.name)
    }

    private func giveUp(_ reason: RouteMachine.Reason) throws -> ModelCallResult {
        let failure = self.decidingFailure(reason)
        if reason != .forbidden, reason != .committed, self.onlyAvailabilityFailed,
            let entry = self.gateway.desk.standIn(for: self.call, on: self.route)
        {
            self.gateway.report(.answeredFromCache(route: self.route.name))
            var answer = entry.answer
            answer.usage = .zero  // It was used, and paid, when the answer was made.
            var result = ModelCallResult(
                answer: answer, path: entry.path, cost: .known(.zero), failedAttempts: self.failed,
                duration: self.start.duration(to: self.gateway.timekeeper.now), isDegraded: true)
            result.cache = .stale
            return result
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
