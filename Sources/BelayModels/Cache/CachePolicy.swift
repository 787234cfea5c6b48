import BelayCore

/// When an earlier answer to the same request may be given.
public struct CachePolicy: Sendable, Hashable {
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Never.
        case off
        /// When no path is available: the answer says that it stands in.
        case fallback
        /// Instead of asking a model, while it is fresh; requests that are the same at the same time become one. Also when
        /// no path is available.
        case exact
        /// As `exact`, and the answer to another question that means the same, by ``CachePolicy/embedder``. Only for one turn
        /// of text without tools. It can be wrong: see docs/gateway.md for how often.
        case semantic
    }

    /// Default `fallback`.
    public var mode: Mode
    /// How long an answer is fresh, and given instead of a new one. Default 5 min.
    public var lifetime: Duration
    /// Whether fresh answers are shared with other nodes, through the store that the gateway was given
    /// (``Gateway/shareAnswers(in:)``). Default false. Answers by a schema are not shared.
    public var isShared: Bool
    /// How near the meanings of two questions have to be, as a cosine: 0.5 to 1; default 0.92.
    public var similarity: Double
    /// With `semantic`, the model that says what questions mean, of a provider that makes embeddings. It is asked on the road
    /// of all calls, once for each question that the cache has no answer to, and what it costs is part of the answer's cost.
    /// Default nil, which takes ``GatewayOptions/embedder``.
    public var embedder: ModelPath?

    public init(
        _ mode: Mode = .fallback, lifetime: Duration = .seconds(300), isShared: Bool = false, similarity: Double = 0.92,
        embedder: ModelPath? = nil
    ) {
        self.mode = mode
        self.lifetime = lifetime
        self.isShared = isShared
        self.similarity = similarity
        self.embedder = embedder
    }

    /// Whether fresh answers are given instead of new ones.
    var givesFresh: Bool { self.mode == .exact || self.mode == .semantic }

    public static let off = CachePolicy(.off)
    public static let fallback = CachePolicy(.fallback)
}
