import BelayCore

/// An outcome of a log, ready to be asked "what if": who else could have been taken, and how probable this choice was.
struct LoggedChoice {
    let outcome: CallOutcome
    let request: RoutingRequest
    /// Above 0, at most 1.
    let propensity: Double
    let reward: Double
    /// Dollars.
    let cost: Double
    let success: Double

    /// Which of the request's candidates was taken.
    let taken: Int
}

extension LoggedChoice {
    /// Reads a log: of each call the last revision, only those that were judged, in the order of time.
    ///
    /// Without propensities the frequency of a path within its task stands in for them: right when the path didn't depend
    /// on the request.
    static func read(
        _ outcomes: [CallOutcome], utility: Utility
    ) -> (choices: [LoggedChoice], unjudged: Int, areLogged: Bool) {
        let last = Self.lastRevisions(of: outcomes)
        let judged = last.filter { $0.evidence.success != nil }
        let withPropensity = judged.filter { $0.decision?.propensity != nil }
        // A few without, such as fallbacks that nobody chose, are left out; with many the log doesn't say.
        let areLogged = !judged.isEmpty && Double(withPropensity.count) >= 0.8 * Double(judged.count)
        let used = areLogged ? withPropensity : judged
        var seen: [String: [ModelPath]] = [:]
        var counts: [String: [ModelPath: Int]] = [:]
        for outcome in used {
            if counts[outcome.task]?[outcome.path] == nil { seen[outcome.task, default: []].append(outcome.path) }
            counts[outcome.task, default: [:]][outcome.path, default: 0] += 1
        }
        let choices = used.compactMap { outcome -> LoggedChoice? in
            let frequencies = counts[outcome.task] ?? [:]
            let frequency =
                Double(frequencies[outcome.path] ?? 1) / Double(max(1, frequencies.values.reduce(0, +)))
            return LoggedChoice(
                outcome, paths: seen[outcome.task] ?? [],
                propensity: (areLogged ? outcome.decision?.propensity : nil) ?? frequency, utility: utility)
        }
        return (choices, last.count - judged.count, areLogged)
    }

    private init?(_ outcome: CallOutcome, paths: [ModelPath], propensity: Double, utility: Utility) {
        guard let success = outcome.evidence.success, let reward = utility.of(outcome) else { return nil }
        let decided = outcome.decision?.candidates.map(\.path) ?? []
        let candidates = decided.contains(outcome.path) ? decided : paths
        guard let taken = candidates.firstIndex(of: outcome.path) else { return nil }
        self.outcome = outcome
        self.request = RoutingRequest(
            task: outcome.task, candidates: candidates.map { RoutingRequest.Candidate($0) }, context: outcome.context,
            stakes: outcome.decision?.stakes ?? .normal)
        self.propensity = propensity
        self.reward = reward
        self.cost = outcome.evidence.cost ?? 0
        self.success = success
        self.taken = taken
    }

    private static func lastRevisions(of outcomes: [CallOutcome]) -> [CallOutcome] {
        var places: [String: Int] = [:]
        var last: [CallOutcome] = []
        for outcome in outcomes {
            if let place = places[outcome.id] {
                if outcome.revision > last[place].revision { last[place] = outcome }
            } else {
                places[outcome.id] = last.count
                last.append(outcome)
            }
        }
        return last.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }
}
