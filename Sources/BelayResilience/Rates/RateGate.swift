/// Lets requests pass as their rates allow. What was taken is held by this process alone.
///
/// ```swift
/// let gate = RateGate([RatePolicy("per-user", per: .user, requests: .perMinute(60), maxWait: .seconds(5))])
/// let grant = try await gate.admit(RateAsk(tenant: "default", user: "ada", tokens: estimate))
/// let answer = try await model.answer(prompt)
/// grant.end(tokens: answer.tokens)
/// ```
public final class RateGate: Sendable {
    private struct State: Sendable {
        var book: RateBook
        var lastTicket: UInt64 = 0
        /// One for each ticket in line.
        var continuations: [UInt64: CheckedContinuation<RateBook.Taken, any Error>] = [:]
        /// Of those whose wait was over before they listened.
        var results: [UInt64: Result<RateBook.Taken, any Error>] = [:]
        /// When somebody looks again.
        var alarm: Moment?

        /// The wait of a ticket is over.
        ///
        /// - Returns: Who listens; nil when nobody does yet.
        mutating func end(_ ticket: UInt64, _ result: Result<RateBook.Taken, any Error>) -> Woken? {
            if let continuation = self.continuations.removeValue(forKey: ticket) {
                return Woken(continuation: continuation, result: result)
            }
            self.results[ticket] = result
            return nil
        }
    }

    /// One whose wait is over. Told when the lock is free.
    private struct Woken: Sendable {
        var continuation: CheckedContinuation<RateBook.Taken, any Error>
        var result: Result<RateBook.Taken, any Error>

        func resume() { self.continuation.resume(with: self.result) }
    }

    /// Of how many is looked at once what they have taken.
    private static let countSlice = 256

    private let state: Locked<State>
    package let timekeeper: Timekeeper
    package let maxWaiting: Int
    /// All of them, with those whose executions others count.
    public let policies: [RatePolicy]
    /// Whether any policy counts tokens, so that a request's have to be estimated.
    public let countsTokens: Bool

    /// - Parameters:
    ///   - policies: All of them hold at once.
    ///   - maxSubjects: How many users, keys and so on are remembered, together. When there are more, those of whom nothing
    ///     is taken any more are forgotten; newcomers for whom there is still no room are counted together as one, for each
    ///     policy. Default 100,000.
    ///   - maxWaiting: How many requests may wait at once, together; of more, the newest of the tenant that has most of them
    ///     is refused. Who counts executions lets as many starts wait for those. Default 1,000.
    ///   - maxSessions: How many conversations are remembered as begun, together, some 100 bytes each. Of more, the one that
    ///     was heard of longest ago is forgotten, and begins anew when it is heard of again. Default 1,000,000.
    public init(
        _ policies: [RatePolicy], maxSubjects: Int = 100_000, maxWaiting: Int = 1_000, maxSessions: Int = 1_000_000,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        precondition(maxSubjects >= 1 && maxWaiting >= 0, "A gate for \(maxSubjects) subjects lets nobody pass.")
        precondition(maxSessions >= 1, "A gate that remembers \(maxSessions) sessions counts each request as one.")
        self.countsTokens = policies.contains { $0.tokens != nil }
        self.timekeeper = Timekeeper(clock)
        self.maxWaiting = maxWaiting
        self.policies = policies
        self.state = Locked(
            State(
                book: RateBook(
                    policies: policies, maxSubjects: maxSubjects, maxWaiting: maxWaiting, maxSessions: maxSessions)))
    }

    /// Requests that wait at this moment.
    public var waiting: Int { self.state.withLock { $0.book.waiting } }

    /// Users, keys and so on that are remembered, a policy's each.
    public var subjects: Int { self.state.withLock { $0.book.subjects } }

    /// Who has taken anything of a limit, those who have most of it first. It looks at a few at a time, so requests hardly
    /// wait for it; the list is of no one moment.
    ///
    /// - Parameter isWanted: Gets a policy, a tenant and a name, both empty where they aren't counted apart. Newcomers for
    ///   whom there was no room have neither.
    public func counts(
        atMost limit: Int, _ isWanted: (RatePolicy, _ tenant: String, _ name: String) -> Bool
    ) -> [RateCount] {
        let keys = self.state.withLock { $0.book.keys }
        var most: [RateCount] = []
        for start in stride(from: 0, to: keys.count, by: Self.countSlice) {
            let slice = keys[start..<min(start + Self.countSlice, keys.count)].filter {
                isWanted(self.policies[$0.policy], $0.tenant, $0.name)
            }
            let now = self.timekeeper.now
            let found = self.state.withLock { state in slice.flatMap { state.book.counts(of: $0, at: now) } }
            most = Array((most + found).sorted(by: RateCount.precedes).prefix(limit))
        }
        return most
    }

