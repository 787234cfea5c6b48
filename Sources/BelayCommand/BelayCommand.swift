import ArgumentParser
import BelayJSON
import BelayYAML
import Foundation
import Logging

/// `belay`: results on standard output, messages on standard error.
@main
struct BelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "belay", abstract: "Runs AI agents in production.",
        discussion: """
            Exit status: 0 done, 1 failed, 64 wrong usage, 65 wrong data, 69 something needed is not available, \
            75 waiting for somebody, 78 wrong configuration, 130 or 143 stopped by SIGINT or SIGTERM.
            """,
        version: "0.1.0",
        subcommands: [
            InitCommand.self, CheckCommand.self, ConfigCommand.self, RunCommand.self, ChatCommand.self,
            ServeCommand.self, MockCommand.self, ExecutionsCommand.self, WaitsCommand.self, RoutesCommand.self,
            ModelsCommand.self, OutcomesCommand.self, BudgetsCommand.self, RatesCommand.self,
            CostsCommand.self,
        ])

    static func main() async {
        do {
            try Self.checkCommand(Array(CommandLine.arguments.dropFirst()))
            var command = try Self.parseAsRoot()
            try Self.log(for: command)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Self.exit(withError: Failure.presenting(error))
        }
    }

    /// - Throws: `ValidationError`, with what may be meant, for a command that isn't there.
    private static func checkCommand(_ arguments: [String]) throws {
        var known: any ParsableCommand.Type = Self.self
        var path = "belay"
        for argument in arguments {
            let commands = known.configuration.subcommands
            if commands.isEmpty || argument.hasPrefix("-") || (path == "belay" && argument == "help") { return }
            guard let next = commands.first(where: { $0._commandName == argument }) else {
                let names = commands.map { $0._commandName }
                let nearest =
                    Suggestion.nearest(to: argument, among: names).map { "Did you mean '\(path) \($0)'? " } ?? ""
                throw ValidationError(
                    "There is no command '\(path) \(argument)'. \(nearest)Known: \(names.joined(separator: ", ")).")
            }
            known = next
            path += " \(argument)"
        }
    }

    /// Logs go to standard error, as much as `command` or the environment asks for.
    private static func log(for command: any ParsableCommand) throws {
        let level = try Logger.Level.chosen(
            (command as? any LogLevelChoosing)?.logLevel, environment: ProcessInfo.processInfo.environment)
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
    }
}
