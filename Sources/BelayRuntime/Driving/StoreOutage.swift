import BelayResilience

/// What a node that can't claim executions has to say about it, and how often: at once, then once a minute with a count,
/// and once when it is over. Owns no clock.
struct StoreOutage: Sendable {
    enum Line: Sendable, Equatable {
        case began
        /// Tries that failed since the last line.
        case lasts(failures: Int)
        /// All tries that failed.
        case over(failures: Int)
    }

    /// Between two lines about the same outage.
    static let interval = Duration.seconds(60)

    /// Since when nothing worked; nil when the last try did.
    private(set) var since: Moment?
    /// Why the last try failed.
    private(set) var reason = ""
    private var lastLine: Moment?
    private var unsaid = 0
    private var failures = 0

    mutating func failed(_ reason: String, at now: Moment) -> Line? {
        self.reason = reason
        self.failures += 1
        guard let last = self.lastLine, self.since != nil else {
            (self.since, self.lastLine) = (now, now)
            return .began
        }
        self.unsaid += 1
        guard last.duration(to: now) >= Self.interval else { return nil }
        defer { (self.lastLine, self.unsaid) = (now, 0) }
        return .lasts(failures: self.unsaid)
    }

    mutating func worked() -> Line? {
        guard self.since != nil else { return nil }
        defer { self = StoreOutage() }
        return .over(failures: self.failures)
    }
}
