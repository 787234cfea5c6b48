import BelayCore
import BelayResilience

/// The one road for tool calls: every call passes the same stations in the same order.
///
/// 1. ``review(_:allowed:user:consent:)``: the tool exists and is the agent's, the arguments are JSON and valid, the
///    rate allows it, a person agreed if one must.
/// 2. Whoever drives the execution writes the dispatch down.
/// 3. ``execute(_:_:)``: circuit breaker, deadline, the handler, the bound of its output, the output's schema.
///
/// Nothing here throws: whatever becomes of a call is a value that the execution records.
package final class ToolPipeline: Sendable {
    /// How long a handler that was cancelled is waited for before it is abandoned.
    static let grace = Duration.seconds(1)

    private struct Equipment {
        var registry: ToolRegistry
        var stations: [String: ToolStation]
    }

    private let equipment: Locked<Equipment>
    private let breaker: CircuitBreakerPolicy
    let clock: any Clock<Duration>
    let observer: @Sendable (ToolReport) -> Void

    /// - Parameters:
    ///   - breaker: When a tool that keeps failing is switched off for a while; each tool has a breaker of its own.
    ///   - clock: Measures timeouts, rates and the breakers' recovery.
    ///   - observer: Called at every report by the task that brought it about; must return quickly.
    package init(
        _ registry: ToolRegistry = ToolRegistry(), breaker: CircuitBreakerPolicy = CircuitBreakerPolicy(),
        clock: any Clock<Duration> = ContinuousClock(), observer: @escaping @Sendable (ToolReport) -> Void = { _ in }
    ) {
        let timekeeper = Timekeeper(clock)
        self.breaker = breaker
        self.clock = timekeeper
        self.observer = observer
        self.equipment = Locked(
            Equipment(
                registry: registry,
                stations: Dictionary(
                    uniqueKeysWithValues: registry.all.map {
                        ($0.name, ToolStation($0, breaker: breaker, clock: timekeeper, observer: observer))
                    })))
    }

    package var registry: ToolRegistry { self.equipment.withLock { $0.registry } }
    var stations: [String: ToolStation] { self.equipment.withLock { $0.stations } }

    package func descriptor(of name: String) -> ToolDescriptor? { self.stations[name]?.registered.descriptor }

    /// Adds tools while the pipeline is in use. A tool that is already there, described in the same way, stays as it
    /// is.
    ///
    /// - Throws: `ToolRegistrationError` for a tool that can't be used; none of the tools is added then.
    package func register(_ tools: [Tool]) throws {
        let timekeeper = Timekeeper(self.clock)
        try self.equipment.withLock { equipment in
            var next = equipment
            for tool in tools where next.registry[tool.name]?.descriptor != tool.descriptor {
                try next.registry.register(tool)
                next.stations[tool.name] = next.registry[tool.name].map {
                    ToolStation($0, breaker: self.breaker, clock: timekeeper, observer: self.observer)
                }
            }
            equipment = next
        }
    }

    /// Where the circuit of each tool stands, by name.
    package var circuits: [String: CircuitState] { self.stations.mapValues { $0.breaker.state } }

    static func unknown(_ name: String, known: [String]) -> ToolFailure {
        let shown = known.sorted().prefix(32).joined(separator: ", ")
        let offer = known.isEmpty ? "You have no tools." : "Your tools are: \(shown)."
        return ToolFailure(.unknownTool, "There is no tool \"\(name.prefix(64))\". \(offer)")
    }
}
