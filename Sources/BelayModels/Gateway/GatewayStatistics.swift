import BelayCore

/// What a gateway has done since it was made.
public struct GatewayStatistics: Sendable, Hashable {
    /// One path's share.
    public struct Path: Sendable, Hashable {
        /// One endpoint's share, where a provider has several.
        public struct Endpoint: Sendable, Hashable {
            /// Attempts that were sent and have ended.
            public var attempts = 0
            public var answers = 0
            public var circuitOpenings = 0
            /// How often its limit was lowered or a pause begun.
            public var cuts = 0
        }

        /// Attempts that were sent and have ended.
        public var attempts = 0
        public var answers = 0
        /// Failures of attempts, and passings-over (`circuitOpen`, `throttled`).
        public var failures: [ModelFailure.Kind: Int] = [:]
        public var cancelled = 0
        public var retries = 0
        public var usage = Usage.zero
        /// Of everything with a price, failed attempts included.
        public var cost = Money.zero
        /// Billed calls whose price or usage nobody knows.
        public var unpriced = 0
        /// Billed calls whose usage is an estimate; their cost is part of `cost`.
        public var estimated = 0
        /// Attempts by what was wrong with their reported usage.
        public var usageAnomalies: [UsageAnomaly: Int] = [:]
        public var circuitOpenings = 0
        /// Answers that were no valid value of the schema that was asked for.
        public var invalidOutputs = 0
        /// How often the provider said that it gets too many requests, and got fewer at once or none for a while.
        public var cuts = 0
        /// By their names; empty when the provider has one only.
        public var endpoints: [String: Endpoint] = [:]

        fileprivate mutating func count(at endpoint: String?, _ change: (inout Endpoint) -> Void) {
            guard let endpoint else { return }
            change(&self.endpoints[endpoint, default: Endpoint()])
        }
        /// Calls that were to try it first, by the reason; of routes whose order isn't fixed.
        public var choices: [RoutingDecision.Reason: Int] = [:]
        /// How often learned routes left it because its answers got worse.
        public var suspensions = 0
    }

    public var calls = 0
    public var answered = 0
    public var failed = 0
    /// Answered by an earlier answer; part of `answered`.
    public var answeredFromCache = 0
    /// By what the cache had to do with an answer, where it may.
    public var cacheUses: [CacheUse: Int] = [:]
    public var fallbacks = 0
    public var keysRefused = 0
    /// Second attempts beside slow ones.
    public var hedges = 0
    /// Those that were the faster ones.
    public var hedgesWon = 0
    /// Outcomes that were given up because too many waited to be kept.
    public var outcomesDropped = 0
    /// Answers that a model or a tool was to judge and didn't.
    public var judgementsMissed = 0
    /// Answers of tools that judge, by what was wrong with the cost that they told.
    public var judgeCostAnomalies: [ToolCostAnomaly: Int] = [:]
    public var paths: [ModelPath: Path] = [:]

    public var attempts: Int { self.paths.values.reduce(0) { $0 + $1.attempts } }
    public var retries: Int { self.paths.values.reduce(0) { $0 + $1.retries } }
    public var circuitOpenings: Int { self.paths.values.reduce(0) { $0 + $1.circuitOpenings } }
    public var cost: Money { self.paths.values.reduce(.zero) { $0 + $1.cost } }

    public init() {}

    /// Paths beyond this many are counted as one of their provider, with the model `*`.
    static let mostPaths = 1_000

    private func counted(_ path: ModelPath) -> ModelPath {
        if self.paths[path] != nil || self.paths.count < Self.mostPaths { return path }
        return ModelPath(provider: path.provider, model: "*")
    }

    /// Counts what was reported.
    mutating func count(_ report: GatewayReport) {
        switch report {
        case .attemptSucceeded(let path, let endpoint, _, let usage, let cost):
            self.count(on: path) { share in
                share.attempts += 1
                share.answers += 1
                share.count(at: endpoint) {
                    $0.attempts += 1
                    $0.answers += 1
                }
                share.bill(usage, cost)
            }
        case .attemptFailed(let attempt):
            self.count(on: attempt.path) { share in
                if attempt.wasSent {
                    share.attempts += 1
                    share.count(at: attempt.endpoint) { $0.attempts += 1 }
                }
                share.failures[attempt.failure.kind, default: 0] += 1
                share.bill(attempt.failure.usage, attempt.cost)
            }
        case .attemptCancelled(let path, let endpoint, let usage, let cost):
            self.count(on: path) { share in
                share.attempts += 1
                share.count(at: endpoint) { $0.attempts += 1 }
                share.cancelled += 1
                share.bill(usage, cost)
            }
        case .usageAnomalies(let path, _, let anomalies):
            self.count(on: path) { share in
                for anomaly in anomalies { share.usageAnomalies[anomaly, default: 0] += 1 }
            }
        case .retrying(let path, _): self.count(on: path) { $0.retries += 1 }
        case .hedged: self.hedges += 1
        case .hedgeWon: self.hedgesWon += 1
        case .fellBack: self.fallbacks += 1
        case .circuitChanged(let path, let endpoint, _, .open):
            self.count(on: path) { share in
                share.circuitOpenings += 1
                share.count(at: endpoint) { $0.circuitOpenings += 1 }
            }
        case .circuitChanged, .limitRestored: break
        case .limitCut(let path, let endpoint, _, _):
            self.count(on: path) { share in
                share.cuts += 1
                share.count(at: endpoint) { $0.cuts += 1 }
            }
        case .keyRefused: self.keysRefused += 1
        case .outputJudged(let path, _, let isValid):
            if !isValid { self.count(on: path) { $0.invalidOutputs += 1 } }
        case .embeddingFailed, .sharedCacheFailed: break
        case .cacheUsed(let use, _): self.cacheUses[use, default: 0] += 1
        case .pathChosen(let decision, _):
            self.count(on: decision.path) { $0.choices[decision.reason, default: 0] += 1 }
        case .pathSuspended(let path, _): self.count(on: path) { $0.suspensions += 1 }
        case .outcomesDropped(let count): self.outcomesDropped += count
        case .judgementsDropped(let count): self.judgementsMissed += count
        case .judgementFailed: self.judgementsMissed += 1
        case .judgeCostAnomaly(_, let anomaly): self.judgeCostAnomalies[anomaly, default: 0] += 1
        case .pathRestored, .outcomesDelayed: break
        case .answeredFromCache: self.answeredFromCache += 1
        case .callAnswered:
            self.calls += 1
            self.answered += 1
        case .callFailed:
            self.calls += 1
            self.failed += 1
        }
    }

    /// Changes a path's share in its place: what several counters take costs one look.
    private mutating func count(on path: ModelPath, _ change: (inout Path) -> Void) {
        change(&self.paths[self.counted(path), default: Path()])
    }
}

extension GatewayStatistics.Path {
    fileprivate mutating func bill(_ usage: Usage?, _ cost: Cost?) {
        self.usage += usage ?? .zero
        guard let cost else { return }
        if case .estimated = cost { self.estimated += 1 }
        if let amount = cost.amount {
            self.cost += amount
        } else {
            self.unpriced += 1
        }
    }
}
