import Belay
import BelayLedger
import BelaySQLite
import Logging

extension Configuration {
    /// Runs what the configuration describes for as long as `body` takes: opens the store, starts the MCP servers,
    /// makes tools and agents known, and drives executions in the background. In the end, however it ends, all of it is
    /// stopped again: the runtime finishes its steps first, then the servers end, then the store is closed.
    ///
    /// - Parameters:
    ///   - agents: The agents that are meant to work here. Only their MCP servers are started, and of the other agents
    ///     only those are known that need no server but these. All of them by default.
    ///   - logger: Gets what a person has to know: the warnings of the configuration, a server that takes long to start,
    ///     and of models refused keys, circuits, unknown prices, routes that are down, and what got well again.
    ///   - gatewayReport: Told about every attempt at a model call; called often, so keep it short.
    ///   - serverReport: Told about starts and ends of MCP servers, which are logged in any case.
    ///   - patience: After this time of waiting for an MCP server to start the log says so. Default 1 s.
    ///   - clock: Measures that time.
    ///   - drives: Whether everything that is due is driven from the start. If not, nothing is before `body` calls
    ///     `runInBackground(driving:)`.
    ///   - make: Makes the runtime; for a logger or a clock of one's own.
    ///   - body: Gets the runtime, and the gateway, for its statistics.
    /// - Throws: `StoreError` when the store can't be used, `GatewayConfigurationError` without providers or routes,
    ///   `MCPServerError` for a server that doesn't start or lacks a tool, `ToolRegistrationError` for a tool that
    ///   can't be used; and whatever `body` throws.
    public func withRuntime<Value: Sendable>(
        agents: Set<String>? = nil,
        logger: Logger = Logger(label: "belay.models"),
        gatewayReport: @escaping @Sendable (GatewayReport) -> Void = { _ in },
        serverReport: @escaping @Sendable (MCPReport) -> Void = { _ in },
        patience: Duration = .seconds(1), clock: any Clock<Duration> = ContinuousClock(), drives: Bool = true,
        make: (any ExecutionStore, any ModelGateway, RuntimeOptions) -> BelayRuntime.Runtime = {
            BelayRuntime.Runtime(store: $0, gateway: $1, options: $2)
        },
        body: @Sendable (BelayRuntime.Runtime, Gateway) async throws -> Value
    ) async throws -> Value {
        for warning in self.warnings { logger.warning("\(warning)") }
        let log = GatewayLog(logger: logger)
        let gateway = try self.makeGateway {
            log.record($0)
            gatewayReport($0)
        }
        let store = try SQLiteExecutionStore(path: self.resolve(self.store.path))
        gateway.shareAnswers(in: SQLiteAnswerStore(store))
        let runtime = make(store, gateway, self.runtimeOptions)
        let result: Result<Value, any Error>
        do {
            try await store.check()
            try await gateway.outcomes.keep(in: store)
            let ledger = try self.makeLedger(in: store, logger: logger)
            gateway.account(in: ledger)
            runtime.account(in: ledger)
            result = .success(
                try await Self.withBackground(of: gateway, ledger) {
                    try await self.withServers(
                        of: agents, for: runtime, serverReport, Wait(patience: patience, clock: clock, logger: logger)
                    ) { runtime in
                        if drives { runtime.runInBackground() }
                        return try await body(runtime, gateway)
                    }
                })
        } catch {
            result = .failure(error)
        }
        gateway.shareAnswers(in: nil)
        gateway.account(in: nil)
        runtime.account(in: nil)
        do {
            try await store.close()
        } catch {
            // Of two errors the first one explains the second.
            if case .success = result { throw error }
        }
        return try result.get()
    }

    /// Lets the gateway keep its outcomes, and the ledger its lines, for as long as `body` takes, and to their end.
    private static func withBackground<Value: Sendable>(
        of gateway: Gateway, _ ledger: Ledger, body: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await gateway.run() }
            group.addTask { await ledger.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    private func withServers<Value: Sendable>(
        of agents: Set<String>?, for runtime: BelayRuntime.Runtime, _ report: @escaping @Sendable (MCPReport) -> Void,
        _ wait: Wait, body: @Sendable (BelayRuntime.Runtime) async throws -> Value
    ) async throws -> Value {
        let names = agents.map(self.serverNames(of:))
        let log = StartupReports { runtime.log($0) }
        let servers = self.makeServers { event in
            log.record(event)
            report(event)
        }.filter { names?.contains($0.name) ?? true }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for (_, server) in servers { group.addTask { try await server.run() } }
            defer { group.cancelAll() }
            do {
                try await self.register(with: runtime, servers: servers, wait)
                log.release()
            } catch {
                log.release(but: (error as? MCPServerError)?.server)
                throw error
            }
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(runtime))
            } catch {
                result = .failure(error)
            }
            await runtime.shutdown()
            return try result.get()
        }
    }

    /// Makes the tools known, and the agents whose servers are all there.
    private func register(
        with runtime: BelayRuntime.Runtime, servers: [(name: String, server: BelayTools.MCPServer)],
        _ wait: Wait
    ) async throws {
        try runtime.register(self.makeTools())
        var served: [String: [String]] = [:]
        for (name, server) in servers {
            let tools = try await Self.tools(of: server, named: name, wait)
            try runtime.register(tools)
            served[name] = tools.map(\.name)
        }
        let ready = Set(self.agents.map(\.name).filter { self.serverNames(of: [$0]).isSubset(of: served.keys) })
        for agent in self.makeAgents(served: served) where ready.contains(agent.name) { runtime.register(agent) }
    }

    /// How long a server is awaited in silence, and who is told then.
    private struct Wait {
        var patience: Duration
        var clock: any Clock<Duration>
        var logger: Logger
    }

    /// The tools of a server as soon as it is ready, with a line in the log when that takes long.
    private static func tools(
        of server: BelayTools.MCPServer, named name: String, _ wait: Wait
    ) async throws -> [BelayCore.Tool] {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await wait.clock.sleep(for: wait.patience)
                wait.logger.notice("an MCP server is awaited", metadata: ["server": "\(name)"])
            }
            defer { group.cancelAll() }
            return try await server.tools()
        }
    }

    /// The names of the MCP entries whose tools these agents have.
    private func serverNames(of agents: Set<String>) -> Set<String> {
        let named = Set(self.agents.filter { agents.contains($0.name) }.flatMap(\.tools))
        let servers = self.tools.filter { tool in
            guard let mcp = tool.mcp else { return false }
            return named.contains(tool.name)
                || (mcp.tools ?? []).contains { named.contains(ToolNameRule.name(of: $0, prefix: mcp.prefix)) }
        }
        return Set(servers.map(\.name))
    }
}
