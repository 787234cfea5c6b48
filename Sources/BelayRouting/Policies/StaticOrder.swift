import BelayCore
import BelayResilience

/// The first candidate that works, as an ordered route with circuit breakers does: a path that failed several times in a
/// row is left out for a while.
package struct StaticOrder: RoutingPolicy {
    private struct Circuit: Sendable {
        var failures = 0
        var openUntil: Timestamp?
    }

    private let failuresToOpen: Int
    private let openFor: Duration
    private var circuits: [ModelPath: Circuit] = [:]

    package init(failuresToOpen: Int = 5, openFor: Duration = .seconds(60)) {
        self.failuresToOpen = failuresToOpen
        self.openFor = openFor
    }

    package var name: String { "static order" }

    package func choose(
        _ request: RoutingRequest, at now: Timestamp, using random: inout SeededGenerator
    ) -> RoutingDecision? {
        let available = request.available
        let closed = available.first { self.circuits[$0]?.openUntil.map { $0 <= now } ?? true }
        return (closed ?? available.first).map { request.decision(for: $0, reason: .best, propensity: 1) }
    }

    package mutating func learn(from outcome: CallOutcome, at now: Timestamp) {
        guard let success = outcome.evidence.success else { return }
        var circuit = self.circuits[outcome.path, default: Circuit()]
        circuit.failures = success >= 0.5 ? 0 : circuit.failures + 1
        circuit.openUntil = circuit.failures >= self.failuresToOpen ? now.advanced(by: self.openFor) : nil
        self.circuits[outcome.path] = circuit
    }
}
