import BelayResilience

/// What is said of an operation that fails, and how often: at once, then once a minute with a count, and once when it is
/// over. What comes and goes has no more lines than what stays. Owns no clock.
struct StoreOutage: Sendable {
    enum Line: Sendable, Equatable {
        case began
        /// Tries that failed since the last line.
        case lasts(failures: Int)
        /// All tries that failed.
        case over(failures: Int)
    }

    /// Between two lines that say it fails.
    static let interval = Duration.seconds(60)

    /// Since when nothing worked; nil when the last try did.
    private(set) var since: Moment?
    /// Why the last try failed.
    private(set) var reason = ""
    private var lastLine: Moment?
    /// Whether there was a line about this outage.
    private var isSaid = false
    private var unsaid = 0
    private var failures = 0

    mutating func failed(_ reason: String, at now: Moment) -> Line? {
        self.reason = reason
        self.since = self.since ?? now
        self.failures += 1
        self.unsaid += 1
        if let last = self.lastLine, last.duration(to: now) < Self.interval { return nil }
        defer { (self.lastLine, self.unsaid, self.isSaid) = (now, 0, true) }
        return self.isSaid ? .lasts(failures: self.unsaid) : .began
    }

    mutating func worked() -> Line? {
        guard self.since != nil else { return nil }
        defer { (self.since, self.isSaid, self.unsaid, self.failures) = (nil, false, 0, 0) }
        return self.isSaid ? .over(failures: self.failures) : nil
    }
}
