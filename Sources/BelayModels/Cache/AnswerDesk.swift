import BelayCore
import BelayResilience

/// What is known of answers beside the models: those that were given, and those that are being made. On routes with an exact
/// cache every call passes here first.
final class AnswerDesk: Sendable {
    private let cache: Locked<AnswerCache>?
    private let flights = Locked<[String: AnswerFlight]>([:])
    private let timekeeper: Timekeeper
    private let userMessages: UserMessages
    private let embedder: (@Sendable (String) async throws -> [Float])?
    private let meanings: Locked<SemanticIndex>
    private let report: @Sendable (GatewayReport) -> Void
    /// What other nodes know.
    let shelf: AnswerShelf

    /// A question that takes longer to be understood is asked without.
    private static let longestEmbedding = Duration.seconds(2)

    init(
        options: GatewayOptions, timekeeper: Timekeeper, wallClock: any WallClock,
        report: @escaping @Sendable (GatewayReport) -> Void
    ) {
        self.timekeeper = timekeeper
        self.userMessages = options.userMessages
        self.embedder = options.embedder
        self.meanings = Locked(SemanticIndex(maxEntries: max(1, options.maxCachedAnswers)))
        self.report = report
        self.shelf = AnswerShelf(timekeeper: timekeeper, wallClock: wallClock, report: report)
        self.cache =
            options.maxCachedAnswers > 0
            ? Locked(
                AnswerCache(
                    maxEntries: options.maxCachedAnswers, maxBytes: options.maxCachedBytes,
                    timeToLive: options.cachedAnswerLifetime)) : nil
    }

    /// Keeps an answer.
    func remember(_ answer: ModelAnswer, from path: ModelPath, to call: ModelCall, on route: Route) {
        // A request that can't be written as JSON has no key: then nothing is kept, and the answer is no worse for it.
        guard let cache, route.cache.mode != .off, answer.toolCalls.isEmpty, let key = try? AnswerCache.key(of: call)
        else { return }
        let now = self.timekeeper.now
        let entry = AnswerCache.Entry(answer: answer, path: path)
        cache.withLock { $0.store(entry, for: key, at: now) }
        // Whether one by a schema is of any use is found out later.
        if route.cache.isShared, route.cache.givesFresh, call.request.outputSchema == nil,
            call.request.original?.isBound != true
        {
            self.shelf.put(entry, for: key, lifetime: route.cache.lifetime)
        }
    }

    /// An earlier answer to the same request, for want of a new one; nil when there is none, or when the call must not be
    /// downgraded.
    func standIn(for call: ModelCall, on route: Route) -> AnswerCache.Entry? {
        guard let cache, route.cache.mode != .off, !call.isCritical, let key = try? AnswerCache.key(of: call) else {
            return nil
        }
        let now = self.timekeeper.now
        return cache.withLock { $0.entry(for: key, at: now) }
    }

    /// Lets go of an answer that turned out to be of no use.
    func forget(_ call: ModelCall) {
        guard let cache, let key = try? AnswerCache.key(of: call) else { return }
        cache.withLock { $0.remove(key) }
    }

    /// How many wait for answers that are being made, those who have them made included.
    var waiting: Int { self.flights.withLock { $0.values.reduce(0) { $0 + $1.waiting } } }

    /// Answers a call from what is known, or has it made: once, however many ask the same at the same time.
    ///
    /// - Parameters:
    ///   - isStreamed: Whether `make` tells an observer what comes. Then it is made by the caller's own task, and others
    ///     wait for it no longer than the route's patience, since a slow client could hold them up.
    ///   - gateway: Knows the models that say what questions mean.
    ///   - make: Asks the models.
    func answer(
        _ call: ModelCall, on route: Route, isStreamed: Bool, by gateway: Gateway,
        make: @escaping @Sendable () async throws -> ModelCallResult
    ) async throws -> ModelCallResult {
        guard let key = self.key(of: call, on: route) else { return try await make() }
        let start = self.timekeeper.now
        while true {
            if let entry = self.fresh(key, on: route) { return self.result(of: entry, .hit, since: start) }
            let (flight, isMine) = self.join(key, isStreamed: isStreamed)
            if isMine {
                return try await self.lead(flight, key, isStreamed: isStreamed) {
                    // Somebody else's may have landed since the first look.
                    if let entry = self.fresh(key, on: route) { return self.result(of: entry, .hit, since: start) }
                    if let entry = try await self.shared(key, on: route) {
                        return self.result(of: entry, .hit, since: start)
                    }
                    return try await self.similar(to: call, key, on: route, by: gateway, since: start, or: make)
                }
            }
            switch try await self.follow(flight, key, call: call, on: route, since: start) {
            case .answered(let result)? where result.answer.toolCalls.isEmpty:
                var answer = result.answer
                if result.isFromCache { answer.usage = result.spared }
                return self.result(
                    of: AnswerCache.Entry(answer: answer, path: result.path),
                    result.isDegraded ? .stale : result.cache == .similar ? .similar : .shared, since: start)
            // An answer that causes an effect is for whoever asked; and who waited long enough asks alone.
            case .answered?, nil: return Self.counted(try await make())
            case .failed(let error)?: throw Self.unpaid(error)
            case .abandoned?: continue
            }
        }
    }

