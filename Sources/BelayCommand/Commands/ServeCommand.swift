import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayResilience
import BelayServer
import Logging
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand, LogLevelChoosing {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves the HTTP interface and drives executions until SIGTERM or Ctrl-C.")

    @OptionGroup var project: ProjectOptions
    @Option(help: "The port, in place of the configured one; 0 takes any.")
    var port: Int?
    @Option(help: "How much to log; BELAY_LOG_LEVEL says it for every command. Default notice.")
    var logLevel: Logger.Level?

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port has to be from 0 to 65535") }
    }

    func run() async throws {
        let configuration = try self.project.load()
        // Whoever starts an execution by one request and watches it by the next comes when the model is at work.
        let make = { (store: any ExecutionStore, gateway: any ModelGateway, options: RuntimeOptions) in
            var options = options
            options.streamsAlways = true
            return Runtime(store: store, gateway: gateway, options: options)
        }
        try await configuration.withRuntime(make: make) { runtime, gateway in
            let models = ModelAccess(gateway: gateway, names: configuration.modelNames)
            try await self.serve(runtime, models, configuration.server, configuration.makeRateGate())
        }
    }

    private func serve(
        _ runtime: Runtime, _ models: ModelAccess, _ settings: Configuration.Server, _ rates: RateGate?
    ) async throws {
        let logger = Logger(label: "belay")
        let port = self.port ?? settings.port
        let listens = Locked(false)
        let json = self.project.json
        let server = BelayServer(
            runtime: runtime, models: models,
            options: ServerOptions(
                host: settings.host, port: port, keys: settings.keys, keepAlive: settings.keepAlive,
                grace: settings.drain, rates: rates,
                statistics: { models.gateway.statistics.view }))
        let service = server.service(logger: logger) { port in
            listens.withLock { $0 = true }
            let url = "http://\(settings.host):\(port)"
            if json { Console.line(["url": .string(url)]) } else { Console.note("belay listens on \(url)") }
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [SpareMemory(), service, RuntimeStop(runtime: runtime)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        do {
            try await group.run()
        } catch  where !listens.withLock({ $0 }) {
            throw Failure.listening(on: settings.host, port, error)
        }
    }
}

/// Tells the runtime as soon as the process is asked to stop, so that live streams end and the server can; and ends the
/// process when the runtime can't go on.
private struct RuntimeStop: Service {
    let runtime: Runtime

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.runtime.untilStopped() }
        self.runtime.stop()
    }
}
