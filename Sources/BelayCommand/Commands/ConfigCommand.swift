import ArgumentParser
import Belay
import BelayConfiguration

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows the configuration, or its schema for editors.",
        subcommands: [Print.self, Schema.self])

    struct Print: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the configuration as it is understood, with defaults, without secrets.")
        @OptionGroup var project: ProjectOptions

        func run() throws {
            let configuration = try self.project.load()
            if self.project.json {
                Console.result(configuration.redacted())
            } else {
                Console.exactly(configuration.redactedYAML())
            }
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints the JSON Schema of belay.yaml.")

        func run() { Console.result(Configuration.jsonSchema) }
    }
}
