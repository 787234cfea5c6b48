import BelayCore
import BelayRuntime
import Hummingbird
import Logging
import ServiceLifecycle

/// The HTTP face of a runtime.
public struct BelayServer: Sendable {
    let runtime: Runtime
    let options: ServerOptions
    let models: ModelAccess?
    /// Those whose executions others are in the way of.
    let line: StartLine?

    /// - Parameter models: What the OpenAI- and Anthropic-compatible routes reach; without it there are none.
    public init(runtime: Runtime, models: ModelAccess? = nil, options: ServerOptions = ServerOptions()) {
        self.runtime = runtime
        self.models = models
        self.options = options
        self.line = options.rates.flatMap { StartLine($0, runtime: runtime) }
    }

    /// The server as a service that listens until it is shut down gracefully; open streams may go on for
    /// `ServerOptions.grace` then.
    ///
    /// - Parameter onListening: Called with the port, which matters when 0 was asked for.
    public func service(
        logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> some Service {
        let limits = self.options.connections
        let rules = PathRules(
            endpoints: self.endpoints, bodyLimit: self.options.maxBodyBytes,
            modelBodyLimit: self.models?.maxBodyBytes ?? self.options.maxBodyBytes)
        return HTTPListener(
            connections: HTTPConnections(
                responder: self.router().buildResponder(), limits: limits, rules: rules, grace: self.options.grace,
                logger: logger),
            host: self.options.host, port: self.options.port, limit: limits.count, grace: self.options.grace,
            logger: logger,
            onListening: onListening)
    }

    func router() -> Router<ServerContext> {
        let endpoints = self.endpoints
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ClientMiddleware(keys: KeyRing(self.options.keys)))
        router.add(middleware: LogMiddleware())
        router.add(middleware: ProblemMiddleware(endpoints: endpoints))
        router.add(middleware: HostMiddleware(host: self.options.host, hasKeys: !self.options.keys.isEmpty))
        router.add(middleware: KeyMiddleware())
        router.add(middleware: OriginMiddleware())
        for endpoint in endpoints {
            router.on(endpoint.routerPath, method: endpoint.method) { request, context in
                let asked = try ServerRequest(request, context, for: endpoint, options: self.options, line: self.line)
                // Calls of models wait for others nearly all of their time. The rest reads stores and writes long answers.
                if endpoint.wire != nil { return try await endpoint.handle(asked) }
                return try await offLoop { try await endpoint.handle(asked) }
            }
        }
        return router
    }

    /// Everything that is served, in the order of the documentation.
    var endpoints: [Endpoint] {
        let described =
            ExecutionEndpoints(runtime: self.runtime).all + WaitEndpoints(runtime: self.runtime).all
            + (self.models.map {
                ModelEndpoints(models: $0, runtime: self.runtime).all + OutcomeEndpoints(gateway: $0.gateway).all
                    + BudgetEndpoints(gateway: $0.gateway).all + CostEndpoints(gateway: $0.gateway).all
                    + AlertEndpoints(gateway: $0.gateway).all
            } ?? [])
            + RateEndpoints(gate: self.options.rates, store: self.runtime.store).all
            + OperationEndpoints(runtime: self.runtime, statistics: self.options.statistics).all
        return described + [OpenAPIDocument.endpoint(describing: described)]
    }
}
