import BelayCore
import BelayResilience

/// What this process knows of the calls that it sent and that have no result in their journals: why that is so.
///
/// Whoever takes an execution over says so; for calls that aren't here, another process knew.
final class SentCalls: Sendable {
    struct Key: Hashable {
        var execution: ExecutionID
        var callID: String
        var attempt: Int
    }

    /// Those that were forgotten first are reported as another process's.
    private static let capacity = 10_000
    private static let underWay = "the execution's lease was lost while the call was under way"

    private struct State {
        var reasons: [Key: String] = [:]
        /// As they came, and some that are gone.
        var order: [Key] = []
    }

    private let state = Locked(State())

    /// About to be written ahead and sent.
    func began(_ key: Key) { self.keep(key, Self.underWay) }

    /// Its result came and could not be recorded, or its dispatch couldn't.
    func lost(_ key: Key, because reason: String) { self.keep(key, reason) }

    /// The journal has its result, or it wasn't sent after all.
    func recorded(_ key: Key) { self.state.withLock { _ = $0.reasons.removeValue(forKey: key) } }

    /// - Returns: Nil when this process knows nothing of it.
    func reason(_ key: Key) -> String? { self.state.withLock { $0.reasons[key] } }

    private func keep(_ key: Key, _ reason: String) {
        self.state.withLock { state in
            if state.reasons.updateValue(reason, forKey: key) == nil { state.order.append(key) }
            guard state.order.count > 2 * Self.capacity else { return }
            for key in state.order.prefix(Self.capacity) { state.reasons[key] = nil }
            state.order.removeFirst(Self.capacity)
        }
    }
}