    /// Nil for a call that has to be made.
    func key(of call: ModelCall, on route: Route) -> String? {
        guard self.cache != nil, route.cache.givesFresh, !call.isCritical, call.excluded.isEmpty,
            call.request.original?.isBound != true
        else { return nil }
        return try? AnswerCache.key(of: call)
    }

    private func fresh(_ key: String, on route: Route) -> AnswerCache.Entry? {
        let now = self.timekeeper.now
        return self.cache?.withLock { $0.entry(for: key, at: now, within: route.cache.lifetime) }
    }

    /// A fresh answer that another node made.
    private func shared(_ key: String, on route: Route) async throws -> AnswerCache.Entry? {
        guard route.cache.isShared,
            let (kept, age) = try await self.shelf.answer(for: key, within: route.cache.lifetime),
            kept.answer.toolCalls.isEmpty
        else { return nil }
        let entry = AnswerCache.Entry(answer: kept.answer, path: kept.path)
        let made = self.timekeeper.now.advanced(by: .zero - age)
        self.cache?.withLock { $0.store(entry, for: key, at: made) }
        return entry
    }

    /// The fresh answer to a question that means the same, else a new one.
    private func similar(
        to call: ModelCall, _ key: String, on route: Route, by gateway: Gateway, since start: Moment,
        or make: @Sendable () async throws -> ModelCallResult
    ) async throws -> ModelCallResult {
        guard route.cache.mode == .semantic, let question = SemanticQuestion(call) else { return try await make() }
        let meaning = try await self.meaning(of: question.text, in: call, on: route, by: gateway)
        guard let vector = meaning.vector else { return try await Self.charging(meaning.cost, to: make) }
        let match = self.meanings.withLock {
            $0.nearest(to: question.text, vector: vector, in: question.partition, atLeast: route.cache.similarity)
        }
        if let match {
            if let entry = self.fresh(match.key, on: route) {
                return self.result(of: entry, .similar, since: start, for: meaning.cost)
            }
            self.meanings.withLock { $0.remove(match.key, from: question.partition) }
        }
        let result = try await Self.charging(meaning.cost, to: make)
        if !result.isFromCache, result.answer.toolCalls.isEmpty {
            self.meanings.withLock {
                $0.insert(question.text, vector: vector, key: key, in: question.partition)
            }
        }
        return result
    }

    /// Has models asked, at the price of the question's embedding beside theirs: the answer bears it, or else the last
    /// attempt that was made for one. It is no attempt of its own, as no answer was asked of its path.
    private static func charging(
        _ cost: Cost, to make: @Sendable () async throws -> ModelCallResult
    ) async throws -> ModelCallResult {
        do {
            var result = try await make()
            result.cost = result.cost.adding(cost)
            return result
        } catch var failure as ModelCallFailure {
            failure.attempts = Self.charging(cost, to: failure.attempts)
            throw failure
        } catch var cancelled as ModelCallCancelled {
            cancelled.attempts = Self.charging(cost, to: cancelled.attempts)
            throw cancelled
        }
    }

    private static func charging(_ cost: Cost, to attempts: [ModelAttempt]) -> [ModelAttempt] {
        guard cost != .known(.zero), let last = attempts.lastIndex(where: \.wasSent) ?? attempts.indices.last else {
            return attempts
        }
        var attempts = attempts
        attempts[last].cost = attempts[last].cost?.adding(cost) ?? cost
        return attempts
    }

