extension Configuration {
    /// The five clocks of a model call. Each counts on its own.
    public struct Timeouts: Sendable, Hashable {
        /// Default 10 s.
        public var connect: Duration
        /// From the request sent to the head of the answer of a stream. Default 60 s.
        public var headers: Duration
        /// From the head to the first content. Default 60 s.
        public var firstToken: Duration
        /// Between two pieces of content. Default 30 s.
        public var stall: Duration
        /// One attempt as a whole. Default 300 s.
        public var total: Duration

        public init(
            connect: Duration = .seconds(10), headers: Duration = .seconds(60), firstToken: Duration = .seconds(60),
            stall: Duration = .seconds(30), total: Duration = .seconds(300)
        ) {
            self.connect = connect
            self.headers = headers
            self.firstToken = firstToken
            self.stall = stall
            self.total = total
        }

        static let section = Section<Timeouts>(
            "The clocks of one attempt at a model call. Comments and pings in a stream stop none of them.",
            make: { Timeouts() },
            keys: [
                Key("connect", \.connect, .duration(), "Until the connection stands."),
                Key(
                    "headers", \.headers, .duration(),
                    "From the request to the head of the answer. Counts for streams only: without streaming the head "
                        + "comes with the whole answer."
                ),
                Key("first_token", \.firstToken, .duration(), "From the head to the first content of a stream."),
                Key("stall", \.stall, .duration(), "Between two pieces of content of a stream."),
                Key("total", \.total, .duration(), "The attempt as a whole."),
            ])
    }
}
