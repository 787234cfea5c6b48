import Belay
import BelaySQLite

extension Configuration {
    /// Works with the store that the configuration names, through a runtime that drives nothing: for looking at executions,
    /// cancelling them and answering waits beside a running server.
    ///
    /// - Throws: `StoreError` when the store can't be used, `GatewayConfigurationError` without providers or routes, and
    ///   whatever `body` throws.
    public func withStore<Value: Sendable>(
        _ body: @Sendable (BelayRuntime.Runtime) async throws -> Value
    ) async throws -> Value {
        try await self.withGateway { runtime, _ in try await body(runtime) }
    }

    /// The same, with the gateway, which knows what the store has of its outcomes. It isn't meant for calls.
    public func withGateway<Value: Sendable>(
        _ body: @Sendable (BelayRuntime.Runtime, Gateway) async throws -> Value
    ) async throws -> Value {
        let store = try SQLiteExecutionStore(path: self.resolve(self.store.path))
        let gateway = try self.makeGateway()
        let runtime = BelayRuntime.Runtime(store: store, gateway: gateway, options: self.runtimeOptions)
        let result: Result<Value, any Error>
        do {
            try await gateway.outcomes.keep(in: store)
            result = .success(try await body(runtime, gateway))
        } catch {
            result = .failure(error)
        }
        try await store.close()
        return try result.get()
    }

    /// Makes the gateway and the tools that the configuration describes, and puts them away again: what only shows when
    /// they are made is found before anything runs. Starts no server and opens no store.
    ///
    /// - Throws: `GatewayConfigurationError`, `ToolRegistrationError`.
    public func verify() throws {
        _ = try self.makeGateway()
        try ToolRegistry().register(self.makeTools())
    }
}
