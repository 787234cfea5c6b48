import BelayCore

extension Configuration {
    /// A service that runs models.
    public struct Provider: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// OpenAI's chat completions, and every service that speaks them.
            case openai
            /// Anthropic's messages.
            case anthropic
        }

        /// 1 to 64 letters, digits, `_` and `-`.
        public var name: String
        public var kind: Kind
        /// nil is the vendor's own.
        public var baseURL: String?
        public var apiKey: Secret?
        /// Sent with every request.
        public var headers: [String: Secret]
        public var timeouts: Timeouts
        /// By the model's name; a model without a price here takes the built-in one, if there is one.
        public var prices: [String: Price]
        /// Calls at once. 1 to 10,000; default 64.
        public var maxConcurrent: Int
        public var breaker: Breaker
        public var retryBudget: RetryBudget
        /// Default `cancel`.
        public var onClientGone: ClientGone
        /// With `drain`: 1 s to 1 h; default 30 s.
        public var drainLimit: Duration

        /// What becomes of a call when its client is gone.
        public enum ClientGone: String, Sendable, Hashable, CaseIterable { case cancel, drain }

        public init(
            name: String, kind: Kind, baseURL: String? = nil, apiKey: Secret? = nil, headers: [String: Secret] = [:],
            timeouts: Timeouts = Timeouts(), prices: [String: Price] = [:], maxConcurrent: Int = 64,
            breaker: Breaker = Breaker(), retryBudget: RetryBudget = RetryBudget(),
            onClientGone: ClientGone = .cancel, drainLimit: Duration = .seconds(30)
        ) {
            self.name = name
            self.kind = kind
            self.baseURL = baseURL
            self.apiKey = apiKey
            self.headers = headers
            self.timeouts = timeouts
            self.prices = prices
            self.maxConcurrent = maxConcurrent
            self.breaker = breaker
            self.retryBudget = retryBudget
            self.onClientGone = onClientGone
            self.drainLimit = drainLimit
        }

        static let section = Section<Provider>(
            "A service that runs models.", make: { Provider(name: "", kind: .openai) },
            keys: [
                Key(
                    "kind", \.kind, .word, required: true,
                    "Which protocol it speaks: OpenAI's chat completions (and every service compatible with them) or "
                        + "Anthropic's messages."
                ),
                Key(
                    "base_url", optional: \.baseURL, .url, default: "the vendor's",
                    "The URL that its paths are appended to, such as `http://127.0.0.1:8722/v1`."),
                Key(
                    "api_key", optional: \.apiKey, .secret,
                    "The key, best as a reference: `${OPENAI_API_KEY}` or `${file:secrets/openai}`."),
                Key("headers", \.headers, .headers, "Further headers of every request."),
                Key("timeouts", \.timeouts, .section(Timeouts.section), "How long each part of an answer may take."),
                Key(
                    "prices", \.prices, .mapping(of: .price, named: "mapping of models to prices"),
                    "What its models cost."),
                Key(
                    "max_concurrent", \.maxConcurrent, .integer(1...10_000),
                    "Calls to it at once; further calls "
                        + "wait."),
                Key("breaker", \.breaker, .section(Breaker.section), "When a model that keeps failing is left alone."),
                Key("retry_budget", \.retryBudget, .section(RetryBudget.section), "How many retries it gets at most."),
                Key(
                    "on_client_gone", \.onClientGone, .word,
                    "What becomes of a call when its client is gone: `cancel` ends it at once, and estimates what it cost; "
                        + "`drain` reads on, for the usage at the end, where the provider bills the whole answer anyway."
                ),
                Key(
                    "drain_limit", \.drainLimit, .duration(.seconds(1)...(.seconds(3_600))),
                    "How long `drain` reads on at most."),
            ])
    }
}
