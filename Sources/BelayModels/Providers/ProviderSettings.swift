import BelayCore
import BelayResilience

/// A provider of models: whose protocol it speaks, where it is, and how it is called.
public struct ProviderSettings: Sendable {
    /// The protocol.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// OpenAI's chat completions, which most other vendors and local servers speak too.
        case openAI = "openai"
        /// OpenAI's responses.
        case openAIResponses = "openai-responses"
        /// Anthropic's messages.
        case anthropic
        /// Chat completions of models that are deployed at Microsoft Azure: a path's model is the name of a deployment.
        case azure
        /// Chat completions as OpenRouter speaks them. What it says a call cost is what the call cost.
        case openRouter = "openrouter"
        /// Chat completions as Google's Gemini speaks them.
        case gemini
    }

    /// What becomes of an attempt when whoever asked for it is gone.
    public enum ClientGone: Sendable, Hashable {
        /// It is ended at once. What it cost is then estimated, unless the provider said so before.
        case cancel
        /// It is read on without being shown to anybody, for at most this long, so that its usage is known. For providers that
        /// bill the whole answer anyway.
        case drain(atMost: Duration)
    }

    /// What paths call it: 1 to 64 characters without `/`.
    public var name: String
    public var kind: Kind
    /// What the protocol's paths are appended to. Default: the vendor's own. For Anthropic a trailing `/v1` is accepted and
    /// means the same. Azure has none: it is `https://RESOURCE.openai.azure.com`, or with `/openai/v1` for the API in
    /// which the model's name is in the body.
    public var baseURL: String
    /// Sent in the vendor's header; nil sends none, which local servers accept.
    public var key: Secret?
    /// Several keys or endpoints, over which calls are spread; names that differ. Empty, the default, is one endpoint with
    /// `baseURL` and `key`.
    public var endpoints: [ProviderEndpoint]
    /// What all its endpoints together may be sent; nil for no limit. An endpoint may have one of its own.
    public var rateLimits: OutgoingRateLimits?
    /// Further headers of every request, such as an organisation's or a proxy's. They may hold secrets and are not logged.
    public var headers: [String: Secret]
    /// The five clocks of an attempt. A path's own limit shortens the total. An answer that isn't streamed has only the
    /// connect and the total clock until its headers come, since they come with the whole answer.
    public var timeouts: PhaseLimits
    /// Attempts under way at the same time; default 64. As many again wait for their turn, further ones are `throttled`.
    public var maxConcurrent: Int
    /// For the breaker of each of its models.
    public var breaker: CircuitBreakerPolicy
    /// The share of calls that may be retried, over all calls to this provider.
    public var retryBudget: RetryBudgetPolicy
    /// For a protocol that demands a limit of output tokens when the request has none. Default 4,096.
    public var defaultMaxOutputTokens: Int
    /// Default `cancel`.
    public var onClientGone: ClientGone
    /// What is known of its models beyond the built-in table, or better, by their names. A name may end in `*`; the longest
    /// one that fits counts.
    public var models: [String: ModelTraits]
    /// Azure's `api-version`. Default `2024-10-21`, which is the latest stable one.
    public var apiVersion: String

    public init(
        name: String, kind: Kind, baseURL: String? = nil, key: Secret? = nil,
        endpoints: [ProviderEndpoint] = [], rateLimits: OutgoingRateLimits? = nil, headers: [String: Secret] = [:],
        timeouts: PhaseLimits = PhaseLimits(), maxConcurrent: Int = 64,
        breaker: CircuitBreakerPolicy = CircuitBreakerPolicy(), retryBudget: RetryBudgetPolicy = RetryBudgetPolicy(),
        defaultMaxOutputTokens: Int = 4_096, onClientGone: ClientGone = .cancel, models: [String: ModelTraits] = [:],
        apiVersion: String = "2024-10-21"
    ) {
        self.name = name
        self.kind = kind
        self.baseURL = baseURL ?? kind.defaultBaseURL
        self.key = key
        self.endpoints = endpoints
        self.rateLimits = rateLimits
        self.headers = headers
        self.timeouts = timeouts
        self.maxConcurrent = maxConcurrent
        self.breaker = breaker
        self.retryBudget = retryBudget
        self.defaultMaxOutputTokens = defaultMaxOutputTokens
        self.onClientGone = onClientGone
        self.models = models
        self.apiVersion = apiVersion
    }

    /// Whether requests go to the vendor itself, whose list prices hold there.
    package var isVendor: Bool {
        let vendor = ProviderSettings.root(of: self.kind.defaultBaseURL)
        return self.places.allSatisfy { $0.root == vendor }
    }

    /// One for each endpoint, with its key and base URL as the provider's own.
    var places: [ProviderSettings] {
        guard !self.endpoints.isEmpty else { return [self] }
        return self.endpoints.map { endpoint in
            var place = self
            place.endpoints = []
            place.baseURL = endpoint.baseURL ?? self.baseURL
            place.key = endpoint.key ?? self.key
            return place
        }
    }

    /// What a model of this provider can do.
    public func capabilities(of model: String) -> ModelCapabilities {
        let wire = self.kind.wire
        var capabilities = self.kind.capabilities
        capabilities.defaultMaxOutputTokens = wire == .messages ? self.defaultMaxOutputTokens : nil
        for traits in CapabilityTable.traits(of: model, wire: wire) {
            capabilities = capabilities.changed(by: traits)
        }
        return ModelTraits.fitting(model, in: self.models).map { capabilities.changed(by: $0) } ?? capabilities
    }

    /// The base URL without slashes at its end, and without Anthropic's version.
    var root: String {
        let root = Self.root(of: self.baseURL)
        return self.kind == .anthropic && root.hasSuffix("/v1") ? String(root.dropLast(3)) : root
    }

    private static func root(of url: String) -> String {
        var url = Substring(url)
        while url.hasSuffix("/") { url.removeLast() }
        return String(url)
    }

    func makeProvider() -> any ModelProvider {
        switch self.kind {
        case .openAI, .azure, .openRouter, .gemini: OpenAIProvider(settings: self)
        case .openAIResponses: OpenAIResponsesProvider(settings: self)
        case .anthropic: AnthropicProvider(settings: self)
        }
    }
}

