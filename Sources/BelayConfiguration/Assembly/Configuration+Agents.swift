import Belay

extension Configuration {
    /// The agents as the runtime knows them.
    ///
    /// - Parameter served: The names of the tools that each MCP entry brought, in its order. An agent that names the
    ///   entry gets them all.
    public func makeAgents(served: [String: [String]] = [:]) -> [AgentDefinition] {
        self.agents.map { agent in
            var names: [String] = []
            for name in agent.tools.flatMap({ served[$0] ?? [$0] }) where !names.contains(name) { names.append(name) }
            return AgentDefinition(
                name: agent.name, version: agent.version, instructions: agent.instructions, route: agent.route,
                tools: names, limits: agent.limits, plans: agent.plans, asksUser: agent.asksUser,
                handsOff: agent.handsOff, waitExpiry: agent.waitExpiry, honesty: agent.honesty,
                compaction: agent.compaction)
        }
    }

    /// How the file has this node work; what it doesn't say is the runtime's default.
    public var runtimeOptions: RuntimeOptions {
        RuntimeOptions(
            concurrency: self.runtime.concurrency, lease: self.runtime.lease,
            pollInterval: self.runtime.pollInterval, drain: self.runtime.drain,
            parallelTools: self.runtime.parallelTools)
    }
}
