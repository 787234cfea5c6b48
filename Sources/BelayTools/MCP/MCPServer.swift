import BelayCore
import BelayJSON
import BelayResilience

/// An MCP server as a child process that is kept alive: started by ``run()``, restarted when it ends, stopped when
/// `run` is cancelled.
///
/// ```swift
/// let clock = MCPServer(MCPServerSpecification("clock", command: ["mcp-server-time"]))
/// try await withThrowingTaskGroup(of: Void.self) { group in
///     group.addTask { try await clock.run() }
///     let tools = try await clock.tools()
///     ...
///     group.cancelAll()
/// }
/// ```
public final class MCPServer: Sendable {
    /// A server that was ready for this long ran well: its next start comes at once.
    private static let goodRun = Duration.seconds(10)
    /// Callers that may wait for a start at the same time.
    private static let maxWaiting = 256
    /// How long after the end of its connection a process may take to be gone: more than the 2 s between SIGTERM and
    /// SIGKILL. After that nobody waits for it any more.
    private static let farewell = Duration.seconds(5)
    /// Runs that nobody waits for and that have not ended. With more the next start waits.
    private static let maxAbandoned = 4
    /// Waits between starts: full jitter, 0 to 1 s after the first failure, doubling up to 30 s.
    private static let backoff = RetryPolicy(base: .seconds(1), cap: .seconds(30))

    fileprivate enum Phase {
        /// Not run yet, or between two starts that follow at once.
        case starting
        case ready(MCPConnection)
        case down(MCPProcess.End)
        case stopped
    }

    fileprivate struct State {
        var phase = Phase.starting
        var waiters: [Int: CheckedContinuation<MCPConnection, any Error>] = [:]
        var cancelled: Set<Int> = []
        var nextWaiter = 0
    }

    public let specification: MCPServerSpecification
    private let timekeeper: Timekeeper
    private let random: RandomSource
    private let observer: @Sendable (MCPReport) -> Void
    private let launch: Launch
    private let state = Locked(State())
    private let abandoned = Locked(0)

    /// Runs a process to its end; says when it is ready.
    typealias Launch =
        @Sendable (MCPProcess, MCPConnection, _ onReady: @escaping @Sendable (MCPPeer) -> Void) async ->
        MCPProcess.End

    /// - Parameters:
    ///   - clock: Measures the handshake and the waits between starts.
    ///   - random: Draws the jitter of those waits.
    ///   - observer: Told about starts and ends.
    public convenience init(
        _ specification: MCPServerSpecification, clock: any Clock<Duration> = ContinuousClock(),
        random: RandomSource = RandomSource(), observer: @escaping @Sendable (MCPReport) -> Void = { _ in }
    ) {
        self.init(specification, clock: clock, random: random, observer: observer) { process, connection, onReady in
            await process.run(connection, onReady: onReady)
        }
    }

    init(
        _ specification: MCPServerSpecification, clock: any Clock<Duration>, random: RandomSource = RandomSource(),
        observer: @escaping @Sendable (MCPReport) -> Void = { _ in }, launch: @escaping Launch
    ) {
        self.specification = specification
        self.timekeeper = Timekeeper(clock)
        self.random = random
        self.observer = observer
        self.launch = launch
    }

