import BelayCore
import BelayModels

extension Configuration {
    /// A service that runs models.
    public struct Provider: Sendable, Hashable {
        /// 1 to 64 letters, digits, `_` and `-`.
        public var name: String
        public var kind: ProviderSettings.Kind
        /// nil is the vendor's own.
        public var baseURL: String?
        public var apiKey: Secret?
        /// Several keys or addresses, over which calls are spread; empty is one, with `baseURL` and `apiKey`. At most 64.
        public var endpoints: [Endpoint]
        /// For all endpoints together.
        public var rateLimits: RateLimits
        /// Sent with every request.
        public var headers: [String: Secret]
        public var timeouts: Timeouts
        /// By the model's name; a model without a price here takes the built-in one, if there is one.
        public var prices: [String: Price]
        /// Calls at once. 1 to 10,000; default 64.
        public var maxConcurrent: Int
        public var breaker: Breaker
        public var retryBudget: RetryBudget
        /// What its models can do, by their names, where the built-in table doesn't know it or knows it wrong.
        public var models: [String: ModelTraits]
        /// Azure's.
        public var apiVersion: String
        /// Default `cancel`.
        public var onClientGone: ClientGone
        /// With `drain`: 1 s to 1 h; default 30 s.
        public var drainLimit: Duration

        /// What becomes of a call when its client is gone.
        public enum ClientGone: String, Sendable, Hashable, CaseIterable { case cancel, drain }

        public init(
            name: String, kind: ProviderSettings.Kind, baseURL: String? = nil, apiKey: Secret? = nil,
            endpoints: [Endpoint] = [], rateLimits: RateLimits = RateLimits(), headers: [String: Secret] = [:],
            timeouts: Timeouts = Timeouts(), prices: [String: Price] = [:], maxConcurrent: Int = 64,
            breaker: Breaker = Breaker(), retryBudget: RetryBudget = RetryBudget(),
            onClientGone: ClientGone = .cancel, drainLimit: Duration = .seconds(30),
            models: [String: ModelTraits] = [:],
            apiVersion: String = "2024-10-21"
        ) {
            self.name = name
            self.kind = kind
            self.baseURL = baseURL
            self.apiKey = apiKey
            self.endpoints = endpoints
            self.rateLimits = rateLimits
            self.headers = headers
            self.timeouts = timeouts
            self.prices = prices
            self.maxConcurrent = maxConcurrent
            self.breaker = breaker
            self.retryBudget = retryBudget
            self.onClientGone = onClientGone
            self.drainLimit = drainLimit
            self.models = models
            self.apiVersion = apiVersion
        }

        static let section = Section<Provider>(
            "A service that runs models.", make: { Provider(name: "", kind: .openAI) },
            keys: [
                Key(
                    "kind", \.kind, .word, required: true,
                    "Which protocol it speaks: `openai` (chat completions, and every service compatible with them), "
                        + "`openai-responses`, `anthropic`, or chat completions as `azure`, `openrouter` and `gemini` "
                        + "speak them."
                ),
                Key(
                    "base_url", optional: \.baseURL, .url, default: "the vendor's",
                    "The URL that its paths are appended to, such as `http://127.0.0.1:8722/v1`. Azure needs one: "
                        + "`https://RESOURCE.openai.azure.com`, where a path's model is a deployment, or the same with "
                        + "`/openai/v1`."),
                Key(
                    "api_key", optional: \.apiKey, .secret,
                    "The key, best as a reference: `${OPENAI_API_KEY}` or `${file:secrets/openai}`."),
                Key(
                    "endpoints", optional: \.listedEndpoints,
                    .list(of: .section(Endpoint.section), named: "list of endpoints", maximum: 64).checked {
                        if $0.isEmpty { return "is empty; name one endpoint at least, or leave the key out" }
                        let names = $0.enumerated().map { $1.name ?? String($0 + 1) }
                        return Set(names).count < names.count ? "two endpoints have the same name" : nil
                    }, default: "one, with `base_url` and `api_key`",
                    "Several keys or addresses, over which calls are spread by what is under way and how long it takes."
                ),
                Key(
                    "rate_limits", \.rateLimits, .section(RateLimits.section),
                    "How much the provider may be sent, over all its endpoints."),
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
                Key(
                    "models", \.models,
                    .mapping(of: .section(ModelTraits.section), named: "mapping of models to what they can do"),
                    default: "none",
                    "What its models can do, where the built-in table doesn't know it or knows it wrong. A name may end "
                        + "in `*`."),
                Key(
                    "api_version", optional: \.countedVersion, .text, default: "`2024-10-21`",
                    "Azure's version of its API, with `kind: azure` only."),
                Key("retry_budget", \.retryBudget, .section(RetryBudget.section), "How many retries it gets at most."),
                Key(
                    "on_client_gone", \.onClientGone, .word,
                    "What becomes of a call when its client is gone: `cancel` ends it at once, and estimates what it cost; "
                        + "`drain` reads on, for the usage at the end, where the provider bills the whole answer anyway."
                ),
                Key(
                    "drain_limit", optional: \.countedLimit, .duration(.seconds(1)...(.seconds(3_600))),
                    default: "`30s`", "How long `drain` reads on at most."),
            ])

        private var listedEndpoints: [Endpoint]? {
            get { self.endpoints.isEmpty ? nil : self.endpoints }
            set { self.endpoints = newValue ?? [] }
        }

        /// What is printed is what counts.
        private var countedVersion: String? {
            get { self.kind == .azure ? self.apiVersion : nil }
            set { self.apiVersion = newValue ?? self.apiVersion }
        }

        private var countedLimit: Duration? {
            get { self.onClientGone == .drain ? self.drainLimit : nil }
            set { self.drainLimit = newValue ?? self.drainLimit }
        }
    }
}
