import BelayCore
import BelayRouting

/// Ways to an answer, and how one of them is chosen. Those that are not chosen stand in when it is not available.
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
        /// Its share of the calls of a weighted route, relative to the other paths: 0 or more. Default 1. One of 0 only
        /// stands in.
        public var weight: Double

        public init(
            _ model: ModelPath, limit: Duration? = nil, maxOutputTokens: Int? = nil, contextTokens: Int? = nil,
            weight: Double = 1
        ) {
            self.model = model
            self.limit = limit
            self.maxOutputTokens = maxOutputTokens
            self.contextTokens = contextTokens
            self.weight = weight
        }

        public init(_ provider: String, _ model: String, limit: Duration? = nil) {
            self.init(ModelPath(provider: provider, model: model), limit: limit)
        }
    }

    /// What a refusal of the content means: another model might be less strict, which may or may not be wanted.
    public enum RefusalPolicy: String, Sendable, Hashable, CaseIterable {
        case stop, nextPath
    }

    /// Which path a call tries first. The path that an execution is pinned to goes before it as long as it works.
    public enum Policy: Sendable, Hashable {
        /// The first that is available, in the order of `paths`.
        case ordered
        /// By chance, each path as often as its weight says; calls of one session take the same one.
        case weighted
        /// The one that promises most by what became of earlier calls of the same task.
        case learned(LearnedRoutingOptions)
    }

    public var name: String
    /// In order of preference, which also decides between equals.
    public var paths: [Path]
    /// Default `ordered`.
    public var policy: Policy
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
        name: String, paths: [Path], policy: Policy = .ordered, maxAttempts: Int = 6, maxAttemptsPerPath: Int = 3,
        total: Duration = .seconds(120), backoffBase: Duration = .seconds(1), backoffCap: Duration = .seconds(60),
        patience: Duration = .seconds(5), cache: CachePolicy = .fallback, onRefusal: RefusalPolicy = .stop,
        hedge: Hedge? = nil
    ) {
        self.name = name
        self.paths = paths
        self.policy = policy
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
}
