/// Decides which requests the rates let pass, who waits for a turn, and who is refused. Owns no clock, no lock and no task.
///
/// All limits that count a request are taken together or not at all. A request that waits stands in the line of one limit at
/// a time (``RateLines``), and goes on to the next one that is in its way: nobody takes what somebody waits for, and nobody
/// waits for what only others are limited by.
struct RateBook: Sendable {
    /// One of those whom a policy counts.
    struct Key: Sendable, Hashable {
        var policy: Int
        var tenant: String
        var name: String
    }

    /// A limit of one of them.
    struct Limit: Sendable, Hashable {
        var key: Key
        var dimension: RatePolicy.Dimension
    }

    /// What a request took.
    struct Taken: Sendable, Hashable {
        fileprivate(set) var keys: [Key]
        fileprivate var ask: RateAsk
        /// Those for whom it began a session.
        fileprivate var begun: Set<Key>
    }

    enum Entry: Sendable {
        case admitted(Taken)
        /// Its ticket is in line; `insteadOf` had to leave it.
        case waits(insteadOf: (ticket: UInt64, reason: RateExceeded)?)
        case refused(RateExceeded)
    }

    /// What became of those who waited.
    struct Served: Sendable {
        var admitted: [(ticket: UInt64, taken: Taken)] = []
        var refused: [(ticket: UInt64, reason: RateExceeded)] = []
        /// When to look again, if nothing happens before; nil when nobody waits.
        var next: Moment?
    }

    private struct Obstacle {
        var limit: Limit
        var cost: Int
        /// `zero` where others wait who pass at once.
        var wait: RateEntry.Wait

        /// Nobody knows when a request that runs ends.
        private static let guess = Duration.seconds(1)

        /// Nil for never.
        var retryAfter: Duration? {
            switch self.wait {
            case .zero: .zero
            case .known(let wait): wait
            case .unknown: Self.guess
            case .never: nil
            }
        }

        func isOver(within patience: Duration) -> Bool {
            switch self.wait {
            case .zero, .unknown: true
            case .known(let wait): wait <= patience
            case .never: false
            }
        }

        static func isShorter(_ one: Obstacle, _ other: Obstacle) -> Bool {
            guard let wait = one.retryAfter else { return false }
            return other.retryAfter.map { wait < $0 } ?? true
        }
    }

    /// Of how many is looked whether they can be forgotten, when there is no room for somebody.
    private static let sweepSlice = 64

    let policies: [RatePolicy]
    let maxSubjects: Int
    let maxWaiting: Int
    private var entries: [Key: RateEntry] = [:]
    /// Those who have entries, in no order.
    private(set) var keys: [Key] = []
    /// Where the next look for those that can be forgotten begins.
    private var sweepStart = 0
    private var sessions: RateSessions
    private var lines = RateLines()

    init(policies: [RatePolicy], maxSubjects: Int, maxWaiting: Int, maxSessions: Int) {
        self.policies = policies
        self.maxSubjects = maxSubjects
        self.maxWaiting = maxWaiting
        self.sessions = RateSessions(capacity: maxSessions)
    }

    var subjects: Int { self.entries.count }
    var waiting: Int { self.lines.count }
    /// When those who wait are to be served, if nothing happens before; nil when nobody waits.
    var next: Moment? { self.lines.next }

    /// Lets a request pass if nothing is in its way.
    mutating func admitAtOnce(_ ask: RateAsk, at now: Moment) -> Taken? {
        let keys = self.keys(of: ask, at: now)
        return self.obstacles(to: ask, keys, at: now).isEmpty ? self.take(ask, keys, at: now) : nil
    }

    mutating func enter(_ ask: RateAsk, ticket: UInt64, at now: Moment) -> Entry {
        let keys = self.keys(of: ask, at: now)
        let obstacles = self.obstacles(to: ask, keys, at: now)
        guard let worst = obstacles.max(by: Obstacle.isShorter) else {
            return .admitted(self.take(ask, keys, at: now))
        }
        let patience = obstacles.map { self.policies[$0.limit.key.policy].maxWait }.min() ?? .zero
        guard patience > .zero, obstacles.allSatisfy({ $0.isOver(within: patience) }) else {
            return .refused(self.exceeded(worst, at: now))
        }
        var leaving: (ticket: UInt64, reason: RateExceeded)?
        if self.waiting >= self.maxWaiting {
            guard let other = self.lines.makeRoom(for: ask.tenant), let reason = self.turnAway(other, at: now) else {
                return .refused(self.exceeded(worst, at: now))
            }
            leaving = (other, reason)
        }
        for key in keys { self.entries[key]?.waiting += 1 }
        self.lines.append(
            ticket,
            RateLines.Waiter(ask: ask, keys: keys, until: now + patience, limit: worst.limit, cost: worst.cost))
        // It may be its turn before that of those who came before.
        self.lines.look(at: worst.limit, now)
        return .waits(insteadOf: leaving)
    }

