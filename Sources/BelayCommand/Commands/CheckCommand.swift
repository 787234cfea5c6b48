import ArgumentParser
import BelayConfiguration
import BelayJSON

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks the configuration. Starts nothing, writes nothing.")

    @OptionGroup var project: ProjectOptions

    func run() throws {
        let configuration = try Configuration.load(self.project.config, verifying: true)
        try configuration.verify()
        for warning in configuration.warnings where !self.project.json { Console.note("warning: \(warning)") }
        if self.project.json {
            Console.result([
                "status": "ok", "agents": .array(configuration.agents.map { .string($0.name) }),
                "warnings": .array(configuration.warnings.map { .string("\($0)") }),
            ])
        } else {
            Console.result(
                "\(self.project.config): ok. \(configuration.agents.count.counted("agent")), "
                    + "\(configuration.tools.count.counted("tool")), \(configuration.routes.count.counted("route")), "
                    + "\(configuration.providers.count.counted("provider")).")
        }
    }
}
