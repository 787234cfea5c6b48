extension Configuration {
    /// How many retries a provider gets, over all calls to it.
    public struct RetryBudget: Sendable, Hashable {
        /// Retries per call over the window. 0 to 10; default 0.2.
        public var ratio: Double
        /// Retries per second that are always allowed. 0 to 1,000; default 1.
        public var perSecond: Double
        /// How long calls and retries count. 1 s to 1 h; default 10 s.
        public var window: Duration

        public init(ratio: Double = 0.2, perSecond: Double = 1, window: Duration = .seconds(10)) {
            self.ratio = ratio
            self.perSecond = perSecond
            self.window = window
        }

        static let section = Section<RetryBudget>(
            "How many retries all calls to the provider may make together, so that retries don't multiply the load on "
                + "what is down already: `ratio` of the calls within `window`, and `per_second` in quiet times.",
            make: { RetryBudget() },
            keys: [
                Key("ratio", \.ratio, .number(in: 0...10), "Retries per call."),
                Key("per_second", \.perSecond, .number(in: 0...1_000), "Retries a second that are always allowed."),
                Key(
                    "window", \.window, .duration(.seconds(1)...(.seconds(3_600))), "How long calls and retries count."),
            ])
    }
}
