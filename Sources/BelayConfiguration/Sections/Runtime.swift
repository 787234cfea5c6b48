extension Configuration {
    /// How this node works.
    public struct Runtime: Sendable, Hashable {
        /// Executions driven at once. 1 to 10,000; default 64.
        public var concurrency: Int
        /// How long an execution stays with a node that says nothing more. 1 s to 10 min; default 10 s.
        public var lease: Duration

        public init(concurrency: Int = 64, lease: Duration = .seconds(10)) {
            self.concurrency = concurrency
            self.lease = lease
        }

        static let section = Section<Runtime>(
            "How this node works.", make: { Runtime() },
            keys: [
                Key("concurrency", \.concurrency, .integer(1...10_000), "Executions that this node drives at once."),
                Key(
                    "lease", \.lease, .duration(.seconds(1)...(.seconds(600))),
                    "How long an execution stays with a node that has died before another takes it over."),
            ])
    }
}
