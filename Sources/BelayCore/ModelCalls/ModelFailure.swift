/// Why an attempt at a model call failed.
public struct ModelFailure: Error, Sendable, Hashable, Codable {
    /// The kinds that are handled apart.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case rateLimited
        case overloaded
        case serverError
        case network
        case connectTimeout
        case responseTimeout
        case firstTokenTimeout
        case stallTimeout
        case totalTimeout
        case emptyResponse
        case malformedResponse
        /// The stream ended without its terminal event.
        case cutStream
        case badRequest
        /// The model doesn't go on with an answer that was begun for it: the conversation has to end with somebody else.
        case prefillRefused
        case authentication
        /// The account behind the key has nothing left, until somebody pays or its limit is raised.
        case quotaExhausted
        case notFound
        case contextTooLong
        case contentFiltered
        /// Not sent: the breaker of this path is open.
        case circuitOpen
        /// Not sent: this node's own rate or concurrency limit.
        case throttled
        /// Not sent: it may cost more than is left for what it belongs to (``ModelCall/allowance``).
        case allowanceExceeded
        /// Not sent: a budget is used up, as far as this call goes.
        case budgetExceeded
        /// Not sent: what is left of a budget may be needed by calls under way.
        case budgetReserved
        /// Sent, and given up by the caller before an answer was there.
        case cancelled

        /// The name in the codes that clients get: `rate_limited`.
        public var code: String {
            self.rawValue.reduce(into: "") { code, letter in
                if letter.isUppercase { code.append("_") }
                code.append(contentsOf: letter.lowercased())
            }
        }

        public var isTimeout: Bool {
            switch self {
            case .connectTimeout, .responseTimeout, .firstTokenTimeout, .stallTimeout, .totalTimeout: true
            default: false
            }
        }
    }

    public var kind: Kind
    /// HTTP status, when there was one.
    public var status: Int?
    /// For people; holds no prompt and no key.
    public var message: String
    private var retryAfterMilliseconds: Int64?
    /// Tokens that the provider reported before it failed; they are billed.
    public var usage: Usage?

    public init(
        _ kind: Kind, status: Int? = nil, message: String, retryAfter: Duration? = nil, usage: Usage? = nil
    ) {
        self.kind = kind
        self.status = status
        self.message = message
        self.retryAfterMilliseconds = retryAfter?.milliseconds
        self.usage = usage
    }

    /// What the provider asked for; nil when it said nothing.
    public var retryAfter: Duration? {
        get { self.retryAfterMilliseconds.map { .milliseconds($0) } }
        set { self.retryAfterMilliseconds = newValue?.milliseconds }
    }
}
