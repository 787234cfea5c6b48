/// How outcomes are kept. Every bound is one of memory or of work.
public struct OutcomeOptions: Sendable, Hashable {
    /// Outcomes that are remembered in the process, to be judged and asked for. At least 1; default 4,096.
    public var maxRemembered: Int
    /// Outcomes that may wait to be written to a store. Further ones are given up, and counted. Default 10,000.
    public var maxWaiting: Int
    /// Answers that may wait for a model or a tool to judge them. Further ones stay without a judgement. Default 1,000.
    public var maxUnjudged: Int
    /// Between two writes, and between two looks at what other nodes wrote. Default 250 ms.
    public var interval: Duration
    /// Outcomes of other nodes that are read at each look. Default 1,000.
    public var maxRead: Int
    /// Outcomes that a route that learns begins with: the newest of the store. At most 10,000, the default.
    public var maxWarm: Int
    /// After this time a store forgets. Default 30 days.
    public var retention: Duration

    public init(
        maxRemembered: Int = 4_096, maxWaiting: Int = 10_000, maxUnjudged: Int = 1_000,
        interval: Duration = .milliseconds(250), maxRead: Int = 1_000, maxWarm: Int = 10_000,
        retention: Duration = .seconds(30 * 86_400)
    ) {
        self.maxRemembered = maxRemembered
        self.maxWaiting = maxWaiting
        self.maxUnjudged = maxUnjudged
        self.interval = interval
        self.maxRead = maxRead
        self.maxWarm = maxWarm
        self.retention = retention
    }
}
