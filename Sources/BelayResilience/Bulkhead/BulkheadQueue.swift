/// Decides who of many may run, who waits and who is turned away. Owns no clock, no lock and no task.
///
/// Strictly first come, first served: a place that becomes free goes to whoever has waited longest, and nobody runs
/// past those who wait.
public struct BulkheadQueue: Sendable {
    public enum Entry: Sendable, Hashable {
        case run
        case wait
        /// Turned away. `retryAfter` is about when those who wait now will have started.
        case full(retryAfter: Duration)
    }

    /// How many may run at the same time. After it was lowered more than these may run for a while.
    public private(set) var limit: Int
    /// How many may wait at the same time.
    public let maxWaiting: Int
    public private(set) var running = 0
    /// Tickets in the order in which they came.
    public private(set) var waiting: [UInt64] = []
    /// How long a place is held, as a moving average; a guess until the first has left.
    private(set) var typicalHold = Duration.seconds(1)

    public init(limit: Int, maxWaiting: Int) {
        precondition(limit >= 1, "A limit of \(limit) lets nothing run; make it 1 or more.")
        precondition(maxWaiting >= 0, "maxWaiting is \(maxWaiting); make it 0 or more.")
        self.limit = limit
        self.maxWaiting = maxWaiting
    }

    /// - Parameter ticket: Names the one who enters; unique among those inside.
    public mutating func enter(_ ticket: UInt64) -> Entry {
        if self.running < self.limit {
            self.running += 1
            return .run
        }
        guard self.waiting.count < self.maxWaiting else { return .full(retryAfter: self.suggestedWait) }
        self.waiting.append(ticket)
        return .wait
    }

    /// Takes note that one who ran has left.
    ///
    /// - Parameter hold: How long it ran.
    /// - Returns: Who runs in its place; nil when no one waits, or when more than the limit still run.
    public mutating func leave(after hold: Duration) -> UInt64? {
        precondition(self.running > 0, "Someone left who never ran.")
        self.typicalHold = self.typicalHold * 0.8 + hold * 0.2
        guard !self.waiting.isEmpty, self.running <= self.limit else {
            self.running -= 1
            return nil
        }
        return self.waiting.removeFirst()
    }

    /// Takes another limit. Nobody who runs is stopped.
    ///
    /// - Parameter limit: At least 1.
    /// - Returns: Those who waited and run now, in the order in which they came.
    public mutating func resize(to limit: Int) -> [UInt64] {
        precondition(limit >= 1, "A limit of \(limit) lets nothing run; make it 1 or more.")
        self.limit = limit
        let started = Array(self.waiting.prefix(max(0, limit - self.running)))
        self.waiting.removeFirst(started.count)
        self.running += started.count
        return started
    }

    /// Takes one who waits out of the queue.
    ///
    /// - Returns: False when it does not wait: then it runs, has left, or was never there.
    public mutating func abandon(_ ticket: UInt64) -> Bool {
        guard let index = self.waiting.firstIndex(of: ticket) else { return false }
        self.waiting.remove(at: index)
        return true
    }

    /// Between 1 s and 60 s, so that a caller neither spins nor goes away for good.
    private var suggestedWait: Duration {
        let turns = Double(self.waiting.count + 1) / Double(self.limit)
        return min(.seconds(60), max(.seconds(1), self.typicalHold * turns))
    }
}
