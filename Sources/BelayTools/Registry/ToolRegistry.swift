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

    fileprivate struct Key: Hashable {
        /// nil for a shared tool.
        var owner: Owner?
        var tool: String
    }

    fileprivate struct State {
        /// What was registered, so that a tool that comes back finds its rate and its breaker as they were.
        var tools: [Key: EquippedTool] = [:]
        /// The versions of each agent with tools of its own; the one that was registered last stands last.
        var versions: [String: [String]] = [:]
    }

    /// Versions of an agent whose own tools are remembered: the last one registered and those before it. Roads that were
    /// made for earlier ones go on; only, when such a version is registered once more, its rates and breakers are new.
    package static let maxVersions = 16

    private let state = Locked(State())
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
        let taken = self.state.withLock { state -> String? in
            let taken = checked.first { state.tools[Key(owner: nil, tool: $0.name)] != nil }
            if taken == nil { _ = self.equip(checked, of: nil, in: &state.tools) }
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
        let own = self.state.withLock { state in
            if !checked.isEmpty { state.makeNewest(owner) }
            return self.equip(checked, of: owner, in: &state.tools)
        }
        return ToolPipeline(names: names, own: own, registry: self)
    }

    /// The road for an agent that names shared tools only.
    package func pipeline(naming names: [String]) -> ToolPipeline {
        ToolPipeline(names: names, own: [:], registry: self)
    }

    /// Of every tool that is remembered, by name, then agent and version.
    package var statistics: [ToolStatistics] {
        self.state.withLock { Array($0.tools.values) }.map(\.station.statistics).sorted {
            ($0.tool, $0.agent ?? "", $0.version ?? "") < ($1.tool, $1.agent ?? "", $1.version ?? "")
        }
    }

    func shared(_ name: String) -> EquippedTool? { self.state.withLock { $0.tools[Key(owner: nil, tool: name)] } }

    private func check(_ tools: [Tool], of owner: Owner?) throws(ToolRegistrationError) -> [RegisteredTool] {
        var names: Set<String> = []
        return try tools.map { tool throws(ToolRegistrationError) in
            guard names.insert(tool.name).inserted else {
                throw ToolRegistrationError(tool: tool.name, reason: "two tools have this name; rename one of them")
            }
            let known = self.state.withLock { $0.tools[Key(owner: owner, tool: tool.name)]?.registered }
            return try RegisteredTool(tool, like: known)
        }
    }

    /// A tool goes on with the station that it had. With another rate that begins anew, and nothing else does.
    private func equip(
        _ tools: [RegisteredTool], of owner: Owner?, in known: inout [Key: EquippedTool]
    ) -> [String: EquippedTool] {
        var equipped: [String: EquippedTool] = [:]
        for tool in tools {
            let key = Key(owner: owner, tool: tool.name)
            let rate = tool.descriptor.callsPerMinute
            let station =
                known[key]?.station.at(callsPerMinute: rate, clock: self.clock)
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

extension ToolRegistry.State {
    /// Notes that a version was registered, and forgets the oldest if there are too many.
    fileprivate mutating func makeNewest(_ owner: ToolRegistry.Owner) {
        var versions = self.versions[owner.agent, default: []].filter { $0 != owner.version }
        versions.append(owner.version)
        if versions.count > ToolRegistry.maxVersions {
            let oldest = ToolRegistry.Owner(agent: owner.agent, version: versions.removeFirst())
            self.tools = self.tools.filter { $0.key.owner != oldest }
        }
        self.versions[owner.agent] = versions
    }
}

/// A tool with what its calls share.
struct EquippedTool: Sendable {
    let registered: RegisteredTool
    let station: ToolStation
}
