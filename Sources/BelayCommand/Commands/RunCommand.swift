import ArgumentParser
import Belay
import BelayConfiguration
import BelayServer

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Gives an agent one task and waits for the answer.")

    @OptionGroup var project: ProjectOptions
    @Option(help: "The agent; may be left out when there is one only.")
    var agent: String?
    @Option(help: "On whose behalf.")
    var user = "local"
    @Option(help: "The same key with the same task gives the same execution.")
    var idempotencyKey: String?
    @Argument(help: "What to do.")
    var task: String

    func run() async throws {
        try await self.project.withRuntime { runtime in
            let agent = try runtime.agent(chosen: self.agent)
            let started = try await runtime.start(
                StartRequest(agent: agent, task: self.task, user: User(self.user), idempotencyKey: self.idempotencyKey))
            let outcome = try await Watching(runtime: runtime, quiet: self.project.json)
                .outcome(of: started.head.id)
            try OutcomePrinter(json: self.project.json).print(outcome)
        }
    }
}
