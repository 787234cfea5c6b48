import BelayResilience

/// Lets the same line into the log once in a while, and counts what it holds back. Owns no clock.
///
/// Bounded by the keys that it is asked about, which are names of the configuration and kinds of failures.
struct RepeatLimit: Sendable {
    /// How long a key is held back after a line.
    private let interval: Duration
    private var lines: [String: (at: Moment, held: Int)] = [:]

    init(interval: Duration) { self.interval = interval }

    /// - Returns: How many lines of this key were held back since the last one; nil when this one is held back too.
    mutating func admit(_ key: String, at now: Moment) -> Int? {
        if let last = self.lines[key], now < last.at + self.interval {
            self.lines[key] = (last.at, last.held + 1)
            return nil
        }
        defer { self.lines[key] = (now, 0) }
        return self.lines[key]?.held ?? 0
    }
}