    /// Lets those pass whose turn has come, and refuses those who have waited for as long as they may.
    mutating func serve(at now: Moment) -> Served {
        var served = Served()
        while true {
            if let limit = self.lines.due(at: now) {
                self.serve(limit, at: now, &served)
            } else if let ticket = self.lines.overdue(at: now), let reason = self.turnAway(ticket, at: now) {
                served.refused.append((ticket, reason))
            } else {
                break
            }
        }
        served.next = self.next
        return served
    }

    /// Lets those in the line of one limit pass until it is in the way of whoever is next.
    private mutating func serve(_ limit: Limit, at now: Moment, _ served: inout Served) {
        while let (ticket, waiter) = self.lines.next(at: limit) {
            var waiter = waiter
            if !waiter.passed.contains(limit) { waiter.passed.append(limit) }
            // Where it had its turn only what is taken counts. So it goes back to such a line only if that limit is in its
            // way, which it stays at this moment: everybody moves but so often.
            let obstacles = self.obstacles(to: waiter.ask, waiter.keys, passed: waiter.passed, at: now)
            if let own = obstacles.first(where: { $0.limit == limit }) {
                if case .known(let wait) = own.wait { return self.lines.look(at: limit, now + wait) }
                // Whoever holds a place says when it is free.
                return self.lines.look(at: limit, nil)
            }
            if let worst = obstacles.max(by: Obstacle.isShorter) {
                (waiter.limit, waiter.cost) = (worst.limit, worst.cost)
                self.lines.move(ticket, to: waiter)
                self.lines.look(at: worst.limit, now)
                continue
            }
            _ = self.lines.remove(ticket, isTurn: true)
            for key in waiter.keys { self.entries[key]?.waiting -= 1 }
            served.admitted.append((ticket, self.take(waiter.ask, waiter.keys, at: now)))
        }
    }

    /// Takes one who waits out of the line.
    ///
    /// - Returns: False when it doesn't wait: then it was admitted or refused.
    mutating func abandon(_ ticket: UInt64, at now: Moment) -> Bool { self.remove(ticket, at: now) != nil }

    private mutating func remove(_ ticket: UInt64, at now: Moment) -> RateLines.Waiter? {
        guard let waiter = self.lines.remove(ticket) else { return nil }
        for key in waiter.keys { self.entries[key]?.waiting -= 1 }
        // Whoever stood behind it may pass.
        self.lines.look(at: waiter.limit, now)
        return waiter
    }

    private mutating func turnAway(_ ticket: UInt64, at now: Moment) -> RateExceeded? {
        self.remove(ticket, at: now).map { waiter in
            let wait = self.entries[waiter.limit.key]?.wait(
                for: waiter.cost, of: waiter.limit.dimension, behind: 0, at: now)
            return self.exceeded(Obstacle(limit: waiter.limit, cost: waiter.cost, wait: wait ?? .zero), at: now)
        }
    }

    /// A request has ended.
    ///
    /// - Parameter used: Tokens; nil where nobody knows, so that the estimate counts.
    mutating func leave(_ taken: Taken, used: Int?, at now: Moment) {
        for key in taken.keys {
            self.entries[key]?.leave(estimated: taken.ask.tokens, used: used ?? taken.ask.tokens, at: now)
            self.lookAtLines(of: key, at: now)
        }
    }

    /// A request comes to nothing, for another reason than what is counted here.
    mutating func takeBack(_ taken: Taken, at now: Moment) {
        for key in taken.keys {
            let beganSession = taken.begun.contains(key)
            self.entries[key]?.takeBack(taken.ask, beganSession: beganSession, at: now)
            if beganSession, let session = self.session(of: taken.ask, for: key) { self.sessions.forget(session) }
            self.lookAtLines(of: key, at: now)
        }
    }

    /// Something is there again: whoever is next may pass.
    private mutating func lookAtLines(of key: Key, at now: Moment) {
        guard let entry = self.entries[key], entry.waiting > 0 else { return }
        for dimension in RateEntry.dimensions { self.lines.look(at: Limit(key: key, dimension: dimension), now) }
    }

    /// How much is left to those whom a request counts for.
    func standings(of taken: Taken, at now: Moment) -> [RateStanding] {
        taken.keys.flatMap { key in
            self.entries[key]?.standings(of: self.policies[key.policy].name, at: now) ?? []
        }
    }

    /// What one of them has taken of each limit of which it has taken anything.
    func counts(of key: Key, at now: Moment) -> [RateCount] {
        let policy = self.policies[key.policy]
        let standings = self.entries[key]?.standings(of: policy.name, at: now) ?? []
        return standings.filter { $0.taken > 0 }.map {
            RateCount(scope: policy.scope, tenant: key.tenant, name: key.name, standing: $0)
        }
    }

