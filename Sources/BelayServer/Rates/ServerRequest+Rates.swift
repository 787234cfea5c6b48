import BelayCore
import BelayResilience
import BelayRuntime

extension ServerRequest {
    /// Takes what the rates of the server count for this request, or waits for its turn for as long as its client does.
    ///
    /// - Parameters:
    ///   - caller: Whom it is for.
    ///   - isTask: Whether it is a task for an agent, which is a conversation of its own where it names none.
    ///   - tokens: Of input and output, estimated; asked for only where a rate counts them.
    /// - Returns: What has to be ended with the request; nil where nothing is limited.
    /// - Throws: `RateExceeded`; `CancellationError` when the client left, or the server stops.
    func admit(
        _ caller: ModelCaller, isTask: Bool = false, tokens: () throws -> Int = { 0 }
    ) async throws -> RateGrant? {
        guard let gate = self.options.rates else { return nil }
        let ask = self.ask(caller, tokens: gate.countsTokens ? try tokens() : 0, isTask: isTask)
        if let grant = gate.admitAtOnce(ask) { return grant }
        return try await self.departure.finishing { try await gate.admit(ask) }
    }

    private func ask(_ caller: ModelCaller, tokens: Int = 0, isTask: Bool = true) -> RateAsk {
        RateAsk(
            tenant: self.client.tenant, user: caller.namedUser, customer: caller.customer, key: self.client.key,
            agent: caller.agent, session: caller.session, tokens: tokens, isOwnSession: isTask)
    }

    /// Starts an execution as soon as the rates of the server allow, or waits for that for as long as its client does.
    ///
    /// - Parameters:
    ///   - caller: Whom it is for; who isn't named there isn't counted.
    ///   - grant: What the request took, which is given back when it is refused.
    /// - Throws: `RateExceeded`, `RequestError`; `CancellationError` when the client left, or the server stops.
    func start(
        _ task: StartRequest, for caller: ModelCaller, _ grant: RateGrant?, on runtime: Runtime
    ) async throws -> StartedExecution {
        var task = task
        task.keyName = self.client.key
        do {
            guard let line else { return try await runtime.start(task) }
            return try await line.start(task, for: self.ask(caller), departure: self.departure)
        } catch let exceeded as RateExceeded {
            grant?.takeBack()
            throw exceeded
        } catch let error as RequestError where error.isOfRequest {
            grant?.takeBack()
            throw error
        }
    }
}

extension ModelCaller {
    /// Nil where nobody has named one.
    fileprivate var namedUser: String? { self.user == User.anonymous ? nil : self.user }
}

extension StartedExecution {
    /// How its limits stand.
    var standings: [RateStanding] {
        self.open.sorted { $0.key.name < $1.key.name }.map { limit, open in
            RateStanding(policy: limit.name, dimension: .executions, underWay: open, limit: limit.count)
        }
    }
}

extension [ModelAttempt] {
    /// What they used, as far as anybody said; nil where nobody did, and something was sent.
    var tokens: Int? {
        let known = self.compactMap { $0.failure.usage?.total }
        if known.isEmpty, self.contains(where: \.wasSent) { return nil }
        return known.reduce(0) { $0.saturatingSum($1) }
    }
}

extension ModelCallResult {
    /// All that was used for it.
    var tokens: Int {
        let failed = self.failedAttempts.reduce(0) { $0.saturatingSum($1.failure.usage?.total ?? 0) }
        return self.isFromCache ? failed : failed.saturatingSum(self.answer.usage.total)
    }
}

extension RateGrant {
    /// A call has failed, or was given up.
    func end(after error: any Error) {
        switch error {
        case let failure as ModelCallFailure: self.end(tokens: failure.attempts.tokens)
        case let cancelled as ModelCallCancelled: self.end(tokens: cancelled.attempts.tokens)
        default: self.end()
        }
    }
}
