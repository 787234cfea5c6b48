/// Decides which requests the rates let pass, who waits for a turn, and who is refused. Owns no clock, no lock and no task.
///
/// All limits that count a request are taken together or not at all. Those who wait are served in the order in which they
/// came: nobody takes what somebody waits for who came before, and nobody waits for what only others are limited by.
struct RateBook: Sendable {
    /// One of those whom a policy counts.
    struct Key: Sendable, Hashable {
        var policy: Int
        var tenant: String
        var name: String
    }

    /// What a request took.
    struct Taken: Sendable, Hashable {
        fileprivate(set) var keys: [Key]
        var tokens: Int
    }

    enum Entry: Sendable {
        case admitted(Taken)
        /// Its ticket is in line.
        case waits
        case refused(RateExceeded)
    }

    /// What became of those who waited.
    struct Served: Sendable {
        var admitted: [(ticket: UInt64, taken: Taken)] = []
        var refused: [(ticket: UInt64, reason: RateExceeded)] = []
        /// When to look again, if nothing happens before; nil when nobody waits.
        var next: Moment?
    }

    private struct Waiter: Sendable {
        var ticket: UInt64
        var ask: RateAsk
        var keys: [Key]
        var until: Moment
    }

    /// How often those that can be forgotten are looked for, when there is no room.
    private static let sweepPause = Duration.seconds(1)

    let policies: [RatePolicy]
    let maxSubjects: Int
    let maxWaiting: Int
    private var entries: [Key: RateEntry] = [:]
    private var line: [Waiter] = []
    private var sweptAt: Moment?

    init(policies: [RatePolicy], maxSubjects: Int, maxWaiting: Int) {
        self.policies = policies
        self.maxSubjects = maxSubjects
        self.maxWaiting = maxWaiting
    }

    var subjects: Int { self.entries.count }
    var waiting: Int { self.line.count }

    /// Lets a request pass if nothing is in its way.
    mutating func admitAtOnce(_ ask: RateAsk, at now: Moment) -> Taken? {
        let keys = self.keys(of: ask, at: now)
        if self.obstacle(to: ask, keys, behind: self.awaited(at: now), at: now) != nil { return nil }
        return self.take(ask, keys, at: now)
    }

    mutating func enter(_ ask: RateAsk, ticket: UInt64, at now: Moment) -> Entry {
        let keys = self.keys(of: ask, at: now)
        let awaited = self.awaited(at: now)
        guard let reason = self.obstacle(to: ask, keys, behind: awaited, at: now) else {
            return .admitted(self.take(ask, keys, at: now))
        }
        let inTheWay = keys.filter { self.obstacle(to: ask, [$0], behind: awaited, at: now) != nil }
        let patience = inTheWay.map { self.policies[$0.policy].maxWait }.min() ?? .zero
        guard patience > .zero, let wait = reason.retryAfter, wait <= patience, self.line.count < self.maxWaiting else {
            return .refused(reason)
        }
        self.line.append(Waiter(ticket: ticket, ask: ask, keys: keys, until: now + patience))
        return .waits
    }

    /// Lets those pass whose turn has come, and refuses those who have waited for as long as they may.
    mutating func serve(at now: Moment) -> Served {
        var served = Served()
        guard !self.line.isEmpty else { return served }
        var awaited: [Key: RateEntry] = [:]
        var rest: [Waiter] = []
        for waiter in self.line {
            guard let obstacle = self.obstacle(to: waiter.ask, waiter.keys, behind: awaited, at: now) else {
                served.admitted.append((waiter.ticket, self.take(waiter.ask, waiter.keys, at: now)))
                for key in waiter.keys { awaited[key]?.take(waiter.ask, at: now) }
                continue
            }
            if waiter.until <= now {
                served.refused.append((waiter.ticket, obstacle))
                continue
            }
            self.note(waiter, in: &awaited, at: now)
            rest.append(waiter)
            var look = waiter.until
            // Whoever holds a place says when it is free.
            if obstacle.standing.dimension != .concurrent, let wait = obstacle.retryAfter {
                look = min(look, now + wait)
            }
            served.next = min(served.next ?? look, look)
        }
        self.line = rest
        return served
    }

    /// Those for whom somebody waits, as they will be when all who wait have had their turn.
    private func awaited(at now: Moment) -> [Key: RateEntry] {
        var awaited: [Key: RateEntry] = [:]
        for waiter in self.line { self.note(waiter, in: &awaited, at: now) }
        return awaited
    }

