/// Decides who of many may run, who waits and who is turned away. Owns no clock, no lock and no task.
///
/// A place that becomes free goes to the tenant that has fewest running, of those with as many to the one whose turn it is
/// (``TurnQueue``), and of a tenant to whoever has waited longest. Nobody runs past those who wait. A tenant that fills the
/// queue keeps nobody out: its newest gives way to one of a tenant with fewer waiting.
public struct BulkheadQueue: Sendable {
    public enum Entry: Sendable, Hashable {
        case run
        /// - `insteadOf`: Who has to leave the queue for it, turned away; nil when there was room.
        case wait(insteadOf: UInt64?)
        /// Turned away. `retryAfter` is about when those who wait now will have started.
        case full(retryAfter: Duration)
    }

    /// How many may run at the same time. After it was lowered more than these may run for a while.
    public private(set) var limit: Int
    /// How many may wait at the same time.
    public let maxWaiting: Int
    public private(set) var running = 0
    private var turns = TurnQueue()
    /// How long a place is held, as a moving average; a guess until the first has left.
    private(set) var typicalHold = Duration.seconds(1)

    public init(limit: Int, maxWaiting: Int) {
        precondition(limit >= 1, "A limit of \(limit) lets nothing run; make it 1 or more.")
        precondition(maxWaiting >= 0, "maxWaiting is \(maxWaiting); make it 0 or more.")
        self.limit = limit
        self.maxWaiting = maxWaiting
    }

    /// How many wait.
    public var waiting: Int { self.turns.count }

    /// - Parameters:
    ///   - ticket: Names the one who enters; unique among those inside.
    ///   - tenant: On whose behalf it enters.
    public mutating func enter(_ ticket: UInt64, of tenant: String = "") -> Entry {
        if self.running < self.limit {
            self.run(tenant)
            return .run
        }
        var leaving: UInt64?
        if self.waiting >= self.maxWaiting {
            leaving = self.turns.makeRoom(for: tenant)
            if leaving == nil { return .full(retryAfter: self.suggestedWait) }
        }
        self.turns.append(ticket, of: tenant)
        return .wait(insteadOf: leaving)
    }

    /// Takes note that one who ran has left.
    ///
    /// - Parameters:
    ///   - hold: How long it ran.
    ///   - tenant: As it entered.
    /// - Returns: Who runs in its place; nil when no one waits, or when more than the limit still run.
    public mutating func leave(after hold: Duration, of tenant: String = "") -> UInt64? {
        precondition(self.running > 0, "Someone left who never ran.")
        self.typicalHold = self.typicalHold * 0.8 + hold * 0.2
        self.running -= 1
        self.turns.hold(-1, by: tenant)
        return self.start()
    }

    /// Takes another limit. Nobody who runs is stopped.
    ///
    /// - Parameter limit: At least 1.
    /// - Returns: Those who waited and run now, in the order of their turns.
    public mutating func resize(to limit: Int) -> [UInt64] {
        precondition(limit >= 1, "A limit of \(limit) lets nothing run; make it 1 or more.")
        self.limit = limit
        var started: [UInt64] = []
        while let ticket = self.start() { started.append(ticket) }
        return started
    }

    /// Takes one who waits out of the queue.
    ///
    /// - Returns: False when it does not wait: then it runs, has left, or was never there.
    public mutating func abandon(_ ticket: UInt64) -> Bool { self.turns.remove(ticket) }

    /// About how many that wait run before one of `tenant` that comes now.
    public func ahead(of tenant: String) -> Int { self.turns.ahead(of: tenant) }

    /// Lets whoever's turn it is run, if there is room.
    private mutating func start() -> UInt64? {
        guard self.running < self.limit, let next = self.turns.removeNext() else { return nil }
        self.run(next.tenant)
        return next.ticket
    }

    private mutating func run(_ tenant: String) {
        self.running += 1
        self.turns.hold(1, by: tenant)
    }

    /// About when those who wait now will have started. Between 1 s and 60 s, so that a caller neither spins nor goes away
    /// for good.
    public var suggestedWait: Duration {
        let turns = Double(self.waiting + 1) / Double(self.limit)
        return min(.seconds(60), max(.seconds(1), self.typicalHold * turns))
    }
}
