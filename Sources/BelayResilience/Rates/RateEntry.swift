/// What one of those whom a policy counts has taken. Owns no clock.
struct RateEntry: Sendable {
    /// Conversations that are remembered as begun; the one that was heard of longest ago is forgotten first, and begins
    /// anew when it is heard of again.
    static let mostSessions = 1_000

    private var requests: TokenBucket?
    private var tokens: TokenBucket?
    private var sessions: TokenBucket?
    private let concurrent: Int?
    private(set) var running = 0
    /// When each was heard of last.
    private var known: [String: Moment] = [:]

    init(_ policy: RatePolicy, at now: Moment) {
        self.requests = policy.requests.map { TokenBucket(limit: $0, at: now) }
        self.tokens = policy.tokens.map { TokenBucket(limit: $0, at: now) }
        self.sessions = policy.sessions.map { TokenBucket(limit: $0, at: now) }
        self.concurrent = policy.concurrent
    }

    /// What is in the way of a request.
    struct Obstacle {
        var dimension: RatePolicy.Dimension
        var cost: Int
        /// Nil for what never fits; for a place among those that run it isn't known, and this is a guess.
        var wait: Duration?
    }

    /// Nobody knows when a request that runs ends.
    static let guess = Duration.seconds(1)

    /// The limit that is in the way for longest; nil when the request fits.
    func obstacle(to ask: RateAsk, at now: Moment) -> Obstacle? {
        var worst: Obstacle?
        if let concurrent, self.running >= concurrent {
            worst = Obstacle(dimension: .concurrent, cost: 1, wait: Self.guess)
        }
        self.consider(.requests, self.requests, cost: 1, at: now, &worst)
        self.consider(.tokens, self.tokens, cost: ask.tokens, at: now, &worst)
        if self.beginsSession(ask, at: now) { self.consider(.sessions, self.sessions, cost: 1, at: now, &worst) }
        return worst
    }

    private func consider(
        _ dimension: RatePolicy.Dimension, _ bucket: TokenBucket?, cost: Int, at now: Moment, _ worst: inout Obstacle?
    ) {
        guard let bucket else { return }
        if cost > bucket.limit.burst {
            worst = Obstacle(dimension: dimension, cost: cost, wait: nil)
            return
        }
        let wait = bucket.wait(for: cost, at: now)
        guard wait > .zero else { return }
        // What never fits stays in the way.
        if let worst, worst.wait.map({ $0 >= wait }) ?? true { return }
        worst = Obstacle(dimension: dimension, cost: cost, wait: wait)
    }

    private func beginsSession(_ ask: RateAsk, at now: Moment) -> Bool {
        guard let limit = self.sessions?.limit else { return false }
        guard let session = ask.session else { return ask.isOwnSession }
        return self.known[session].map { $0.duration(to: now) >= limit.period } ?? true
    }

    mutating func take(_ ask: RateAsk, at now: Moment) {
        self.requests?.take(1, at: now)
        self.tokens?.take(ask.tokens, at: now)
        if self.beginsSession(ask, at: now) { self.sessions?.take(1, at: now) }
        if self.sessions != nil, let session = ask.session {
            if self.known.count >= Self.mostSessions, self.known[session] == nil {
                self.known = self.known.filter { self.isRecent($0.value, at: now) }
                if self.known.count >= Self.mostSessions, let oldest = self.known.min(by: { $0.value < $1.value }) {
                    self.known[oldest.key] = nil
                }
            }
            self.known[session] = now
        }
        self.running += 1
    }

    private func isRecent(_ moment: Moment, at now: Moment) -> Bool {
        self.sessions.map { moment.duration(to: now) < $0.limit.period } ?? false
    }

    /// A request has ended that took `estimated` tokens, and used `used` of them, or more.
    mutating func leave(estimated: Int, used: Int, at now: Moment) {
        precondition(self.running > 0, "A request ended that never began.")
        self.running -= 1
        self.tokens?.adjust(by: used - estimated, at: now)
    }

    /// Whether it is as if it had never been: then it can be forgotten.
    func isFull(at now: Moment) -> Bool {
        self.running == 0 && !self.known.values.contains { self.isRecent($0, at: now) }
            && [self.requests, self.tokens, self.sessions].allSatisfy { bucket in
                bucket.map { $0.wait(for: $0.limit.burst, at: now) == .zero } ?? true
            }
    }

    func standings(of policy: String, at now: Moment) -> [RateStanding] {
        var standings: [RateStanding] = []
        for (dimension, bucket) in [
            (RatePolicy.Dimension.requests, self.requests), (.tokens, self.tokens), (.sessions, self.sessions),
        ] {
            guard let bucket else { continue }
            standings.append(
                RateStanding(
                    policy: policy, dimension: dimension, limit: bucket.limit.amount, period: bucket.limit.period,
                    remaining: max(0, bucket.available(at: now)), full: bucket.wait(for: bucket.limit.burst, at: now)))
        }
        if let concurrent {
            standings.append(
                RateStanding(
                    policy: policy, dimension: .concurrent, limit: concurrent, period: nil,
                    remaining: max(0, concurrent - self.running), full: .zero))
        }
        return standings
    }
}
