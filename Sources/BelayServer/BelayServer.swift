import BelayCore
import BelayRuntime
import Hummingbird
import Logging

/// The HTTP face of a runtime.
public struct BelayServer: Sendable {
    let runtime: Runtime
    let options: ServerOptions

    public init(runtime: Runtime, options: ServerOptions = ServerOptions()) {
        self.runtime = runtime
        self.options = options
    }

    /// The server as a service that listens until it is shut down gracefully; open streams may end first.
    ///
    /// - Parameter onListening: Called with the port, which matters when 0 was asked for.
    public func service(
        logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: self.router(),
            configuration: ApplicationConfiguration(
                address: .hostname(self.options.host, port: self.options.port), serverName: "belay"),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) }, logger: logger)
    }

    func router() -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: KeyMiddleware(keys: self.options.keys))
        let endpoints = self.endpoints
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                try await endpoint.handle(ServerRequest(request, context, limits: self.options))
            }
        }
        let document = OpenAPIDocument(endpoints: endpoints).json.bytes()
        router.get("/openapi.json") { _, _ in Response.json(document) }
        return router
    }

    /// Everything that is served, in the order of the documentation.
    private var endpoints: [Endpoint] {
        ExecutionEndpoints(runtime: self.runtime).all + WaitEndpoints(runtime: self.runtime).all
            + OperationEndpoints(runtime: self.runtime, statistics: self.options.statistics).all
    }
}
