import BelayCore

/// What a route that learns believes of a path for a task.
public struct PathKnowledge: Sendable, Hashable {
    public var task: String
    public var path: ModelPath
    /// The expected share of right answers, 0 to 1.
    public var success: Double
    /// How many outcomes that is worth by now.
    public var evidence: Double
    /// Expected, in dollars; nil when nothing is known of it.
    public var cost: Double?
    /// Expected, in seconds; nil when nothing is known of it.
    public var latency: Double?
    /// It got worse, and takes hardly any calls until it is better.
    public var isSuspended: Bool
}

extension ThompsonRouter {
    /// All that is known, by task and path.
    package func knowledge(at now: Timestamp) -> [PathKnowledge] {
        self.evidence.tasks.flatMap { task in
            task.paths.map { path in
                let prior = self.options.prior(for: path.path)
                let belief = self.belief(of: path.path, task: task.task, at: now)
                return PathKnowledge(
                    task: task.task, path: path.path, success: belief.mean,
                    evidence: max(0, belief.alpha + belief.beta - prior.strength),
                    cost: path.posterior.cost.knownMean ?? prior.cost?.dollars,
                    latency: path.posterior.latency.knownMean ?? prior.latency?.seconds,
                    isSuspended: path.health.isSuspended)
            }
        }.sorted { ($0.task, $0.path.description) < ($1.task, $1.path.description) }
    }
}
