import BelayHTTP
import BelayResilience
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle

/// Listens for connections until it is asked to stop, and then waits until each has come to its end.
///
/// A connection is served from the moment its event loop has it. Hummingbird's own server hands it over between
/// threads five times first, which takes about as long as a short request.
struct HTTPListener<Responder: HTTPResponder>: Service where Responder.Context == ServerContext {
    let connections: HTTPConnections<Responder>
    let host: String
    /// 0 takes any free port.
    let port: Int
    /// Connections at once; further ones wait in the system's queue.
    let limit: Int
    /// How long work may go on when the server is asked to stop.
    let grace: Duration
    let logger: Logger
    let onListening: @Sendable (Int) -> Void

    /// - Throws: `IOError` when it can't listen.
    func run() async throws {
        HTTPCodecs.makeReady()
        let group = MultiThreadedEventLoopGroup.singleton
        let quiescing = ServerQuiescingHelper(group: group)
        let listener = try await self.bootstrap(group, quiescing).bind(host: self.host, port: self.port).get()
        let port = listener.localAddress?.port ?? self.port
        self.logger.info("listening", metadata: ["host": "\(self.host)", "port": "\(port)"])
        self.onListening(port)
        let ended = listener.eventLoop.makePromise(of: Void.self)
        let hasBegun = Locked(false)
        let isFirst = { @Sendable in
            hasBegun.withLock { hasBegun in
                defer { hasBegun = true }
                return !hasBegun
            }
        }
        let end = { @Sendable in if isFirst() { quiescing.initiateShutdown(promise: ended) } }
        // Which only a fault of the system does before anybody wants it to.
        listener.closeFuture.whenComplete { _ in if isFirst() { ended.fail(ChannelError.ioOnClosedChannel) } }
        let result: Result<Void, any Error> = await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                do { return .success(try await ended.futureResult.get()) } catch { return .failure(error) }
            } onGracefulShutdown: {
                end()
                // Nobody has so long.
                let last = TimeAmount(self.grace) + .seconds(5)
                listener.eventLoop.scheduleTask(in: last) { self.connections.cancelAll() }
            }
        } onCancel: {
            end()
            self.connections.cancelAll()
        }
        // Without a listener nobody asks the connections to come to their end.
        if case .failure = result { self.connections.cancelAll() }
        await self.connections.allEnded()
        try result.get()
    }

    private func bootstrap(_ group: MultiThreadedEventLoopGroup, _ quiescing: ServerQuiescingHelper) -> ServerBootstrap
    {
        ServerBootstrap(group: group)
            // How many connections the system holds until they are accepted.
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let available = MaximumAvailableConnections(self.limit, logger: self.logger)
                    try channel.pipeline.syncOperations.addHandlers([
                        AvailableConnectionsChannelHandler(delegate: available),
                        quiescing.makeServerChannelHandler(channel: channel),
                    ])
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.connections.serve(channel) }
            }
    }
}
