import ArgumentParser
import BelayMock
import Foundation
import Logging
import ServiceLifecycle

struct MockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock", abstract: "A simulated model provider that also fails in the ways real ones do.")

    @Option(help: "The port; 0 takes any.")
    var port = 8722
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "What it answers and how it fails: a YAML file.")
    var scenario: String?
    @Option(help: "Percent of the calls that go wrong, over the scenario's own faults.")
    var faults: Double?
    @Option(help: "How many requests /_mock/requests tells of, 1 to 100000.")
    var remember: Int?
    @Option(help: "Decides which calls go wrong.")
    var seed: UInt64?

    func validate() throws {
        if let faults, !(0...100).contains(faults) { throw ValidationError("--faults has to be from 0 to 100") }
        if let remember, !(1...100_000).contains(remember) {
            throw ValidationError("--remember has to be from 1 to 100000")
        }
        if !(0...65_535).contains(self.port) { throw ValidationError("--port has to be from 0 to 65535") }
    }

    func run() async throws {
        var configuration = MockConfiguration()
        configuration.host = self.host
        configuration.port = self.port
        configuration.faultsPercent = self.faults
        configuration.seed = self.seed
        if let remember { configuration.limits.rememberedRequests = remember }
        configuration.logger = Logger(label: "belay.mock")
        if let scenario {
            configuration.scenario = try MockScenario(yaml: Self.read(scenario), file: scenario)
        }
        let server = MockServer(configuration: configuration)
        let port: Int
        do {
            port = try await server.start()
        } catch {
            throw Failure.listening(on: self.host, self.port, error)
        }
        Console.note("belay mock listens on http://\(self.host):\(port)")
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [MockService(server: server)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: configuration.logger))
        try await group.run()
    }

    private static func read(_ file: String) throws -> String {
        do {
            return try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw Failure.unavailable("can't read \(file): \(Failure.reason(of: error))")
        }
    }
}

private struct MockService: Service {
    let server: MockServer

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.server.run() }
    }
}
