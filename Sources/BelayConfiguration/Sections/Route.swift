import BelayCore
import BelayJSON
import BelayModels

extension Configuration {
    /// Ways to an answer, and how one of them is chosen.
    public struct Route: Sendable, Hashable {
        /// Which path a call tries first.
        public enum Policy: String, Sendable, Hashable, CaseIterable {
            case ordered, weighted, learned
        }

        /// One way: a model of a provider.
        public struct Path: Sendable, Hashable {
            public var model: ModelPath
            /// How long one attempt on this path may take; nil is the provider's total.
            public var limit: Duration?
            /// Tokens of input and output that the model takes in all; nil when nobody says.
            public var contextTokens: Int?
            /// Its share of a weighted route's calls. 0 to 1,000,000; nil is 1.
            public var weight: Double?
            /// What a learned route believes of it at first; nil for the default.
            public var prior: Prior?

            public init(
                model: ModelPath, limit: Duration? = nil, contextTokens: Int? = nil, weight: Double? = nil,
                prior: Prior? = nil
            ) {
                self.model = model
                self.limit = limit
                self.contextTokens = contextTokens
                self.weight = weight
                self.prior = prior
            }

            static let section = Section<Path>(
                "One way to an answer.", make: { Path(model: ModelPath(provider: "", model: "")) },
                keys: [
                    Key(
                        "model", \.model, .modelPath, required: true,
                        "PROVIDER/MODEL: a provider of this file and the name that it knows the model by."),
                    Key(
                        "limit", optional: \.limit, .duration(), default: "the provider's `timeouts.total`",
                        "How long one attempt on this path may take."),
                    Key(
                        "context_tokens", optional: \.contextTokens, .integer(1...1_000_000_000), default: "not known",
                        "Tokens of input and output that the model takes in all. A request that is too long for one path "
                            + "goes on to those that take more; where it isn't known, to those with another model."),
                    Key(
                        "weight", optional: \.weight, .number(in: 0...1_000_000), default: "`1`",
                        "Its share of the calls with `policy: weighted`, relative to the other paths. With 0 it only "
                            + "stands in."),
                    Key(
                        "prior", optional: \.prior, .section(Prior.section),
                        "What `policy: learned` believes of it before anything is known."),
                ])
        }

        /// Pauses between attempts: random, up to `base` doubled with each attempt, never above `cap`.
        public struct Backoff: Sendable, Hashable {
            /// Default 1 s.
            public var base: Duration
            /// Default 60 s.
            public var cap: Duration

            public init(base: Duration = .seconds(1), cap: Duration = .seconds(60)) {
                self.base = base
                self.cap = cap
            }

            static let section = Section<Backoff>(
                "Pauses between attempts on one path: random from zero to `base` doubled with each attempt, never "
                    + "above `cap`.",
                make: { Backoff() },
                keys: [
                    Key("base", \.base, .duration(), "The longest first pause."),
                    Key("cap", \.cap, .duration(), "The longest pause at all."),
                ])
        }

        /// 1 to 64 letters, digits, `_` and `-`.
        public var name: String
        /// First is preferred. 1 to 32.
        public var paths: [Path]
        /// Default `ordered`.
        public var policy: Policy
        /// Counts with the policy `learned`.
        public var learning: Learning
        /// Attempts of one model call over all paths. 1 to 100; default 6.
        public var attempts: Int
        /// Attempts on one path. 1 to 20; default 3.
        public var attemptsPerPath: Int
        /// One model call with all its attempts and pauses. Default 120 s.
        public var total: Duration
        public var backoff: Backoff
        /// When an earlier answer to the very same call may be given. Default: when every path failed.
        public var cache: CachePolicy
        /// How long a call waits for one path. 0 s to 1 h; default 5 s.
        public var patience: Duration
        /// Whether content that one model refuses is shown to the next. Default `stop`.
        public var onRefusal: BelayModels.Route.RefusalPolicy
        /// nil makes no second attempts beside slow ones.
        public var hedge: Hedge?

        public init(
            name: String, paths: [Path], policy: Policy = .ordered, learning: Learning = Learning(),
            attempts: Int = 6, attemptsPerPath: Int = 3, total: Duration = .seconds(120),
            backoff: Backoff = Backoff(), cache: CachePolicy = .fallback, patience: Duration = .seconds(5),
            onRefusal: BelayModels.Route.RefusalPolicy = .stop, hedge: Hedge? = nil
        ) {
            self.name = name
            self.paths = paths
            self.policy = policy
            self.learning = learning
            self.attempts = attempts
            self.attemptsPerPath = attemptsPerPath
            self.total = total
            self.backoff = backoff
            self.cache = cache
            self.patience = patience
            self.onRefusal = onRefusal
            self.hedge = hedge
        }

        static let section = Section<Route>(
            "Ways to an answer. A call that fails on one path goes on to the next.",
            make: { Route(name: "", paths: []) },
            keys: [
                Key(
                    "paths", \.paths,
                    .list(of: .section(Path.section), named: "list of paths", maximum: 32).checked {
                        $0.isEmpty ? "a route needs at least one path" : nil
                    }, required: true, "The paths; the first is preferred."),
                Key(
                    "policy", \.policy, .word,
                    "Which path a call tries first: the first that is available, one by chance and `weight`, or the one "
                        + "that promises most by the outcomes of earlier calls. An execution stays with its path while "
                        + "it works."),
                Key(
                    "learning", optional: \.countedLearning, .section(Learning.section),
                    "How `policy: learned` chooses."),
                Key("attempts", \.attempts, .integer(1...100), "Attempts of one model call over all paths."),
                Key(
                    "attempts_per_path", \.attemptsPerPath, .integer(1...20),
                    "Attempts on one path, the first one included, before the next path is taken."),
                Key("total", \.total, .duration(), "Time for one model call with all its attempts and pauses."),
                Key("backoff", \.backoff, .section(Backoff.section), "The pauses between attempts."),
                Key(
                    "cache", \.cache, .cachePolicy,
                    "When an earlier answer to the very same call may be given: `true` (when every path failed), `false` "
                        + "(never), or a mapping."),
                Key(
                    "patience", \.patience, .duration(.zero...(.seconds(3_600))),
                    "How long a call waits for one path: for its turn under a limit, for the end of a pause that the "
                        + "provider asked for (Retry-After), and, when no other path is left, for an open circuit to "
                        + "close. Beyond it the next path is taken; without one the call fails at once and says when to "
                        + "come back."),
                Key(
                    "hedge", optional: \.hedge, .section(Hedge.section), default: "none: no call is sent twice",
                    "When a second attempt is made beside a slow one."),
                Key(
                    "on_refusal", \.onRefusal, .word,
                    "What a refusal of the content means: `stop` ends the call, `nextPath` asks the next model, which "
                        + "may be less strict."),
            ])

        /// What is printed is what counts.
        private var countedLearning: Learning? {
            get { self.policy == .learned ? self.learning : nil }
            set { self.learning = newValue ?? self.learning }
        }
    }
}

extension Kind where Value == ModelPath {
    static let modelPath = Kind.scalar(
        "PROVIDER/MODEL", schema: ["type": "string", "pattern": .string("^[^/]+/.+$")]
    ) { scalar in
        let text = scalar.text
        guard text.utf8.count <= 256, !text.contains(where: \.isWhitespace) else { return nil }
        return ModelPath(text)
    } render: {
        .string($0.description)
    }
}