    /// Keeps the server running until the calling task is cancelled; then stops it, with all of its process group, and
    /// returns. To be called once.
    ///
    /// - Throws: Nothing but `MCPServerError` for a specification without a command: a server that doesn't start is
    ///   tried again and again, and reported.
    public func run() async throws {
        let name = self.specification.name
        defer { self.move(to: .stopped) }
        guard !self.specification.command.isEmpty else {
            throw MCPServerError(server: name, reason: "it has no command")
        }
        var failures = 0
        while !Task.isCancelled {
            let (end, readyFor) = await self.runOnce()
            guard !Task.isCancelled else { return }
            self.observer(.ended(server: name, reason: end.reason, lastWords: end.lastWords))
            failures = readyFor >= Self.goodRun ? 0 : failures + 1
            guard failures > 0 || self.hasTooManyAbandoned else { continue }
            self.move(to: .down(end))
            // One that ran well waits only for the processes that can't be ended.
            let wait = failures > 0 ? self.wait(before: failures - 1) : Self.backoff.cap
            self.observer(.restarting(server: name, after: wait))
            do {
                try await self.timekeeper.sleep(for: wait)
                while self.hasTooManyAbandoned { try await self.timekeeper.sleep(for: Self.backoff.cap) }
            } catch {
                return  // Cancelled, which is how a server is stopped.
            }
        }
    }

    /// The server's tools, as it lists them now and by the specification's rules.
    ///
    /// Waits for the server to be ready; ``run()`` has to run at the same time.
    /// - Throws: `MCPServerError` if the server doesn't start, breaks the protocol or lacks a tool that the
    ///   specification names; `CancellationError`.
    public func tools() async throws -> [Tool] {
        let listings: [MCPToolListing]
        do {
            let limit = self.specification.startTimeout + self.specification.rules.timeout
            listings = try await withDeadline(limit, clock: self.timekeeper) {
                try await self.connection().listTools()
            }
        } catch let failure as MCPFailure {
            throw MCPServerError(server: self.specification.name, reason: self.explain(failure))
        } catch is DeadlineExceeded {
            throw MCPServerError(server: self.specification.name, reason: "it did not list its tools in time")
        }
        return try self.chosen(of: listings).map { listing in
            Tool(
                descriptor: listing.descriptor(prefix: self.specification.prefix, rules: self.specification.rules),
                handler: MCPToolHandler(server: self, tool: listing.name))
        }
    }

    /// - Throws: `MCPFailure`; `CancellationError` when the request was handed over and may have been carried out.
    func request(_ method: String, _ parameters: JSON) async throws -> JSON {
        let connection: MCPConnection
        do {
            connection = try await self.connection()
        } catch is CancellationError {
            // Whoever gave up waiting for the server may know that nothing was sent.
            throw MCPFailure.notRunning(reason: "it was not ready in time")
        }
        let before = connection.strays
        do {
            return try await connection.request(method, parameters)
        } catch let error as CancellationError {
            // Which request a broken line was meant for can't be known, so it is waited for until the time is over.
            guard connection.strays > before else { throw error }
            throw MCPFailure.malformed("it wrote lines that are no MCP messages, and no answer in time")
        }
    }

    private func chosen(of listings: [MCPToolListing]) throws -> [MCPToolListing] {
        guard let wanted = self.specification.tools else { return listings }
        return try wanted.map { name in
            if let listing = listings.first(where: { $0.name == name }) { return listing }
            let offered = listings.prefix(50).map(\.name).joined(separator: ", ")
            throw MCPServerError(
                server: self.specification.name, reason: "it has no tool \"\(name)\"; it has: \(offered)")
        }
    }

    private func explain(_ failure: MCPFailure) -> String {
        guard case .down(let end) = self.state.withLock({ $0.phase }), !end.lastWords.isEmpty else {
            return failure.reason
        }
        return "\(failure.reason); the last it wrote to its standard error: \(end.lastWords)"
    }

