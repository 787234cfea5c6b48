/// How long an execution was worked on: the time on record, plus the time since a node took it up.
///
/// Waiting for people, pauses, and the time a crashed node was away count for nothing.
struct WorkTime: Sendable, Hashable {
    /// From events: what model calls and tools took.
    private var recorded = Duration.zero
    private var before = Duration.zero
    private var since: Timestamp?

    mutating func record(milliseconds: Int64) { self.recorded += .milliseconds(milliseconds) }

    mutating func resume(at now: Timestamp) {
        self.before = self.recorded
        self.since = now
    }

    func spent(at now: Timestamp) -> Duration {
        guard let since else { return self.recorded }
        return self.before + since.duration(to: now)
    }
}