extension ProviderSettings.Kind {
    /// Empty for Azure, where every customer has one of their own.
    public var defaultBaseURL: String {
        switch self {
        case .openAI, .openAIResponses: "https://api.openai.com/v1"
        case .anthropic: "https://api.anthropic.com"
        case .azure: ""
        case .openRouter: "https://openrouter.ai/api/v1"
        case .gemini: "https://generativelanguage.googleapis.com/v1beta/openai"
        }
    }

    /// Whether its protocol has vectors of texts, too.
    package var makesEmbeddings: Bool {
        switch self {
        case .openAI, .openAIResponses, .azure, .openRouter, .gemini: true
        case .anthropic: false
        }
    }

    var wire: OriginalBody.Wire {
        switch self {
        case .openAI, .azure, .openRouter, .gemini: .chatCompletions
        case .openAIResponses: .responses
        case .anthropic: .messages
        }
    }

    /// What its protocol can do, whichever the model.
    var capabilities: ModelCapabilities {
        let isAnthropic = self == .anthropic
        return ModelCapabilities(
            tools: true, parallelTools: true, forcedTools: true, outputSchema: !isAnthropic, images: true,
            // Google documents images and sounds as parts of a message, and no files.
            files: self != .gemini, stopSequences: self != .openAIResponses, promptCaching: true, reasoning: true,
            // Signatures of Anthropic's and of Gemini's thoughts. OpenAI's models that think are in the table.
            takesReasoningBack: isAnthropic || self == .gemini, temperature: true, maxTemperature: isAnthropic ? 1 : 2)
    }
}
