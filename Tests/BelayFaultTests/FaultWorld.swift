import BelayCore
import BelayJSON
import BelayModels
import BelayResilience
import BelayRuntime
import BelayTesting
import BelayTools
import Logging

@testable import BelayMock

/// A runtime with an agent of two tools, over two simulated providers that are reached over real HTTP.
///
/// Everything is in force as it ships: six attempts a call and three a path, breakers that open at five failures, retry
/// budgets, durable pauses. Time stands still, so that a deadline runs out only when it is meant to.
struct FaultWorld: Sendable {
    static let attemptBudget = 6
    /// Each later phase has a clock that is no longer: so the one that has to run out is always the next. The beginning of a
    /// call's block counts as a first token, and comes before the pause in one protocol.
    static let limits = PhaseLimits(
        connect: .seconds(10), responseHeaders: .seconds(8), firstToken: .seconds(4), betweenTokens: .seconds(4),
        total: .seconds(20))
    static let answer = "Order A-1 was refunded: 20 EUR are on their way."
    static let greeting = "Good morning! What can I do?"

    private static let scenario = """
        rules:
          - {when: {last_message: {contains: "[runtime] Stop here"}}, reply: "The order could not be looked up."}
          - when: {last_role: user, last_message: {contains: "[runtime] Your answer claims"}}
            reply: {tool_calls: [{name: create_refund, arguments: {order: A-1, cents: 2000}}]}
          - {when: {last_message: Hello}, reply: "\(Self.greeting)"}
          - {when: {last_role: tool, tool: create_refund}, reply: "\(Self.answer)"}
          - when: {last_role: tool, tool: find_order}
            reply: {tool_calls: [{name: create_refund, arguments: {order: A-1, cents: 2000}}]}
          - when: {last_role: user, last_message: at once}
            reply: {tool_calls: [{name: create_refund, arguments: {order: A-1, cents: 2000}}]}
        reply: {tool_calls: [{name: find_order, arguments: {order: A-1}}]}
        """

    let row: FaultCase
    let servers: [MockServer]
    let clock: SteppedClock
    let wallClock = ManualWallClock()
    let refunds = Locked(0)
    /// Attempts that failed, in order.
    private let failures = Locked<[ModelAttempt]>([])
    /// Everything that the servers, the gateway and the clock do.
    private let happenings: Happenings
    /// The servers' ports: they stay ours when a server closes.
    private let ports: [ClosedPort]

    init(_ row: FaultCase) throws {
        let happenings = Happenings()
        self.row = row
        self.happenings = happenings
        self.clock = SteppedClock(telling: happenings)
        self.ports = try (0..<2).map { _ in try ClosedPort() }
        self.servers = try self.ports.map { port in
            var configuration = MockConfiguration()
            configuration.port = port.number
            configuration.scenario = try MockScenario(yaml: Self.scenario, file: "faults.yaml")
            configuration.limits.shutdownGrace = .zero
            configuration.counted = { happenings.happened() }
            configuration.logger = Logger(label: "mock") { _ in SwiftLogNoOpLogHandler() }
            return MockServer(configuration: configuration)
        }
    }

    /// Runs the row from an empty store to the end of its execution.
    func run() async throws -> FaultResult {
        for server in self.servers { _ = try await server.start() }
        do {
            let result = try await self.runOnServers()
            for server in self.servers { await server.shutdown() }
            return result
        } catch {
            for server in self.servers { await server.shutdown() }
            throw error
        }
    }

    private func runOnServers() async throws -> FaultResult {
        try self.installFaults()
        let store = InMemoryExecutionStore(clock: self.wallClock)
        let gateway = try self.gateway()
        let time = Task { try await self.letDeadlinesRunOut() }
        defer { time.cancel() }
        let journey = FaultJourney(world: self)
        if self.row.position == .later {
            try await journey.greet(try self.runtime(store, gateway))
            try await self.closePorts(at: .later)
        }
        if self.row.position == .first { try await self.closePorts(at: .first) }
        return try await journey.result(on: try self.runtime(store, gateway))
    }

