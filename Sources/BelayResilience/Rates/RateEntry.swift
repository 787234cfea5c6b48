/// What one of those whom a policy counts has taken. Owns no clock.
struct RateEntry: Sendable {
    /// How long a request has to wait for what it takes.
    enum Wait: Sendable, Hashable {
        case zero
        case known(Duration)
        /// Until a request ends that runs; nobody knows when.
        case unknown
        /// It takes more than is ever there.
        case never
    }

    /// What requests are held to.
    static let dimensions: [RatePolicy.Dimension] = [.requests, .tokens, .sessions, .concurrent]

    private var requests: TokenBucket?
    private var tokens: TokenBucket?
    private var sessions: TokenBucket?
    private let concurrent: Int?
    private(set) var running = 0
    /// Requests that count here, and wait for this or for something else.
    var waiting = 0

    init(_ policy: RatePolicy, at now: Moment) {
        self.requests = policy.requests.map { TokenBucket(limit: $0, at: now) }
        self.tokens = policy.tokens.map { TokenBucket(limit: $0, at: now) }
        self.sessions = policy.sessions.map { TokenBucket(limit: $0, at: now) }
        self.concurrent = policy.concurrent
    }

    /// What a request takes of a limit; nil where it is none.
    func cost(of dimension: RatePolicy.Dimension, for ask: RateAsk, beginsSession: Bool) -> Int? {
        switch dimension {
        case .requests: self.requests.map { _ in 1 }
        case .tokens: self.tokens.map { _ in ask.tokens }
        case .sessions: beginsSession ? self.sessions.map { _ in 1 } : nil
        case .concurrent: self.concurrent.map { _ in 1 }
        case .executions: nil
        }
    }

    /// - Parameter ahead: What others take who come first.
    func wait(for cost: Int, of dimension: RatePolicy.Dimension, behind ahead: Int, at now: Moment) -> Wait {
        switch dimension {
        case .requests: return Self.wait(for: cost, of: self.requests, behind: ahead, at: now)
        case .tokens: return Self.wait(for: cost, of: self.tokens, behind: ahead, at: now)
        case .sessions: return Self.wait(for: cost, of: self.sessions, behind: ahead, at: now)
        case .concurrent: return self.concurrent.map { self.running + ahead >= $0 } ?? false ? .unknown : .zero
        case .executions: return .zero
        }
    }

    private static func wait(for cost: Int, of bucket: TokenBucket?, behind ahead: Int, at now: Moment) -> Wait {
        guard let bucket else { return .zero }
        guard cost <= bucket.limit.burst else { return .never }
        let wait = bucket.wait(for: ahead + cost, at: now)
        return wait > .zero ? .known(wait) : .zero
    }

    mutating func take(_ ask: RateAsk, beginsSession: Bool, at now: Moment) {
        self.requests?.take(1, at: now)
        self.tokens?.take(ask.tokens, at: now)
        if beginsSession { self.sessions?.take(1, at: now) }
        self.running += 1
    }

    /// A request comes to nothing, and shall be as if it had never been.
    mutating func takeBack(_ ask: RateAsk, beganSession: Bool, at now: Moment) {
        self.leave(estimated: ask.tokens, used: 0, at: now)
        self.requests?.adjust(by: -1, at: now)
        if beganSession { self.sessions?.adjust(by: -1, at: now) }
    }

    /// A request has ended that took `estimated` tokens, and used `used` of them, or more.
    mutating func leave(estimated: Int, used: Int, at now: Moment) {
        precondition(self.running > 0, "A request ended that never began.")
        self.running -= 1
        self.tokens?.adjust(by: used - estimated, at: now)
    }

    /// Whether it is as if it had never been: then it can be forgotten.
    func isFull(at now: Moment) -> Bool {
        self.running == 0 && self.waiting == 0
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
                    taken: bucket.limit.burst - bucket.available(at: now), capacity: bucket.limit.burst,
                    full: bucket.wait(for: bucket.limit.burst, at: now)))
        }
        if let concurrent {
            standings.append(
                RateStanding(policy: policy, dimension: .concurrent, underWay: self.running, limit: concurrent))
        }
        return standings
    }
}
