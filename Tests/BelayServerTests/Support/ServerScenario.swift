import BelayCore
import BelayJSON
import BelayRuntime
import BelayTesting
import Logging
import ServiceLifecycle

@testable import BelayServer

/// A server on a free port of this machine, with its runtime and its store.
struct ServerScenario: Sendable {
    let store: any ExecutionStore
    let runtime: Runtime
    let server: BelayServer
    let port: Int
    /// Begins a graceful shutdown.
    let stop: @Sendable () async -> Void

    /// - Parameter drives: Whether executions are worked on, or stay as the test puts them.
    static func run(
        store: any ExecutionStore = InMemoryExecutionStore(), model: any ModelGateway = ScriptedModel([]),
        options: ServerOptions = ServerOptions(port: 0), drives: Bool = true, agents: [Agent] = [Self.support],
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: @Sendable (ServerScenario) async throws -> Void
    ) async throws {
        let runtime = Runtime(
            store: store, gateway: model, options: RuntimeOptions(pollInterval: .milliseconds(5)), logger: logger)
        for agent in agents { try runtime.register(agent) }
        if drives { runtime.runInBackground() }
        var options = options
        options.port = 0
        let server = BelayServer(runtime: runtime, options: options)
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let service = server.service(logger: logger) { listening.yield($0) }
        let services = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup { group in
            group.addTask {
                do { try await services.run() } catch is CancellationError {}
                listening.finish()
            }
            guard let port = await ports.first(where: { _ in true }) else { throw Wire.HungUp() }
            defer { group.cancelAll() }
            try await body(
                ServerScenario(
                    store: store, runtime: runtime, server: server, port: port,
                    stop: { await services.triggerGracefulShutdown() }))
        }
        await runtime.shutdown()
    }

    static let support = Agent("support", version: "1", instructions: "Help.")

    /// Sends one request over a connection of its own.
    func send(
        _ method: String, _ path: String, _ json: JSON? = nil, headers: [String: String] = [:]
    ) async throws -> Reply {
        try await self.send(method, path, bytes: json?.bytes(), headers: headers)
    }

    func send(
        _ method: String, _ path: String, bytes: [UInt8]?, headers: [String: String] = [:]
    ) async throws -> Reply {
        try await Wire.open(self.port) { wire in
            try await wire.request(method, path, body: bytes, headers: headers)
            return try await wire.reply(toHead: method == "HEAD")
        }
    }

    /// Starts an execution over HTTP.
    func start(_ fields: JSON = ["task": "Where is my order?"], key: String? = nil) async throws -> Reply {
        try await self.send(
            "POST", "/v1/agents/support/executions", fields, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    func startedID(_ fields: JSON = ["task": "Where is my order?"]) async throws -> ExecutionID {
        ExecutionID(rawValue: try await self.start(fields).json["id"]?.stringValue ?? "")
    }

    /// Everything that a request could have changed.
    func fingerprint() async throws -> [String] {
        var lines: [String] = []
        for head in try await self.store.heads(ExecutionFilter(), after: nil, limit: 1_000).items {
            lines.append("\(head.id) \(head.state) \(head.sequence)")
        }
        for wait in try await self.store.waits(WaitFilter(status: nil), after: nil, limit: 1_000).items {
            lines.append("\(wait.wait.id) \(wait.status)")
        }
        return lines
    }

    /// Puts an execution with these waits into the store, as a node would have left it.
    func waiting(_ waits: [Wait], user: String = "ada", session: String? = nil) async throws -> ExecutionID {
        let id = try await self.startedID(["task": "Refund it", "user": ["id": .string(user)]])
        let lease = try await self.lease(id)
        try await self.append(waits.map(Event.waitOpened), under: lease, state: .waiting, .release(wakeAt: nil))
        return id
    }

    /// Takes the lease of an execution that nobody drives.
    func lease(_ id: ExecutionID) async throws -> Lease {
        let leases = try await self.store.claim(by: NodeID(rawValue: "node_test"), limit: 1_000, for: .seconds(600))
        for lease in leases where lease.execution != id {
            try await self.store.release(lease, wakeAt: Timestamp(milliseconds: 0))
        }
        guard let lease = leases.first(where: { $0.execution == id }) else { throw Wire.HungUp() }
        return lease
    }

    func append(
        _ events: [Event], under lease: Lease, state: ExecutionState = .thinking, _ after: Transition.After = .keep
    ) async throws {
        guard var head = try await self.store.head(of: lease.execution) else { throw Wire.HungUp() }
        let sequence = head.sequence
        head.sequence += events.count
        head.state = state
        _ = try await self.store.append(
            Transition(lease: lease, expectedSequence: sequence, events: events, head: head, after: after))
    }

    /// An approval that expires in an hour.
    static func approval(_ number: Int = 1, kind: WaitKind = .approval) -> Wait {
        let digits = String(number)
        let schema: JSON? =
            switch kind {
            case .approval: WaitSchema.approval
            case .input: WaitSchema.input
            case .handoff: WaitSchema.handoff
            case .resolution: WaitSchema.resolution
            case .limit: WaitSchema.limit(most: 10, isWhole: true)
            case .timer: nil
            }
        return Wait(
            id: WaitID(rawValue: "wait_" + String(repeating: "0", count: 26 - digits.count) + digits), kind: kind,
            question: "Refund $80?", answerSchema: schema, callID: "call_1",
            expires: SystemWallClock().now.advanced(by: .seconds(3_600)))
    }
}