    /// Returns whatever the process does: one that can't be started, or whose end is never told, is given up.
    ///
    /// - Returns: How it ended, and how long it had been ready by then.
    private func runOnce() async -> (end: MCPProcess.End, readyFor: Duration) {
        let name = self.specification.name
        let readySince = Locked<Moment?>(nil)
        self.move(to: .starting)
        let connection = MCPConnection { [observer] in observer(.toolsChanged(server: name)) }
        let process = MCPProcess(specification: self.specification, clock: self.timekeeper)
        let run = BoundedRun<MCPProcess.End>(clock: self.timekeeper, grace: Self.farewell) { [abandoned] in
            abandoned.withLock { $0 -= 1 }
        }
        let ending = await run.run(until: { try await self.untilOverdue(connection, readySince) }) { [launch] in
            await launch(process, connection) { peer in
                readySince.withLock { $0 = self.timekeeper.now }
                self.observer(
                    .ready(server: name, peer: "\(peer.name) \(peer.version)", revision: peer.revision))
                self.move(to: .ready(connection))
            }
        }
        let now = self.timekeeper.now
        let readyFor = readySince.withLock { $0.map { $0.duration(to: now) } } ?? .zero
        if case .finished(.success(let end), _) = ending { return (end, readyFor) }
        self.abandoned.withLock { $0 += 1 }
        let reason = connection.failure?.reason ?? "it was stopped"
        return (process.end(of: connection, because: "\(reason) (its process does not end)"), readyFor)
    }

    /// Returns when the run should be over: some time after its connection ended, which it does when it isn't ready in
    /// time. The handshake has a deadline of its own; this one holds when there never is a handshake.
    private func untilOverdue(_ connection: MCPConnection, _ readySince: Locked<Moment?>) async throws {
        let limit = self.specification.startTimeout
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await self.timekeeper.sleep(for: limit + Self.farewell) } catch { return }  // It has ended.
                if readySince.withLock({ $0 }) == nil {
                    connection.close(.closed(reason: "it did not start within \(limit.inWords)"))
                }
            }
            await connection.untilClosed()
            group.cancelAll()
        }
        try await self.timekeeper.sleep(for: Self.farewell)
    }

    /// No more than a few processes pile up that can't be ended.
    private var hasTooManyAbandoned: Bool { self.abandoned.withLock { $0 >= Self.maxAbandoned } }

    private func wait(before retry: Int) -> Duration {
        var random = self.random
        return Self.backoff.ceiling(beforeRetry: retry) * Double.random(in: 0...1, using: &random)
    }
}

extension MCPServer {
    /// The connection, once there is one. While the server is down nobody waits: the next start may be far off.
    private func connection() async throws -> MCPConnection {
        let id = self.state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        // The cancellation handler can't run any more here, so the mark that it may have left is nobody's.
        defer { self.state.withLock { _ = $0.cancelled.remove(id) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let result = self.state.withLock { $0.join(id, waiter, limit: Self.maxWaiting) }
                if let result { waiter.resume(with: result) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.leave(id) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func move(to phase: Phase) {
        let waiters = self.state.withLock { state in
            state.phase = phase
            guard phase.result != nil else { return [CheckedContinuation<MCPConnection, any Error>]() }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        guard let result = phase.result else { return }
        for waiter in waiters { waiter.resume(with: result) }
    }
}

extension MCPServer.Phase {
    /// What who asks now is told; nil if it is worth waiting.
    fileprivate var result: Result<MCPConnection, any Error>? {
        switch self {
        case .starting: nil
        case .ready(let connection): .success(connection)
        case .down(let end): .failure(MCPFailure.notRunning(reason: end.reason))
        case .stopped: .failure(MCPFailure.notRunning(reason: "it was stopped"))
        }
    }
}

extension MCPServer.State {
    fileprivate mutating func join(
        _ id: Int, _ waiter: CheckedContinuation<MCPConnection, any Error>, limit: Int
    ) -> Result<MCPConnection, any Error>? {
        if self.cancelled.remove(id) != nil { return .failure(CancellationError()) }
        if let result = self.phase.result { return result }
        guard self.waiters.count < limit else { return .failure(MCPFailure.busy) }
        self.waiters[id] = waiter
        return nil
    }

    fileprivate mutating func leave(_ id: Int) -> CheckedContinuation<MCPConnection, any Error>? {
        if let waiter = self.waiters.removeValue(forKey: id) { return waiter }
        self.cancelled.insert(id)
        return nil
    }
}
