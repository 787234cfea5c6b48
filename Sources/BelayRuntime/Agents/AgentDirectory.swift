import BelayCore
import BelayResilience
import BelayTools

/// The agents that this process can run, by name and version, and which of them its executions work with.
final class AgentDirectory: Sendable {
    /// Executions that keep the tools they began with; of more the oldest lose them, a quarter at a time.
    static let maxHeld = 10_000

    /// Versions of an agent that are kept: the one that new executions get, and those registered before it. Executions that
    /// began with an older one go on with the current one, unless they began in this process with tools of their own.
    static let maxVersions = ToolRegistry.maxVersions

    private struct Entries {
        /// Newest registration last.
        var versions: [String: [EquippedAgent]] = [:]
        /// For executions that began here and have not ended.
        var held: [ExecutionID: EquippedAgent] = [:]
    }

    private let entries = Locked(Entries())

    /// Makes `agent` the current version of its name. Registering the same version again replaces it for executions that
    /// begin from now on.
    func register(_ agent: EquippedAgent) {
        let definition = agent.definition
        self.entries.withLock { entries in
            let others = entries.versions[definition.name, default: []].filter {
                $0.definition.version != definition.version
            }
            entries.versions[definition.name] = others.suffix(Self.maxVersions - 1) + [agent]
        }
    }

    /// The version that new executions get.
    func current(_ name: String) -> EquippedAgent? {
        self.entries.withLock { $0.versions[name]?.last }
    }

    /// What an execution that begins here works with until its end, whatever is registered meanwhile: a closure may
    /// hold what belongs to one user. Shared tools are never replaced, so agents without own tools need no holding.
    func hold(_ agent: EquippedAgent, for execution: ExecutionID) {
        guard agent.tools.hasOwnTools else { return }
        self.entries.withLock { entries in
            entries.held[execution] = agent
            guard entries.held.count > Self.maxHeld else { return }
            // Their names begin with their time.
            let oldest = entries.held.keys.sorted { $0.rawValue < $1.rawValue }.prefix(Self.maxHeld / 4)
            for id in oldest { entries.held[id] = nil }
        }
    }

    /// The execution ended, or never began.
    func release(_ execution: ExecutionID) {
        self.entries.withLock { _ = $0.held.removeValue(forKey: execution) }
    }

    /// What an execution began with here; else the version that it began with, as it is registered now, or the current
    /// one when that is gone.
    func resolve(_ name: String, version: String, for execution: ExecutionID) -> EquippedAgent? {
        self.entries.withLock { entries in
            if let held = entries.held[execution] { return held }
            let versions = entries.versions[name]
            return versions?.first { $0.definition.version == version } ?? versions?.last
        }
    }

    var heldCount: Int { self.entries.withLock { $0.held.count } }
    var names: [String] { self.entries.withLock { $0.versions.keys.sorted() } }
}
