import BelayCore

/// Ordered ways to an answer: the first is preferred, the next ones stand in when it is not available.
public struct Route: Sendable, Hashable {
    /// One way, with its own latency limit.
    public struct Path: Sendable, Hashable {
        public var model: ModelPath
        /// How long one attempt on this path may take; nil leaves it to the provider's total.
        public var limit: Duration?
        /// Output tokens when the request doesn't say; nil leaves it to the provider.
        public var maxOutputTokens: Int?
        /// Tokens of input and output that the model takes in all. A request that is too long for one path goes on to those
        /// that take more; where this isn't known, to those with another model. Nil: not known.
        public var contextTokens: Int?

        public init(
            _ model: ModelPath, limit: Duration? = nil, maxOutputTokens: Int? = nil, contextTokens: Int? = nil
        ) {
            self.model = model
            self.limit = limit
            self.maxOutputTokens = maxOutputTokens
            self.contextTokens = contextTokens
        }

        public init(_ provider: String, _ model: String, limit: Duration? = nil) {
            self.init(ModelPath(provider: provider, model: model), limit: limit)
        }
    }

    /// What a refusal of the content means: another model might be less strict, which may or may not be wanted.
    public enum RefusalPolicy: String, Sendable, Hashable, CaseIterable {
        case stop, nextPath
    }

    public var name: String
    public var paths: [Path]
    /// Attempts that one call may send, over all paths. At least 1; default 6.
    public var maxAttempts: Int
    /// Attempts that one call may send on one path. At least 1; default 3.
    public var maxAttemptsPerPath: Int
    /// The time of one call, with all attempts and all waits. Default 120 s. A call's own timeout shortens it.
    public var total: Duration
    /// The longest wait before the first retry on a path; it doubles with each further one. Default 1 s.
    public var backoffBase: Duration
    /// No wait that this side chooses is longer. Default 60 s.
    public var backoffCap: Duration
    /// How long a call waits for one path: for its turn under a limit, for the end of a pause that the provider asked for
    /// (Retry-After), and, when no other path is left, for an open circuit to close. Where more would be needed the next
    /// path is taken; without one the call fails at once and says when to come back. Default 5 s.
    public var patience: Duration
    /// When an earlier answer to the very same request may be given. Default: when no path is available.
    public var cache: CachePolicy
    /// Default `stop`.
    public var onRefusal: RefusalPolicy
    /// When a second attempt is made beside a slow one; nil, the default, never.
    public var hedge: Hedge?

    public init(
        name: String, paths: [Path], maxAttempts: Int = 6, maxAttemptsPerPath: Int = 3,
        total: Duration = .seconds(120), backoffBase: Duration = .seconds(1), backoffCap: Duration = .seconds(60),
        patience: Duration = .seconds(5), cache: CachePolicy = .fallback, onRefusal: RefusalPolicy = .stop,
        hedge: Hedge? = nil
    ) {
        self.name = name
        self.paths = paths
        self.maxAttempts = maxAttempts
        self.maxAttemptsPerPath = maxAttemptsPerPath
        self.total = total
        self.backoffBase = backoffBase
        self.backoffCap = backoffCap
        self.patience = patience
        self.cache = cache
        self.onRefusal = onRefusal
        self.hedge = hedge
    }

    /// The paths with the pinned one first, if it is one of them.
    func ordered(pinned: ModelPath?) -> [Path] {
        guard let pinned, let index = self.paths.firstIndex(where: { $0.model == pinned }) else { return self.paths }
        return [self.paths[index]] + self.paths[..<index] + self.paths[(index + 1)...]
    }
}