    /// - Returns: Without a vector when nobody can say.
    /// - Throws: `CancellationError`.
    private func meaning(
        of text: String, in call: ModelCall, on route: Route, by gateway: Gateway
    ) async throws -> Gateway.Meaning {
        do {
            if let model = route.cache.embedder {
                return try await gateway.meaning(of: text, in: call, by: model, within: Self.longestEmbedding)
            }
            guard let embedder else { return Gateway.Meaning(cost: .known(.zero)) }
            let vector = try await withDeadline(Self.longestEmbedding, clock: self.timekeeper) {
                try await embedder(text)
            }
            return Gateway.Meaning(vector: vector, cost: .known(.zero))
        } catch {
            try Task.checkCancellation()
            self.report(.embeddingFailed(route: route.name, reason: GatewayReport.reason(of: error)))
            return Gateway.Meaning(cost: (error as? ModelCallFailure)?.attempts.cost ?? .known(.zero))
        }
    }

    private func join(_ key: String, isStreamed: Bool) -> (flight: AnswerFlight, isMine: Bool) {
        self.flights.withLock { flights in
            if let flight = flights[key] { return (flight, false) }
            let flight = AnswerFlight(isStreamed: isStreamed)
            flights[key] = flight
            return (flight, true)
        }
    }

    private func lead(
        _ flight: AnswerFlight, _ key: String, isStreamed: Bool,
        make: @escaping @Sendable () async throws -> ModelCallResult
    ) async throws -> ModelCallResult {
        if isStreamed {
            do {
                let result = try await make()
                self.land(flight, key, .answered(result))
                return Self.counted(result)
            } catch {
                // Those who wait ask anew: this one may have failed in the middle of its stream, or because of its client.
                self.land(flight, key, .abandoned)
                throw error
            }
        }
        flight.run {
            do {
                self.land(flight, key, .answered(try await make()))
            } catch {
                self.land(flight, key, Self.outcome(of: error))
            }
        }
        switch try await flight.wait(isFirst: true, leftAlone: { self.land(flight, key, .abandoned) }) {
        case .answered(let result): return Self.counted(result)
        case .failed(let error): throw error
        case .abandoned: throw CancellationError()
        }
    }

    /// - Returns: Nil when this caller has waited long enough for somebody who may be slow.
    /// - Throws: `ModelCallFailure` when its own time is over.
    private func follow(
        _ flight: AnswerFlight, _ key: String, call: ModelCall, on route: Route, since start: Moment
    ) async throws -> AnswerFlight.Outcome? {
        let total = min(call.timeout ?? route.total, route.total)
        let longest = flight.isStreamed ? min(total, route.patience) : total
        let left = longest - start.duration(to: self.timekeeper.now)
        do {
            return try await withDeadline(left, clock: self.timekeeper) {
                try await flight.wait(leftAlone: { self.land(flight, key, .abandoned) })
            }
        } catch is DeadlineExceeded {
            if flight.isStreamed { return nil }
            let failure = ModelFailure(.totalTimeout, message: "no complete answer within \(total)")
            throw ModelCallFailure(
                failure: failure, attempts: [], userMessage: self.userMessages.message(for: failure.kind))
        }
    }

    /// Whoever comes from now on finds the answer in the cache, or asks anew: a failure is kept for nobody.
    private func land(_ flight: AnswerFlight, _ key: String, _ outcome: AnswerFlight.Outcome) {
        self.flights.withLock { if $0[key] === flight { $0[key] = nil } }
        flight.settle(outcome)
    }

    private static func outcome(of error: any Error) -> AnswerFlight.Outcome {
        error is CancellationError || error is ModelCallCancelled ? .abandoned : .failed(error)
    }

    /// A failure for those who only waited for it: it was paid for once.
    private static func unpaid(_ error: any Error) -> any Error {
        guard var failure = error as? ModelCallFailure else { return error }
        failure.attempts = failure.attempts.map { attempt in
            var attempt = attempt
            attempt.cost = nil
            attempt.failure.usage = nil
            return attempt
        }
        return failure
    }

    private static func counted(_ result: ModelCallResult) -> ModelCallResult {
        var result = result
        result.cache = result.cache ?? .miss
        return result
    }

    private func result(
        of entry: AnswerCache.Entry, _ use: CacheUse, since start: Moment, for cost: Cost = .known(.zero)
    ) -> ModelCallResult {
        var answer = entry.answer
        answer.usage = .zero  // It was used, and paid, when the answer was made.
        var result = ModelCallResult(
            answer: answer, path: entry.path, cost: cost, duration: start.duration(to: self.timekeeper.now),
            isDegraded: use == .stale)
        result.cache = use
        result.spared = entry.answer.usage
        return result
    }
}
