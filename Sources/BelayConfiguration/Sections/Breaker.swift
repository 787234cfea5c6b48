extension Configuration {
    /// When the circuit to a model opens and closes.
    public struct Breaker: Sendable, Hashable {
        /// Failures in a row that open it. 1 to 1,000; default 5.
        public var failures: Int
        /// How long it stays open before one call may try. Default 60 s.
        public var recovery: Duration
        /// Successes in a row that close it again. 1 to 1,000; default 2.
        public var successes: Int

        public init(failures: Int = 5, recovery: Duration = .seconds(60), successes: Int = 2) {
            self.failures = failures
            self.recovery = recovery
            self.successes = successes
        }

        static let section = Section<Breaker>(
            "The circuit breaker of each model. While it is open, calls go to the next path at once.",
            make: { Breaker() },
            keys: [
                Key("failures", \.failures, .integer(1...1_000), "Failures in a row that open the circuit."),
                Key("recovery", \.recovery, .duration(), "How long it stays open before one call may try."),
                Key("successes", \.successes, .integer(1...1_000), "Successes in a row that close it again."),
            ])
    }
}
