import ArgumentParser
import Belay
import BelayConfiguration

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Gives an agent one task and waits for the answer.",
        discussion: "Drives this execution and no other. SIGINT and SIGTERM stop it gently, a second SIGINT at once.")

    @OptionGroup var project: ProjectOptions
    @OptionGroup var options: AgentOptions
    @Option(help: "The same key with the same task gives the same execution.")
    var idempotencyKey: String?
    @Argument(help: "What to do; - reads it from standard input.")
    var task: String

    func run() async throws {
        let configuration = try self.project.load()
        let task = try self.readTask(limit: configuration.runtimeOptions.maxTaskBytes)
        let agent = try configuration.agent(chosen: self.options.agent)
        try await self.project.withRuntime(configuration, agent: agent) { runtime, attempts in
            let work = await StoppableWork(runtime)
            let started = try await runtime.start(
                self.options.request(task, to: agent, key: self.idempotencyKey))
            let execution = DrivenExecution(
                id: started.head.id, runtime: runtime, project: self.project, attempts: attempts)
            try OutcomePrinter(project: self.project).print(try await execution.outcome(work))
        }
    }

    private func readTask(limit: Int) throws -> String {
        guard self.task == "-" else { return self.task }
        let text = try StandardInput().text(limit: limit)
        return text.last?.isNewline == true ? String(text.dropLast()) : text
    }
}
