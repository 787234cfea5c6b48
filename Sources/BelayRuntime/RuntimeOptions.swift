import BelayCore

/// How a runtime works. All durations are positive.
public struct RuntimeOptions: Sendable {
    /// Executions that this node drives at once. 1 to 100,000; default 64.
    public var concurrency: Int
    /// How long a node that died keeps others from its executions. Renewed at a third. Default 10 s.
    public var lease: Duration
    /// How often the store is asked for work that came from another process. Default 500 ms.
    public var pollInterval: Duration
    /// How long running model calls and tools may go on when the process is asked to stop. Default 20 s.
    public var drain: Duration
    /// Tool calls of one step that run at once. Default 16.
    public var parallelTools: Int
    /// UTF-8 bytes of a task. Default 256 KiB.
    public var maxTaskBytes: Int
    /// How long a process goes on trying an execution whose agent it doesn't know, or whose journal's format it can't
    /// read, before the execution fails; counted from its first try, so what lay still is not given up. Default 24 h.
    public var patience: Duration
    /// Whether model calls are streamed although nobody watches yet: an observer who comes in the middle of a call then
    /// gets the text so far. Default false: a call is streamed when somebody watches at its beginning. `belay serve`
    /// streams always.
    public var streamsAlways: Bool

    public init(
        concurrency: Int = 64, lease: Duration = .seconds(10), pollInterval: Duration = .milliseconds(500),
        drain: Duration = .seconds(20), parallelTools: Int = 16, maxTaskBytes: Int = 256 * 1_024,
        patience: Duration = .seconds(86_400), streamsAlways: Bool = false
    ) {
        self.concurrency = concurrency
        self.lease = lease
        self.pollInterval = pollInterval
        self.drain = drain
        self.parallelTools = parallelTools
        self.maxTaskBytes = maxTaskBytes
        self.patience = patience
        self.streamsAlways = streamsAlways
    }
}
