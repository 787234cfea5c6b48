import BelayConfiguration

extension Configuration {
    /// The agent that was asked for, or the only one.
    ///
    /// - Throws: `Failure` that lists those there are.
    func agent(chosen: String?) throws -> String {
        let names = self.agents.map(\.name).sorted()
        if let chosen, names.contains(chosen) { return chosen }
        guard !names.isEmpty else {
            throw Failure.wrongConfiguration(
                "The configuration has no agent. Add one under 'agents', as `belay init` does.")
        }
        if let chosen {
            throw Failure.wrongData("There is no agent \(chosen). Known agents: \(names.joined(separator: ", ")).")
        }
        guard names.count == 1 else {
            throw Failure.wrongUsage("choose an agent with --agent: \(names.joined(separator: ", "))")
        }
        return names[0]
    }
}
