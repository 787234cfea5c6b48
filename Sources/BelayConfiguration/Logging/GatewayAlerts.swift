import Belay
import BelayResilience
import Logging

/// Picks from all that a gateway reports what a person has to know. Owns no clock and writes nothing.
///
/// Lines hold names of the configuration and kinds of failures, and nothing that a provider or a user wrote.
struct GatewayAlerts: Sendable {
    struct Line: Sendable, Equatable {
        /// `warning` for what needs a person, `notice` for what got well again.
        var level: Logger.Level
        var message: String
        var metadata: [String: String] = [:]
    }

    /// Equal lines come once in this time at most, with the number of those held back.
    static let interval = Duration.seconds(60)

    private var limit = RepeatLimit(interval: Self.interval)
    /// What the log says is down. Names of the configuration only.
    private var down: Set<String> = []

    mutating func line(for report: GatewayReport, at now: Moment) -> Line? {
        switch report {
        case .attemptSucceeded(let path, let endpoint, _, _, _):
            return self.recover(
                "A provider accepts its key again.", about: "key \(path.provider) \(endpoint ?? "")",
                Self.words(["provider": path.provider], endpoint))
        case .usageAnomalies(let path, let endpoint, let anomalies):
            let words = anomalies.map(\.rawValue).sorted().joined(separator: ", ")
            return self.warn(
                "What a provider reports of its usage is odd or missing; costs may be estimates.",
                about: "usage \(path) \(words)", Self.words(["model": "\(path)", "anomalies": words], endpoint), at: now
            )
        case .keyRefused(let provider, let endpoint, let kind, let quarantine):
            return self.warn(
                kind == .quotaExhausted
                    ? "The quota of a provider's key is used up. It is not used for a while. Check the account."
                    : "A provider refused its key. It is not used for a while. Check the key.",
                about: "key \(provider) \(endpoint ?? "")",
                Self.words(["provider": provider, "quarantine": DurationText.render(quarantine)], endpoint), at: now)
        case .circuitChanged(let path, let endpoint, _, let state):
            return self.circuit(path, at: endpoint, is: state, at: now)
        case .limitCut(let path, let endpoint, let limit, _):
            return self.warn(
                "A provider says that it gets too many requests; it gets fewer for a while. Set "
                    + "'providers.\(path.provider).rate_limits' to what it grants.",
                about: "limit \(path) \(endpoint ?? "")",
                Self.words(["model": "\(path)", "at_once": "\(limit)"], endpoint), at: now)
        case .limitRestored(let path, let endpoint):
            return self.recover(
                "A provider takes as many requests as before.", about: "limit \(path) \(endpoint ?? "")",
                Self.words(["model": "\(path)"], endpoint))
        case .answeredFromCache(let route):
            return self.warn(
                "No path of a route was available; an earlier answer stood in.", about: "cache \(route)",
                ["route": route], at: now)
        case .sharedCacheFailed(let reason):
            return self.warn(
                "Answers can't be shared with other nodes.", about: "shared answers", ["reason": reason], at: now)
        case .embeddingFailed(let route, let reason):
            return self.warn(
                "The cache of a route can't be searched by meaning.", about: "embedding \(route)",
                ["route": route, "reason": reason], at: now)
        case .callFailed(let route, let failure, _): return self.failed(route, with: failure.kind, at: now)
        case .callAnswered(let route, _):
            return self.recover("A route answers again.", about: "route \(route)", ["route": route])
        // Of which task it is isn't said: that is a word of the caller's.
        case .pathSuspended(let path, _):
            return self.warn(
                "A model's answers got worse: learned routes send its calls elsewhere.", about: "path \(path)",
                ["model": "\(path)"], at: now)
        case .pathRestored(let path, _):
            return self.recover(
                "A model's answers are as good as before.", about: "path \(path)", ["model": "\(path)"])
        case .outcomesDelayed(let count, let reason):
            return self.warn(
                "Outcomes of model calls can't be kept at the moment.", about: "outcomes delayed",
                ["outcomes": "\(count)", "reason": reason], at: now)
        case .outcomesDropped(let count):
            return self.warn(
                "Outcomes of model calls were given up: too many waited to be kept.", about: "outcomes dropped",
                ["outcomes": "\(count)"], at: now)
        case .judgementsDropped(let count):
            return self.warn(
                "Answers stay unjudged: too many wait for a model or a tool to judge them.",
                about: "judgements dropped", ["answers": "\(count)"], at: now)
        case .judgementFailed(let task, let reason):
            return self.warn(
                "A model or a tool that judges answers gave no judgement.", about: "judgement \(task)",
                ["task": task, "reason": reason], at: now)
        case .judgeCostAnomaly(let tool, let anomaly):
            return self.warn(
                "What a tool that judges told of its cost is not as it should be.",
                about: "judge's cost \(tool) \(anomaly.rawValue)", ["tool": tool, "anomaly": anomaly.rawValue], at: now)
        case .attemptFailed, .attemptCancelled, .retrying, .hedged, .hedgeWon, .fellBack, .outputJudged, .cacheUsed,
            .pathChosen:
            return nil
        }
    }

    private mutating func circuit(
        _ path: ModelPath, at endpoint: String?, is state: CircuitState, at now: Moment
    ) -> Line? {
        let (subject, words) = ("circuit \(path) \(endpoint ?? "")", Self.words(["model": "\(path)"], endpoint))
        switch state {
        case .open:
            return self.warn(
                "A model fails too often: its circuit opened, and calls go to the next path.",
                about: subject, words, at: now)
        case .closed:
            return self.recover("The circuit to a model closed again.", about: subject, words)
        case .halfOpen: return nil
        }
    }

    private mutating func failed(_ route: String, with kind: ModelFailure.Kind, at now: Moment) -> Line? {
        switch kind.disposition {
        // One request, or its content, is at fault; the next one is fine.
        case .tooLong, .refused: return nil
        case .stop, .adapt:
            return self.warn(
                "A provider refused a request as wrong. Check the model's name and the request.",
                about: "request \(route) \(kind.rawValue)", ["route": route, "failure": kind.rawValue], at: now)
        case .transient, .nextPath, .keyFault:
            return self.warn(
                "No path of a route answered.", about: "route \(route)", ["route": route, "failure": kind.rawValue],
                at: now)
        }
    }

    private static func words(_ words: [String: String], _ endpoint: String?) -> [String: String] {
        var words = words
        words["endpoint"] = endpoint
        return words
    }

    private mutating func warn(
        _ message: String, about subject: String, _ metadata: [String: String], at now: Moment
    ) -> Line? {
        guard let held = self.limit.admit(subject, at: now) else { return nil }
        self.down.insert(subject)
        var metadata = metadata
        if held > 0 { metadata["held_back"] = "\(held)" }
        return Line(level: .warning, message: message, metadata: metadata)
    }

    /// Nothing is said of what was never said to be down, so there are no more of these lines than warnings.
    private mutating func recover(_ message: String, about subject: String, _ metadata: [String: String]) -> Line? {
        guard self.down.remove(subject) != nil else { return nil }
        return Line(level: .notice, message: message, metadata: metadata)
    }
}
