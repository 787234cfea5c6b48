import BelayCore
import BelayResilience

/// The agents that this process can run, by name and version.
final class AgentDirectory: Sendable {
    private struct Entries {
        /// Newest registration last.
        var versions: [String: [AgentDefinition]] = [:]
    }

    private let entries = Locked(Entries())

    /// Makes `agent` the current version of its name. Registering the same version again replaces it.
    func register(_ agent: AgentDefinition) {
        self.entries.withLock { entries in
            entries.versions[agent.name, default: []].removeAll { $0.version == agent.version }
            entries.versions[agent.name, default: []].append(agent)
        }
    }

    /// The version that new executions get.
    func current(_ name: String) -> AgentDefinition? {
        self.entries.withLock { $0.versions[name]?.last }
    }

    /// The version that an execution began with, or the current one when that is gone.
    func resolve(_ name: String, version: String) -> AgentDefinition? {
        self.entries.withLock { entries in
            let versions = entries.versions[name]
            return versions?.first { $0.version == version } ?? versions?.last
        }
    }

    var names: [String] { self.entries.withLock { $0.versions.keys.sorted() } }
}
