import BelayCore
import BelayJSON
import BelayResilience
import BelayYAML

extension Configuration {
    /// How often those whom it counts apart may ask the server.
    public struct Rate: Sendable, Hashable {
        public enum Excess: String, Sendable, Hashable, CaseIterable {
            case refuse, queue
        }

        public var name: String
        public var scope: RatePolicy.Scope
        /// 1 to 10^9; nil for no limit, as with all limits here. At least one of them is set.
        public var requestsPerMinute: Int?
        /// 1 to 10^12.
        public var tokensPerMinute: Int?
        /// 1 to 10^12: a budget of the ledger.
        public var tokensPerDay: Int?
        /// 1 to 10^6.
        public var sessionsPerHour: Int?
        /// 1 to 10^6.
        public var concurrentRequests: Int?
        /// 1 to 10,000.
        public var concurrentExecutions: Int?
        /// Requests that may come at once, 1 to 10^9; nil for those of a minute.
        public var burst: Int?
        public var excess: Excess
        /// With `queue`: 1 ms to 10 min; default 10 s.
        public var maxWait: Duration?

        public init(
            name: String, scope: RatePolicy.Scope, requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil,
            tokensPerDay: Int? = nil, sessionsPerHour: Int? = nil, concurrentRequests: Int? = nil,
            concurrentExecutions: Int? = nil, burst: Int? = nil, excess: Excess = .refuse, maxWait: Duration? = nil
        ) {
            self.name = name
            self.scope = scope
            self.requestsPerMinute = requestsPerMinute
            self.tokensPerMinute = tokensPerMinute
            self.tokensPerDay = tokensPerDay
            self.sessionsPerHour = sessionsPerHour
            self.concurrentRequests = concurrentRequests
            self.concurrentExecutions = concurrentExecutions
            self.burst = burst
            self.excess = excess
            self.maxWait = maxWait
        }

        /// How long a request waits at most where nobody says.
        static let usualWait = Duration.seconds(10)

        static let section = Section<Rate>(
            "How often each of those whom it counts apart may ask this server: models, agents, starts of executions.",
            make: { Rate(name: "", scope: .everything) },
            keys: [
                Key(
                    "per", \.scope, .word, required: true,
                    "Whom it counts apart: each user, customer, key of the server, agent or tenant, or everything "
                        + "together. A request that names no customer is not limited by a rate per customer."),
                Key(
                    "requests_per_minute", optional: \.requestsPerMinute, .integer(1...1_000_000_000),
                    default: "no limit", "Requests in a minute, spread evenly but for `burst`."),
                Key(
                    "tokens_per_minute", optional: \.tokensPerMinute, .integer(1...1_000_000_000_000),
                    default: "no limit",
                    "Tokens of input and output in a minute: estimated before each request, corrected after it."),
                Key(
                    "tokens_per_day", optional: \.tokensPerDay, .integer(1...1_000_000_000_000), default: "no limit",
                    "Tokens in a day (UTC), kept in the store like a budget; not per `key`."),
                Key(
                    "sessions_per_hour", optional: \.sessionsPerHour, .integer(1...1_000_000), default: "no limit",
                    "Conversations that may begin in an hour."),
                Key(
                    "concurrent_requests", optional: \.concurrentRequests, .integer(1...1_000_000),
                    default: "no limit", "Requests that are answered at once."),
                Key(
                    "concurrent_executions", optional: \.concurrentExecutions,
                    .integer(1...OpenExecutionLimit.largest), default: "no limit",
                    "Executions that have begun and not ended, those that wait for a person included."),
                Key(
                    "burst", optional: \.burst, .integer(1...1_000_000_000), default: "`requests_per_minute`",
                    "Requests that may come at once after a quiet time."),
                Key(
                    "when_exceeded", \.excess, .word, default: "`refuse`",
                    "`refuse` answers 429 at once, `queue` lets requests wait for their turn."),
                Key(
                    "max_wait", optional: \.maxWait, .duration(.milliseconds(1)...(.seconds(600))),
                    default: "`10s` with `queue`",
                    "How long they wait at most. One whose turn wouldn't come by then is refused at once."),
            ])
    }
}
