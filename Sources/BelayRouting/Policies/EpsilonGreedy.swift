import BelayCore
import BelayResilience

/// The path with the best mean utility so far, and any path in a fixed share of calls. It forgets nothing.
package struct EpsilonGreedy: RoutingPolicy {
    private let epsilon: Double
    private let utility: Utility
    private var means: [String: [ModelPath: DiscountedMean]] = [:]

    /// - Parameter epsilon: The share of calls that are left to chance, 0 to 1.
    package init(epsilon: Double = 0.1, utility: Utility) {
        self.epsilon = epsilon
        self.utility = utility
    }

    package var name: String { "epsilon-greedy" }

    package func choose(
        _ request: RoutingRequest, at now: Timestamp, using random: inout SeededGenerator
    ) -> RoutingDecision? {
        let available = request.available
        guard let first = available.first else { return nil }
        // A path that nobody has tried comes first.
        let means = self.means[request.task] ?? [:]
        let best = available.reduce(first) { best, path in
            (means[path]?.mean ?? .infinity) > (means[best]?.mean ?? .infinity) ? path : best
        }
        let share = self.epsilon / Double(available.count)
        guard random.nextUnit() < self.epsilon, let any = available.randomElement(using: &random) else {
            return request.decision(for: best, reason: .best, propensity: 1 - self.epsilon + share)
        }
        return request.decision(
            for: any, reason: .explored, propensity: any == best ? 1 - self.epsilon + share : share)
    }

    package mutating func learn(from outcome: CallOutcome, at now: Timestamp) {
        guard let figure = self.utility.of(outcome) else { return }
        self.means[outcome.task, default: [:]][outcome.path, default: DiscountedMean()].add(figure, weight: 1)
    }
}
