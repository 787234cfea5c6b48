import BelayCore
import BelayResilience

/// A way to choose paths, for comparison: the learned one and the plain ones.
package protocol RoutingPolicy: Sendable {
    var name: String { get }
    /// - Returns: Nil when no candidate is available.
    mutating func choose(
        _ request: RoutingRequest, at now: Timestamp, using random: inout SeededGenerator
    ) -> RoutingDecision?
    mutating func learn(from outcome: CallOutcome, at now: Timestamp)
}

extension ThompsonRouter: RoutingPolicy {
    package var name: String { "thompson" }

    package mutating func learn(from outcome: CallOutcome, at now: Timestamp) { self.record(outcome, at: now) }
}

extension RoutingRequest {
    package var available: [ModelPath] { self.candidates.lazy.filter(\.isAvailable).map(\.path) }

    /// A choice that weighs nothing.
    package func decision(for path: ModelPath, reason: RoutingDecision.Reason, propensity: Double) -> RoutingDecision {
        RoutingDecision(
            path: path, reason: reason, stakes: self.stakes,
            candidates: self.available.map { RoutingDecision.Candidate(path: $0, mean: 0) }, propensity: propensity)
    }
}