    /// Only what is in its way makes others wait behind it.
    private func note(_ waiter: Waiter, in awaited: inout [Key: RateEntry], at now: Moment) {
        for key in waiter.keys {
            guard var entry = awaited[key] ?? self.entries[key], entry.obstacle(to: waiter.ask, at: now) != nil else {
                continue
            }
            entry.take(waiter.ask, at: now)
            awaited[key] = entry
        }
    }

    /// Takes one who waits out of the line.
    ///
    /// - Returns: False when it doesn't wait: then it was admitted or refused.
    mutating func abandon(_ ticket: UInt64) -> Bool {
        guard let index = self.line.firstIndex(where: { $0.ticket == ticket }) else { return false }
        self.line.remove(at: index)
        return true
    }

    /// A request has ended.
    ///
    /// - Parameter used: Tokens; nil where nobody knows, so that the estimate counts.
    mutating func leave(_ taken: Taken, used: Int?, at now: Moment) {
        for key in taken.keys {
            self.entries[key]?.leave(estimated: taken.tokens, used: used ?? taken.tokens, at: now)
        }
    }

    /// How much is left to those whom a request counts for.
    func standings(of taken: Taken, at now: Moment) -> [RateStanding] {
        taken.keys.flatMap { key in
            self.entries[key]?.standings(of: self.policies[key.policy].name, at: now) ?? []
        }
    }

    // MARK: One request

    /// Those whom it counts for, each with an entry.
    private mutating func keys(of ask: RateAsk, at now: Moment) -> [Key] {
        var keys: [Key] = []
        for (index, policy) in self.policies.enumerated() {
            guard let subject = ask.subject(of: policy.scope) else { continue }
            var key = Key(policy: index, tenant: subject.tenant, name: subject.name)
            if self.entries[key] == nil {
                if self.entries.count >= self.maxSubjects { self.sweep(at: now) }
                // Who finds no room is counted together with all others who find none: nobody who is limited is forgotten
                // for them, and they aren't let pass uncounted.
                if self.entries.count >= self.maxSubjects { key = Key(policy: index, tenant: "", name: "") }
                if self.entries[key] == nil { self.entries[key] = RateEntry(policy, at: now) }
            }
            keys.append(key)
        }
        return keys
    }

    private mutating func sweep(at now: Moment) {
        if let sweptAt, sweptAt.duration(to: now) < Self.sweepPause { return }
        self.sweptAt = now
        let awaited = Set(self.line.flatMap(\.keys))
        self.entries = self.entries.filter { !$0.value.isFull(at: now) || awaited.contains($0.key) }
    }

    private mutating func take(_ ask: RateAsk, _ keys: [Key], at now: Moment) -> Taken {
        for key in keys { self.entries[key]?.take(ask, at: now) }
        return Taken(keys: keys, tokens: ask.tokens)
    }

    /// The limit that is in the way for longest; nil when the request fits under all of them.
    ///
    /// - Parameter awaited: Where others come first.
    private func obstacle(
        to ask: RateAsk, _ keys: [Key], behind awaited: [Key: RateEntry], at now: Moment
    ) -> RateExceeded? {
        var worst: RateExceeded?
        for key in keys {
            guard let entry = awaited[key] ?? self.entries[key], let found = entry.obstacle(to: ask, at: now) else {
                continue
            }
            if let worst, !Self.isLonger(found.wait, than: worst.retryAfter) { continue }
            worst = self.exceeded(key, entry, found, at: now)
        }
        return worst
    }

    /// Nil is for ever.
    private static func isLonger(_ wait: Duration?, than other: Duration?) -> Bool {
        guard let other else { return false }
        return wait.map { $0 > other } ?? true
    }

    private func exceeded(
        _ key: Key, _ entry: RateEntry, _ found: RateEntry.Obstacle, at now: Moment
    ) -> RateExceeded {
        let policy = self.policies[key.policy]
        let standings = entry.standings(of: policy.name, at: now)
        guard let standing = standings.first(where: { $0.dimension == found.dimension }) else {
            preconditionFailure("\(policy.name) has no limit of \(found.dimension), and yet one is in the way.")
        }
        return RateExceeded(
            standing: standing, scope: policy.scope, subject: key.name, cost: found.cost, retryAfter: found.wait)
    }
}