    // MARK: One request

    /// Those whom it counts for, each with an entry.
    private mutating func keys(of ask: RateAsk, at now: Moment) -> [Key] {
        var keys: [Key] = []
        for (index, policy) in self.policies.enumerated() where policy.limitsRequests {
            guard let subject = ask.subject(of: policy.scope) else { continue }
            var key = Key(policy: index, tenant: subject.tenant, name: subject.name)
            if self.entries[key] == nil {
                if self.entries.count >= self.maxSubjects { self.sweep(sparing: keys, at: now) }
                // Who finds no room is counted together with all others who find none: nobody who is limited is forgotten
                // for them, and they aren't let pass uncounted.
                if self.entries.count >= self.maxSubjects { key = Key(policy: index, tenant: "", name: "") }
                if self.entries[key] == nil {
                    self.entries[key] = RateEntry(policy, at: now)
                    self.keys.append(key)
                }
            }
            keys.append(key)
        }
        return keys
    }

    /// Forgets those of whom nothing is taken, among a few.
    ///
    /// - Parameter used: Those who are about to take something.
    private mutating func sweep(sparing used: [Key], at now: Moment) {
        for _ in 0..<min(Self.sweepSlice, self.keys.count) {
            if self.sweepStart >= self.keys.count { self.sweepStart = 0 }
            let key = self.keys[self.sweepStart]
            guard self.entries[key]?.isFull(at: now) ?? true, !used.contains(key) else {
                self.sweepStart += 1
                continue
            }
            self.entries[key] = nil
            self.keys.swapAt(self.sweepStart, self.keys.count - 1)
            self.keys.removeLast()
        }
    }

    private mutating func take(_ ask: RateAsk, _ keys: [Key], at now: Moment) -> Taken {
        var begun: Set<Key> = []
        for key in keys {
            let session = self.session(of: ask, for: key)
            let beginsSession = self.begins(session, ask, at: now)
            self.entries[key]?.take(ask, beginsSession: beginsSession, at: now)
            if beginsSession { begun.insert(key) }
            if let session, let limit = self.policies[key.policy].sessions {
                self.sessions.hear(session, until: now + limit.period, at: now)
            }
        }
        return Taken(keys: keys, ask: ask, begun: begun)
    }

    /// The conversation that a policy counts a request for; nil for none, and where none are counted.
    private func session(of ask: RateAsk, for key: Key) -> RateSessions.ID? {
        let policy = self.policies[key.policy]
        // Those for whom there was no room have a key in common, and yet conversations of their own.
        guard policy.sessions != nil, let name = ask.session, let subject = ask.subject(of: policy.scope) else {
            return nil
        }
        return RateSessions.ID(
            name, of: ask.tenant,
            countedFor: Key(policy: key.policy, tenant: subject.tenant, name: subject.name))
    }

    private func begins(_ session: RateSessions.ID?, _ ask: RateAsk, at now: Moment) -> Bool {
        session.map { !self.sessions.contains($0, at: now) } ?? (ask.session == nil && ask.isOwnSession)
    }

    /// What is in the way of a request.
    ///
    /// - Parameter passed: Where those who wait come first no more.
    private func obstacles(
        to ask: RateAsk, _ keys: [Key], passed: [Limit] = [], at now: Moment
    ) -> [Obstacle] {
        var obstacles: [Obstacle] = []
        for key in keys {
            guard let entry = self.entries[key] else { continue }
            let beginsSession = self.begins(self.session(of: ask, for: key), ask, at: now)
            for dimension in RateEntry.dimensions {
                guard let cost = entry.cost(of: dimension, for: ask, beginsSession: beginsSession) else { continue }
                let limit = Limit(key: key, dimension: dimension)
                let isBehind = entry.waiting > 0 && !passed.contains(limit)
                let ahead = isBehind ? self.lines.ahead(of: ask.tenant, at: limit) : nil
                let wait = entry.wait(for: cost, of: dimension, behind: ahead ?? 0, at: now)
                if wait == .zero, ahead == nil { continue }
                obstacles.append(Obstacle(limit: limit, cost: cost, wait: wait))
            }
        }
        return obstacles
    }

    private func exceeded(_ obstacle: Obstacle, at now: Moment) -> RateExceeded {
        let (key, dimension) = (obstacle.limit.key, obstacle.limit.dimension)
        let policy = self.policies[key.policy]
        let standings = self.entries[key]?.standings(of: policy.name, at: now) ?? []
        guard let standing = standings.first(where: { $0.dimension == dimension }) else {
            preconditionFailure("\(policy.name) has no limit of \(dimension), and yet one is in the way.")
        }
        return RateExceeded(
            standing: standing, scope: policy.scope, subject: key.name, cost: obstacle.cost,
            retryAfter: obstacle.retryAfter)
    }
}
