import BelayCore
import BelayJSON
import BelayModels

extension GatewayStatistics {
    /// The counters by path, and their sums.
    var view: JSON {
        var paths = JSON.Object()
        for (path, counts) in self.paths.sorted(by: { $0.key.description < $1.key.description }) {
            var failures = JSON.Object()
            for (kind, count) in counts.failures.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                failures[kind.code] = .int(Int64(count))
            }
            var view: JSON.Object = [
                "attempts": .int(Int64(counts.attempts)), "answers": .int(Int64(counts.answers)),
                "retries": .int(Int64(counts.retries)), "cancelled": .int(Int64(counts.cancelled)),
                "breaker_openings": .int(Int64(counts.circuitOpenings)), "failures": .object(failures),
                "tokens": .int(Int64(counts.usage.total)), "cost_usd": .string(counts.cost.plainDollars),
                "unpriced": .int(Int64(counts.unpriced)), "estimated": .int(Int64(counts.estimated)),
                "usage_anomalies": counts.usageAnomalies.view,
                "cuts": .int(Int64(counts.cuts)), "choices": counts.choices.view,
                "suspensions": .int(Int64(counts.suspensions)),
            ]
            if !counts.endpoints.isEmpty { view["endpoints"] = counts.endpointsView }
            paths[path.description] = .object(view)
        }
        return [
            "model_calls": .int(Int64(self.calls)), "answered": .int(Int64(self.answered)),
            "failed": .int(Int64(self.failed)), "from_cache": .int(Int64(self.answeredFromCache)),
            "attempts": .int(Int64(self.attempts)), "retries": .int(Int64(self.retries)),
            "fallbacks": .int(Int64(self.fallbacks)), "hedges": .int(Int64(self.hedges)),
            "hedges_won": .int(Int64(self.hedgesWon)), "outcomes_dropped": .int(Int64(self.outcomesDropped)),
            "judgements_missed": .int(Int64(self.judgementsMissed)),
            "judge_cost_anomalies": self.judgeCostAnomalies.view, "paths": .object(paths),
        ]
    }
}

extension GatewayStatistics.Path {
    fileprivate var endpointsView: JSON {
        .object(
            JSON.Object(
                self.endpoints.sorted { $0.key < $1.key }.map { name, counts in
                    let view: JSON = [
                        "attempts": .int(Int64(counts.attempts)), "answers": .int(Int64(counts.answers)),
                        "breaker_openings": .int(Int64(counts.circuitOpenings)), "cuts": .int(Int64(counts.cuts)),
                    ]
                    return (name, view)
                }))
    }
}

extension Dictionary where Key: RawRepresentable<String>, Value == Int {
    /// Counts by their names.
    fileprivate var view: JSON {
        .object(
            JSON.Object(
                self.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, .int(Int64($0.value))) }))
    }
}
