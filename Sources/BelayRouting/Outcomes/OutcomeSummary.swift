import BelayCore

/// How the paths of a task did within a window of time.
public struct OutcomeSummary: Sendable, Hashable {
    public struct Path: Sendable, Hashable {
        public var path: ModelPath
        public var calls: Int
        /// Calls of which it is known whether they did what they were for; failures are among them.
        public var judged: Int
        /// The mean success of those, 0 to 1; nil when there are none.
        public var success: Double?
        /// Calls that their path failed. One that the caller ended, that another attempt outran, or whose request was at
        /// fault, is none.
        public var errors: Int
        /// Of the calls whose cost is known.
        public var cost: Money
        /// Calls whose cost nobody knows.
        public var unpriced: Int
        /// Half of the calls took no longer.
        public var p50: Duration
        /// 95 of 100 calls took no longer.
        public var p95: Duration
    }

    /// The most used first.
    public var paths: [Path]
    /// More calls matched than are looked at: the figures are those of the newest ``mostCalls``.
    public var isPartial: Bool

    /// No summary looks at more calls.
    public static let mostCalls = 100_000
}

/// Adds outcomes up, one after the other.
package struct OutcomeTally: Sendable {
    private struct Path {
        var judged = 0
        var success = 0.0
        var errors = 0
        var cost = Money.zero
        var unpriced = 0
        /// Milliseconds.
        var latencies: [Int64] = []
    }

    private var paths: [String: Path] = [:]

    package init() {}

    /// - Parameters:
    ///   - success: As it counts for its path: a failure of the path that nobody judged is 0.
    ///   - latency: Milliseconds.
    package mutating func add(path: String, success: Double?, isError: Bool, latency: Int64, cost: Money?) {
        self.paths[path, default: Path()].latencies.append(latency)
        if let success {
            self.paths[path, default: Path()].judged += 1
            self.paths[path, default: Path()].success += success
        }
        if isError { self.paths[path, default: Path()].errors += 1 }
        if let cost {
            self.paths[path, default: Path()].cost += cost
        } else {
            self.paths[path, default: Path()].unpriced += 1
        }
    }

    package func summary(isPartial: Bool) -> OutcomeSummary {
        let paths = self.paths.compactMap { name, path -> OutcomeSummary.Path? in
            guard let model = ModelPath(text: name) else { return nil }
            let latencies = path.latencies.sorted()
            return OutcomeSummary.Path(
                path: model, calls: latencies.count, judged: path.judged,
                success: path.judged > 0 ? path.success / Double(path.judged) : nil, errors: path.errors,
                cost: path.cost, unpriced: path.unpriced, p50: Self.quantile(0.5, of: latencies),
                p95: Self.quantile(0.95, of: latencies))
        }
        return OutcomeSummary(
            paths: paths.sorted { ($1.calls, $0.path.description) < ($0.calls, $1.path.description) },
            isPartial: isPartial)
    }

    /// The smallest of the figures that this share of them doesn't exceed.
    private static func quantile(_ share: Double, of sorted: [Int64]) -> Duration {
        guard !sorted.isEmpty else { return .zero }
        let index = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return .milliseconds(sorted[min(max(0, index), sorted.count - 1)])
    }
}

extension CallOutcome {
    /// Its success as it counts for its path: an error speaks for itself. Nil when nobody knows yet.
    package var judgement: Double? { self.evidence.success }

    /// Whether its path gave no answer, and it was the path's doing.
    package var isFailure: Bool { self.error?.speaksAgainstItsPath ?? false }
}

extension OutcomeTally {
    package mutating func add(_ outcome: CallOutcome) {
        self.add(
            path: outcome.path.description, success: outcome.judgement, isError: outcome.isFailure,
            latency: outcome.latency.milliseconds, cost: outcome.cost)
    }
}
