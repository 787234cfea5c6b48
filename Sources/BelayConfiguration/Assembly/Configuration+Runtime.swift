import Belay
import BelaySQLite
import Logging

extension Configuration {
    /// Runs what the configuration describes for as long as `body` takes: opens the store, starts the MCP servers,
    /// makes tools and agents known, and drives executions in the background. In the end, however it ends, all of it is
    /// stopped again: the runtime finishes its steps first, then the servers end, then the store is closed.
    ///
    /// - Parameters:
    ///   - logger: Gets what a person has to know about models: refused keys, circuits, unknown prices, routes that are
    ///     down, and what got well again.
    ///   - gatewayReport: Told about every attempt at a model call; called often, so keep it short.
    ///   - serverReport: Told about starts and ends of MCP servers, which are logged in any case.
    ///   - drives: Whether everything that is due is driven from the start. If not, nothing is before `body` calls
    ///     `runInBackground(driving:)`.
    ///   - make: Makes the runtime; for a logger or a clock of one's own.
    ///   - body: Gets the runtime, and the gateway, for its statistics.
    /// - Throws: `StoreError` when the store can't be used, `GatewayConfigurationError` without providers or routes,
    ///   `MCPServerError` for a server that doesn't start or lacks a tool, `ToolRegistrationError` for a tool that
    ///   can't be used; and whatever `body` throws.
    public func withRuntime<Value: Sendable>(
        logger: Logger = Logger(label: "belay.models"),
        gatewayReport: @escaping @Sendable (GatewayReport) -> Void = { _ in },
        serverReport: @escaping @Sendable (MCPReport) -> Void = { _ in },
        drives: Bool = true,
        make: (any ExecutionStore, any ModelGateway, RuntimeOptions) -> BelayRuntime.Runtime = {
            BelayRuntime.Runtime(store: $0, gateway: $1, options: $2)
        },
        body: @Sendable (BelayRuntime.Runtime, Gateway) async throws -> Value
    ) async throws -> Value {
        let log = GatewayLog(logger: logger)
        let gateway = try self.makeGateway {
            log.record($0)
            gatewayReport($0)
        }
        let store = try SQLiteExecutionStore(path: self.resolve(self.store.path))
        let runtime = make(store, gateway, self.runtimeOptions)
        let result: Result<Value, any Error>
        do {
            try await store.check()
            result = .success(
                try await self.withServers(serverReport, of: runtime) { runtime in
                    if drives { runtime.runInBackground() }
                    return try await body(runtime, gateway)
                })
        } catch {
            result = .failure(error)
        }
        do {
            try await store.close()
        } catch {
            // Of two errors the first one explains the second.
            if case .success = result { throw error }
        }
        return try result.get()
    }

    private func withServers<Value: Sendable>(
        _ report: @escaping @Sendable (MCPReport) -> Void, of runtime: BelayRuntime.Runtime,
        body: @Sendable (BelayRuntime.Runtime) async throws -> Value
    ) async throws -> Value {
        let servers = self.makeServers { event in
            runtime.log(event)
            report(event)
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for (_, server) in servers { group.addTask { try await server.run() } }
            defer { group.cancelAll() }
            try await self.register(with: runtime, servers: servers)
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

    private func register(
        with runtime: BelayRuntime.Runtime, servers: [(name: String, server: BelayTools.MCPServer)]
    ) async throws {
        try runtime.register(self.makeTools())
        var served: [String: [String]] = [:]
        for (name, server) in servers {
            let tools = try await server.tools()
            try runtime.register(tools)
            served[name] = tools.map(\.name)
        }
        for agent in self.makeAgents(served: served) { runtime.register(agent) }
    }
}
