/// How long an execution was worked on: the time on record, plus the time since a node took it up.
///
/// Waiting for people, pauses, and the time a crashed node was away count for nothing. The tools of one step run at
/// once, so that the longest counts.
struct WorkTime: Sendable, Hashable {
    /// From events: what model calls and tools took.
    private var recorded = Duration.zero
    /// The longest call of the step that is being carried out.
    private var longestTool = Duration.zero
    private var before = Duration.zero
    private var since: Timestamp?

    mutating func record(milliseconds: Int64) { self.recorded += .milliseconds(milliseconds) }

    mutating func record(toolMilliseconds: Int64) {
        self.longestTool = max(self.longestTool, .milliseconds(toolMilliseconds))
    }

    /// Every call of the step has its result.
    mutating func endStep() {
        self.recorded += self.longestTool
        self.longestTool = .zero
    }

    mutating func resume(at now: Timestamp) {
        self.before = self.recorded + self.longestTool
        self.since = now
    }

    func spent(at now: Timestamp) -> Duration {
        guard let since else { return self.recorded + self.longestTool }
        return self.before + since.duration(to: now)
    }
}
