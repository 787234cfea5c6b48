extension Configuration {
    /// How this node works.
    public struct Runtime: Sendable, Hashable {
        /// Executions driven at once. 1 to 10,000; default 64.
        public var concurrency: Int
        /// How long an execution stays with a node that says nothing more. 1 s to 10 min; default 10 s.
        public var lease: Duration
        /// How often the store is asked for work of other processes. 10 ms to 1 min; default 500 ms.
        public var pollInterval: Duration
        /// How long running steps may go on when the process is asked to stop. 1 ms to 1 h; default 20 s.
        public var drain: Duration
        /// Tool calls of one step that run at once. 1 to 1,000; default 16.
        public var parallelTools: Int

        public init(
            concurrency: Int = 64, lease: Duration = .seconds(10), pollInterval: Duration = .milliseconds(500),
            drain: Duration = .seconds(20), parallelTools: Int = 16
        ) {
            self.concurrency = concurrency
            self.lease = lease
            self.pollInterval = pollInterval
            self.drain = drain
            self.parallelTools = parallelTools
        }

        static let section = Section<Runtime>(
            "How this node works.", make: { Runtime() },
            keys: [
                Key("concurrency", \.concurrency, .integer(1...10_000), "Executions that this node drives at once."),
                Key(
                    "lease", \.lease, .duration(.seconds(1)...(.seconds(600))),
                    "How long an execution stays with a node that has died before another takes it over."),
                Key(
                    "poll_interval", \.pollInterval, .duration(.milliseconds(10)...(.seconds(60))),
                    "How often the store is asked for what other processes wrote."),
                Key(
                    "drain", \.drain, .duration(.milliseconds(1)...(.seconds(3_600))),
                    "How long model calls and tools that are under way may go on when the process is asked to stop. "
                        + "Whoever stops it, such as systemd or Kubernetes, has to wait for longer."),
                Key("parallel_tools", \.parallelTools, .integer(1...1_000), "Tool calls of one step that run at once."),
            ])
    }
}
