import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayServer
import Logging
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves the HTTP interface and drives executions until SIGTERM or Ctrl-C.")

    @OptionGroup var project: ProjectOptions
    @Option(help: "The port, in place of the configured one; 0 takes any.")
    var port: Int?

    func run() async throws {
        let configuration = try self.project.load()
        try await configuration.withRuntime { runtime, gateway in
            try await self.serve(runtime, configuration.server, statistics: { gateway.statistics.view })
        }
    }

    private func serve(
        _ runtime: Runtime, _ settings: Configuration.Server, statistics: @escaping @Sendable () -> JSON
    ) async throws {
        let logger = Logger(label: "belay")
        let server = BelayServer(
            runtime: runtime,
            options: ServerOptions(
                host: settings.host, port: self.port ?? settings.port, keys: settings.keys, statistics: statistics))
        let service = server.service(logger: logger) { port in
            Console.note("belay listens on http://\(settings.host):\(port)")
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [RuntimeStop(runtime: runtime), service], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        try await group.run()
    }
}

/// Tells the runtime as soon as the process is asked to stop, so that live streams end and the server can.
private struct RuntimeStop: Service {
    let runtime: Runtime

    func run() async throws {
        try await gracefulShutdown()
        self.runtime.stop()
    }
}