    private func gateway() throws -> Gateway {
        let providers = zip(["first", "second"], self.ports).map { name, port in
            ProviderSettings(
                name: name, kind: self.row.kind, baseURL: "http://127.0.0.1:\(port.number)/v1", key: Secret("mock"),
                timeouts: Self.limits)
        }
        let route = Route(
            name: "default", paths: [.init("first", "m"), .init("second", "m")], maxAttempts: Self.attemptBudget,
            backoffBase: .zero)
        return try Gateway(
            providers: providers, routes: [route], clock: self.clock, wallClock: self.wallClock,
            random: RandomSource(SeededGenerator(seed: 1))
        ) { report in
            if case .attemptFailed(let attempt) = report { self.failures.withLock { $0.append(attempt) } }
            self.happenings.happened()
        }
    }

    private func runtime(_ store: some ExecutionStore, _ gateway: Gateway) throws -> Runtime {
        let runtime = Runtime(
            store: store, gateway: gateway, options: RuntimeOptions(pollInterval: .milliseconds(2)),
            logger: Logger(label: "runtime") { _ in SwiftLogNoOpLogHandler() }, wallClock: self.wallClock)
        try runtime.register(self.agent)
        return runtime
    }

    private var agent: Agent {
        Agent(
            "support", version: "1", instructions: "Help.",
            tools: [
                Tool("find_order", "Looks an order up", effect: .readOnly) { (query: Query) in
                    try await self.closePorts(at: .tools)
                    return "\(query.order): delivered broken, 2000 cents"
                },
                Tool("create_refund", "Refunds an order") { (request: Request) in
                    self.refunds.withLock { $0 += 1 }
                    try await self.closePorts(at: .effect)
                    return "\(request.cents) cents refunded"
                },
            ])
    }

    private struct Query: Codable, Sendable { var order: String }
    private struct Request: Codable, Sendable {
        var order: String
        var cents: Int
    }

    /// The task: one whose first call has a tool that changes something, when success is to be made up.
    var task: String {
        let claims = self.row.fault == .fabricatedSuccess && self.row.position != .tools
        return claims ? "Refund order A-1 at once" : "Refund order A-1"
    }

    private func installFaults() throws {
        guard self.row.fault != .refused else { return }
        var fault: JSON = ["kind": .string(self.row.fault.rawValue)]
        if self.row.fault == .flapping { fault["schedule"] = ["every": "1000m", "for": "999m"] }
        if self.row.extent == .everywhere { try self.servers[1].setFaults(["faults": [fault]]) }
        if self.row.extent == .once { fault["times"] = 1 }
        fault["after"] = JSON(self.row.position.callsBefore)
        try self.servers[0].setFaults(["faults": [fault]])
    }

    /// A refused connection can't be one request's fate: the ports close when the execution gets there.
    func closePorts(at position: FaultCase.Position) async throws {
        guard self.row.fault == .refused, self.row.position == position else { return }
        for server in self.servers.prefix(self.row.extent == .everywhere ? 2 : 1) { await server.shutdown() }
    }

    /// Lets the clock of each attempt run out that met a fault of time, and only then, until cancelled.
    private func letDeadlinesRunOut() async throws {
        guard let deadline = self.row.deadline else { return }
        try await self.clock.letRunOut(
            deadline, struck: { self.count("faults") },
            failed: { self.failures.withLock { $0.count(where: \.wasSent) } })
    }

    /// For who wonders why a row hangs.
    var situation: String {
        let statistics = self.servers.map { $0.statistics() }
        let inFlight = statistics.map { $0["in_flight"]?.intValue ?? 0 }
        let connections = statistics.map { $0["connections"]?.serialized() ?? "" }
        let failures = self.failures.withLock { $0 }.map {
            "\($0.path.provider) \($0.failure.kind)\($0.wasSent ? "" : ", unsent,") after \($0.duration)"
        }
        return
            "\(self.row): \(self.count("requests")) requests, \(self.count("faults")) faults, in flight \(inFlight), "
            + "connections \(connections), failed \(failures), slept until \(self.clock.deadlines) "
            + "at \(self.clock.now.offset)"
    }

    /// What the simulated providers counted: `requests` or `faults`.
    func count(_ what: String) -> Int {
        self.servers.reduce(0) { $0 + ($1.statistics()[what]?["total"]?.intValue ?? 0) }
    }
}
