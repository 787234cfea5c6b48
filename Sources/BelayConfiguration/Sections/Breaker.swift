extension Configuration {
    /// When the circuit to a model opens and closes.
    public struct Breaker: Sendable, Hashable {
        /// Failures in a row that open it. 1 to 1,000; default 5. Has no meaning beside `failureRate`.
        public var failures: Int
        /// The share of failed calls that opens it instead, 0.01 to 1; nil counts failures in a row.
        public var failureRate: Double?
        /// How long calls count for the share. 1 s to 1 h; default 30 s.
        public var window: Duration
        /// Calls in the window before the share means anything. 1 to 10,000; default 20.
        public var minimumCalls: Int
        /// How long it stays open before one call may try. Default 60 s.
        public var recovery: Duration
        /// Successes in a row that close it again. 1 to 1,000; default 2.
        public var successes: Int

        public init(
            failures: Int = 5, failureRate: Double? = nil, window: Duration = .seconds(30), minimumCalls: Int = 20,
            recovery: Duration = .seconds(60), successes: Int = 2
        ) {
            self.failures = failures
            self.failureRate = failureRate
            self.window = window
            self.minimumCalls = minimumCalls
            self.recovery = recovery
            self.successes = successes
        }

        static let section = Section<Breaker>(
            "The circuit breaker of each model. While it is open, calls go to the next path at once. It opens after "
                + "`failures` in a row or, with `failure_rate`, when that share of the calls fails: better where calls "
                + "are many and some always fail, since a row of failures comes about by chance.",
            make: { Breaker() },
            keys: [
                Key(
                    "failures", optional: \.countedFailures, .integer(1...1_000),
                    default: "`5`, unless `failure_rate` is given", "Failures in a row that open the circuit."),
                Key(
                    "failure_rate", optional: \.failureRate, .number(in: 0.01...1),
                    "The share of calls within `window` that opens the circuit when they fail, such as `0.5`."),
                Key(
                    "window", optional: \.rateWindow, .duration(.seconds(1)...(.seconds(3_600))),
                    default: "`30s` with `failure_rate`", "How long a call counts for `failure_rate`."),
                Key(
                    "minimum_calls", optional: \.rateMinimumCalls, .integer(1...10_000),
                    default: "`20` with `failure_rate`", "Calls within `window` before their share means anything."),
                Key("recovery", \.recovery, .duration(), "How long it stays open before one call may try."),
                Key("successes", \.successes, .integer(1...1_000), "Successes in a row that close it again."),
            ])

        // What is printed is what counts, and what doesn't count must not be given.

        private var countedFailures: Int? {
            get { self.failureRate == nil ? self.failures : nil }
            set { self.failures = newValue ?? self.failures }
        }

        private var rateWindow: Duration? {
            get { self.failureRate.map { _ in self.window } }
            set { self.window = newValue ?? self.window }
        }

        private var rateMinimumCalls: Int? {
            get { self.failureRate.map { _ in self.minimumCalls } }
            set { self.minimumCalls = newValue ?? self.minimumCalls }
        }
    }
}
