import BelayCore

/// When an execution that a node can't drive is tried again: after 30 s, then after as long as the node has known of it, at
/// most every five minutes. A node that can drive it may come, but not for ever.
struct Patience {
    private static let shortest = Duration.seconds(30)
    static let longest = Duration.seconds(300)

    /// How long a node tries an execution before it gives it up.
    var limit: Duration

    /// - Returns: Nil when the patience is at its end.
    func nextTry(since first: Timestamp, now: Timestamp) -> Timestamp? {
        let waited = first.duration(to: now)
        guard waited < self.limit else { return nil }
        let pause = min(max(waited, Self.shortest), Self.longest)
        // A timestamp has whole milliseconds, and the last try must find the patience at its end.
        return now.advanced(by: min(pause, max(self.limit - waited, .milliseconds(1))))
    }
}
