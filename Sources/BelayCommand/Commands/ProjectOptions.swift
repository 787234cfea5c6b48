import ArgumentParser
import Belay
import BelayConfiguration

/// Which project a command works on, and how it prints.
struct ProjectOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The configuration file.")
    var config = "belay.yaml"

    @Flag(help: "Print results as JSON.")
    var json = false

    func load() throws -> Configuration { try Configuration.load(self.config) }

    /// Works with the project's store and one agent, and starts no tool server that this agent doesn't need. Nothing is
    /// driven before `body` says what. Attempts at models that fail meanwhile are told at once, unless the results are
    /// JSON.
    func withRuntime<Value: Sendable>(
        _ configuration: Configuration, agent: String,
        _ body: @Sendable (Runtime, LiveAttempts) async throws -> Value
    ) async throws -> Value {
        let attempts = LiveAttempts(quiet: self.json)
        return try await configuration.withRuntime(
            agents: [agent], gatewayReport: { attempts.record($0) }, drives: false
        ) { runtime, _ in try await body(runtime, attempts) }
    }

    /// Works with the project's store only: nothing is driven and no tool server is started.
    func withStore<Value: Sendable>(
        _ body: @Sendable (Runtime) async throws -> Value
    ) async throws -> Value {
        try await self.load().withStore(body)
    }

    /// A command as somebody would paste it, for this project.
    func commandLine(_ command: String) -> String {
        guard self.config != "belay.yaml" else { return "belay \(command)" }
        return "belay \(command) --config \(self.config.shellQuoted)"
    }
}
