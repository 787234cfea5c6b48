import BelayCore
import BelayResilience

/// The tools of a runtime, each checked when it is added, and what the calls of each share.
///
/// A tool belongs to one version of one agent, or is shared: registered apart and named by any agent. Two agents, and
/// two versions of one, may each have a tool of the same name; each has a rate and a breaker of its own.
package final class ToolRegistry: Sendable {
    /// One version of one agent.
    package struct Owner: Sendable, Hashable {
        package var agent: String
        package var version: String

        package init(agent: String, version: String) {
            self.agent = agent
            self.version = version
        }
    }

    private struct Key: Hashable {
        /// nil for a shared tool.
        var owner: Owner?
        var tool: String
    }

    /// Never forgets a tool, so that one that comes back finds its rate and its breaker as they were.
    private let tools = Locked<[Key: EquippedTool]>([:])
    private let breaker: CircuitBreakerPolicy
    let clock: any Clock<Duration>
    let report: @Sendable (ToolReport) -> Void

    /// - Parameters:
    ///   - breaker: When a tool that keeps failing is switched off for a while; each tool has a breaker of its own.
    ///   - clock: Measures timeouts, rates and the breakers' recovery.
    ///   - report: Called at every report by the task that brought it about; must return quickly.
    package init(
        breaker: CircuitBreakerPolicy = CircuitBreakerPolicy(), clock: any Clock<Duration> = ContinuousClock(),
        report: @escaping @Sendable (ToolReport) -> Void = { _ in }
    ) {
        self.breaker = breaker
        self.clock = Timekeeper(clock)
        self.report = report
    }

    /// Adds shared tools. They stay as they are: agents may be using them.
    ///
    /// - Throws: `ToolRegistrationError` when one can't be used or a shared tool has its name; none is added then.
    package func register(_ tools: [Tool]) throws(ToolRegistrationError) {
        let checked = try self.check(tools, of: nil)
        let taken = self.tools.withLock { known -> String? in
            let taken = checked.first { known[Key(owner: nil, tool: $0.name)] != nil }
            if taken == nil { _ = self.equip(checked, of: nil, in: &known) }
            return taken?.name
        }
        if let taken {
            throw ToolRegistrationError(tool: taken, reason: "the name is taken by another tool; rename one of them")
        }
    }

    /// Gives a version of an agent its own tools, and makes the road for its calls.
    ///
    /// Roads that were made before keep the handlers they had: who works with one gets no other in the middle. Rate and
    /// breaker of a tool go on.
    ///
    /// - Parameters:
    ///   - tools: The agent's own; they hide shared tools of the same name.
    ///   - names: All that it may call, its own and shared ones.
    /// - Throws: `ToolRegistrationError` when a tool can't be used, or two of them have one name.
    package func pipeline(
        for owner: Owner, with tools: [Tool], naming names: [String]
    ) throws(ToolRegistrationError) -> ToolPipeline {
        let checked = try self.check(tools, of: owner)
        return ToolPipeline(
            names: names, own: self.tools.withLock { self.equip(checked, of: owner, in: &$0) }, registry: self)
    }

    /// The road for an agent that names shared tools only.
    package func pipeline(naming names: [String]) -> ToolPipeline {
        ToolPipeline(names: names, own: [:], registry: self)
    }

    /// Of every tool that was ever registered, by name, then agent and version.
    package var statistics: [ToolStatistics] {
        self.tools.withLock { Array($0.values) }.map(\.station.statistics).sorted {
            ($0.tool, $0.agent ?? "", $0.version ?? "") < ($1.tool, $1.agent ?? "", $1.version ?? "")
        }
    }

    func shared(_ name: String) -> EquippedTool? { self.tools.withLock { $0[Key(owner: nil, tool: name)] } }

    private func check(_ tools: [Tool], of owner: Owner?) throws(ToolRegistrationError) -> [RegisteredTool] {
        var names: Set<String> = []
        return try tools.map { tool throws(ToolRegistrationError) in
            guard names.insert(tool.name).inserted else {
                throw ToolRegistrationError(tool: tool.name, reason: "two tools have this name; rename one of them")
            }
            let known = self.tools.withLock { $0[Key(owner: owner, tool: tool.name)]?.registered }
            return try RegisteredTool(tool, like: known)
        }
    }

    /// A tool goes on with the station that it had, unless its rate is another one now.
    private func equip(
        _ tools: [RegisteredTool], of owner: Owner?, in known: inout [Key: EquippedTool]
    ) -> [String: EquippedTool] {
        var equipped: [String: EquippedTool] = [:]
        for tool in tools {
            let key = Key(owner: owner, tool: tool.name)
            let rate = tool.descriptor.callsPerMinute
            let before = known[key]?.station
            let station =
                before.flatMap { $0.callsPerMinute == rate ? $0 : nil }
                ?? ToolStation(
                    tool.name, of: owner, callsPerMinute: rate, breaker: self.breaker, clock: self.clock,
                    report: self.report)
            let next = EquippedTool(registered: tool, station: station)
            known[key] = next
            equipped[tool.name] = next
        }
        return equipped
    }
}

/// A tool with what its calls share.
struct EquippedTool: Sendable {
    let registered: RegisteredTool
    let station: ToolStation
}
