import BelayCore
import BelayResilience

/// Always the same path, and the first available one when it isn't.
package struct FixedPath: RoutingPolicy {
    package let path: ModelPath

    package init(_ path: ModelPath) { self.path = path }

    package var name: String { "fixed \(self.path)" }

    package func choose(
        _ request: RoutingRequest, at now: Timestamp, using random: inout SeededGenerator
    ) -> RoutingDecision? {
        let available = request.available
        guard let first = available.first else { return nil }
        return request.decision(for: available.contains(self.path) ? self.path : first, reason: .best, propensity: 1)
    }

    package func learn(from outcome: CallOutcome, at now: Timestamp) {}
}