    /// Takes what a request takes, or waits for it as long as the policies in its way allow.
    ///
    /// - Returns: What has to be ended when the request is over; one that is dropped ends itself, with its estimate.
    /// - Throws: ``RateExceeded``, or `CancellationError`; nothing was taken.
    public nonisolated(nonsending) func admit(_ ask: RateAsk) async throws -> RateGrant {
        try Task.checkCancellation()
        let now = self.timekeeper.now
        let (ticket, entry, turnedAway) = self.state.withLock { state in
            state.lastTicket += 1
            let entry = state.book.enter(ask, ticket: state.lastTicket, at: now)
            guard case .waits(let other?) = entry else { return (state.lastTicket, entry, Woken?.none) }
            return (state.lastTicket, entry, state.end(other.ticket, .failure(other.reason)))
        }
        turnedAway?.resume()
        switch entry {
        case .admitted(let taken): return RateGrant(taken, self)
        case .refused(let reason): throw reason
        case .waits: return RateGrant(try await self.waitForTurn(ticket), self)
        }
    }

    /// Takes what a request takes if nothing is in its way; else nil, and nothing was taken.
    public func admitAtOnce(_ ask: RateAsk) -> RateGrant? {
        let now = self.timekeeper.now
        return self.state.withLock { $0.book.admitAtOnce(ask, at: now) }.map { RateGrant($0, self) }
    }

    private nonisolated(nonsending) func waitForTurn(_ ticket: UInt64) async throws -> RateBook.Taken {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let early = self.state.withLock { state in
                    let early = state.results.removeValue(forKey: ticket)
                    if early == nil { state.continuations[ticket] = continuation }
                    return early
                }
                if let early { return continuation.resume(with: early) }
                // Somebody has to look again when its time has come.
                self.serve()
            }
        } onCancel: {
            self.cancel(ticket)
        }
    }

    private func cancel(_ ticket: UInt64) {
        let now = self.timekeeper.now
        let waiter = self.state.withLock { state in
            state.book.abandon(ticket, at: now) ? state.end(ticket, .failure(CancellationError())) : nil
        }
        waiter?.resume()
        // Those behind it may pass now.
        self.serve()
    }

    /// Wakes those whose wait is over, and sees to it that somebody looks again for the next.
    private func serve() {
        let now = self.timekeeper.now
        let (woken, alarm) = self.state.withLock { state in
            let served = state.book.serve(at: now)
            let woken =
                served.admitted.compactMap { state.end($0.ticket, .success($0.taken)) }
                + served.refused.compactMap { state.end($0.ticket, .failure($0.reason)) }
            guard let next = served.next, state.alarm.map({ next < $0 }) ?? true else { return (woken, Moment?.none) }
            state.alarm = next
            return (woken, next)
        }
        for waiter in woken { waiter.resume() }
        guard let alarm else { return }
        // One that an earlier one has replaced rings for nothing.
        _ = self.timekeeper.alarm(at: alarm) { [weak self] in self?.ring(alarm) }
    }

    private func ring(_ moment: Moment) {
        self.state.withLock { if $0.alarm == moment { $0.alarm = nil } }
        self.serve()
    }

    fileprivate func leave(_ taken: RateBook.Taken, used: Int?) {
        let now = self.timekeeper.now
        let isAwaited = self.state.withLock { state in
            state.book.leave(taken, used: used, at: now)
            return state.book.next.map { $0 <= now } ?? false
        }
        if isAwaited { self.serve() }
    }

    fileprivate func takeBack(_ taken: RateBook.Taken) {
        let now = self.timekeeper.now
        let isAwaited = self.state.withLock { state in
            state.book.takeBack(taken, at: now)
            return state.book.next.map { $0 <= now } ?? false
        }
        if isAwaited { self.serve() }
    }

    fileprivate func standings(of taken: RateBook.Taken) -> [RateStanding] {
        let now = self.timekeeper.now
        return self.state.withLock { $0.book.standings(of: taken, at: now) }
    }
}

/// What a request took. Ended once, by hand or when it is dropped.
public final class RateGrant: Sendable {
    private let taken: RateBook.Taken
    private let gate: RateGate
    private let isEnded = Locked(false)

    fileprivate init(_ taken: RateBook.Taken, _ gate: RateGate) {
        self.taken = taken
        self.gate = gate
    }

    deinit { self.end() }

    /// How much is left at this moment to those whom the request counts for.
    public var standings: [RateStanding] { self.gate.standings(of: self.taken) }

    /// The request is over: its place is free, and what it took of tokens is put right. Further calls do nothing.
    ///
    /// - Parameter tokens: What it used, of input and output; nil where nobody knows, so that the estimate counts.
    public func end(tokens: Int? = nil) {
        if self.isFirstEnd() { self.gate.leave(self.taken, used: tokens.map { max(0, $0) }) }
    }

    /// The request comes to nothing, for another reason than what the gate counts: all that it took is there again. Further
    /// calls do nothing, and nothing is done after an end.
    public func takeBack() {
        if self.isFirstEnd() { self.gate.takeBack(self.taken) }
    }

    private func isFirstEnd() -> Bool {
        self.isEnded.withLock { isEnded in
            defer { isEnded = true }
            return !isEnded
        }
    }
}
