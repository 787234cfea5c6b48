import BelayCore
import BelayResilience

/// Any available path, each as often.
package struct UniformRandom: RoutingPolicy {
    package init() {}

    package var name: String { "uniform" }

    package func choose(
        _ request: RoutingRequest, at now: Timestamp, using random: inout SeededGenerator
    ) -> RoutingDecision? {
        let available = request.available
        return available.randomElement(using: &random).map {
            request.decision(for: $0, reason: .weighted, propensity: 1 / Double(available.count))
        }
    }

    package func learn(from outcome: CallOutcome, at now: Timestamp) {}
}
