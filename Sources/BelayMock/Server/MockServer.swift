import BelayJSON
import Logging
import Synchronization

/// A simulated model provider: a real HTTP server with OpenAI's and Anthropic's protocols, answers from a scenario, and faults.
///
/// ```swift
/// var configuration = MockConfiguration()
/// configuration.scenario = try MockScenario(yaml: text, file: "shop.yaml")
/// let server = MockServer(configuration: configuration)
/// let port = try await server.start()  // http://127.0.0.1:port/v1
/// await server.shutdown()
/// ```
///
/// A server runs once; after `shutdown` make another.
public final class MockServer: Sendable {
    /// A server that was started twice, or after its end.
    public struct AlreadyStarted: Error {}

    private enum Phase {
        case idle
        case starting
        case running(port: Int, serving: Task<Void, Never>)
        case ended
    }

    private let configuration: MockConfiguration
    private let provider: MockProvider
    private let connections: Connections
    private let elapsed: @Sendable () -> Duration
    private let listener: Listener
    private let phase = Mutex(Phase.idle)
    private let accepted: (stream: AsyncStream<Connection>, continuation: AsyncStream<Connection>.Continuation)
    private let ending = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    public init(configuration: MockConfiguration) {
        let scenario = configuration.scenario
        let provider = MockProvider(
            scenario: scenario, percent: configuration.faultsPercent ?? scenario.faultsPercent,
            seed: configuration.seed ?? scenario.seed, logLimit: configuration.limits.rememberedRequests,
            unixSeconds: configuration.unixSeconds, received: configuration.received,
            counted: configuration.counted)
        let connections = Connections(limit: configuration.limits.connections)
        let elapsed = Self.stopwatch(configuration.clock)
        // Bounded by the limit of connections, which `Connections` keeps.
        let accepted = AsyncStream<Connection>.makeStream(bufferingPolicy: .unbounded)
        self.configuration = configuration
        self.provider = provider
        self.connections = connections
        self.elapsed = elapsed
        self.accepted = accepted
        self.listener = Listener(host: configuration.host, limits: configuration.limits, connections: connections) {
            channel, requests in
            let connection = Connection(
                channel: channel, requests: requests, provider: provider, connections: connections,
                clock: configuration.clock, elapsed: elapsed)
            if case .terminated = accepted.continuation.yield(connection) { return false }
            return true
        }
    }

    /// Opens the port and serves until `shutdown`.
    ///
    /// A scenario that begins with a refused connection has the port closed again when this returns.
    ///
    /// - Returns: The port.
    /// - Throws: `AlreadyStarted`; the system's error when the port cannot be had.
    @discardableResult
    public func start() async throws -> Int {
        try self.phase.withLock { phase in
            guard case .idle = phase else { throw AlreadyStarted() }
            phase = .starting
        }
        do {
            let port = try await self.listener.open(port: self.configuration.port)
            if self.provider.listener(at: self.elapsed()).closed { await self.listener.close() }
            // Awaited by `shutdown`.
            let serving = Task { await self.serve(port: port) }
            self.phase.withLock { $0 = .running(port: port, serving: serving) }
            self.configuration.logger.info("mock provider listens", metadata: ["port": "\(port)"])
            return port
        } catch {
            self.phase.withLock { $0 = .ended }
            throw error
        }
    }

    /// Serves until `shutdown` is called or the task is cancelled, and then shuts down; starts first if nobody did.
    ///
    /// - Throws: What `start` throws.
    public func run() async throws {
        let isIdle = self.phase.withLock { if case .idle = $0 { true } else { false } }
        if isIdle { try await self.start() }
        for await _ in self.ending.stream {}
        await self.shutdown()
    }

    /// Takes no more connections, lets answers on their way end within the grace period, and closes everything.
    public func shutdown() async {
        let serving: Task<Void, Never>? = self.phase.withLock { phase in
            guard case .running(_, let serving) = phase else { return nil }
            phase = .ended
            return serving
        }
        self.ending.continuation.finish()
        guard let serving else { return }
        // In a task of its own: the grace period holds even when the caller has been cancelled.
        await Task { await self.drain(serving) }.value
    }

    /// What `/_mock/stats` shows.
    public func statistics() -> JSON { self.provider.statistics(connections: self.connections.counts) }

    /// Changes the faults while the server runs.
    ///
    /// - Parameter json: `{"percent": 15}`, `{"faults": [...]}` as in a scenario, or both; what is left out stays.
    /// - Throws: `MockScenarioError`, and nothing is changed.
    public func setFaults(_ json: JSON) throws {
        self.provider.install(try ControlRoutes.plan(from: json, over: self.provider.plan), elapsed: self.elapsed())
    }

    private func serve(port: Int) async {
        let watch = ListenerWatch(
            listener: self.listener, provider: self.provider, connections: self.connections, port: port,
            clock: self.configuration.clock, elapsed: self.elapsed, logger: self.configuration.logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            await withDiscardingTaskGroup { group in
                for await connection in self.accepted.stream { group.addTask { await connection.run() } }
            }
            group.cancelAll()
        }
    }

    private func drain(_ serving: Task<Void, Never>) async {
        self.provider.endPlanChanges()
        await self.listener.end()
        self.connections.drain()
        self.accepted.continuation.finish()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await serving.value }
            group.addTask {
                do {
                    try await self.configuration.clock.sleep(for: self.configuration.limits.shutdownGrace)
                    self.connections.resetAll()
                } catch {
                    // Cancelled: everything ended within the grace period.
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
