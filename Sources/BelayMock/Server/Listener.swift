import BelayHTTP
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The listening socket, which can be closed for a while and opened again at the same port.
final class Listener: Sendable {
    private let host: String
    private let limits: MockConfiguration.Limits
    private let connections: Connections
    private let accept: @Sendable (any Channel, AsyncStream<HTTPRequest>) -> Bool
    private let state = Mutex(State())

    private struct State {
        var channel: (any Channel)?
        var hasEnded = false
    }

    /// - Parameter accept: Takes a connection with its requests; false if nobody will serve it.
    init(
        host: String, limits: MockConfiguration.Limits, connections: Connections,
        accept: @escaping @Sendable (any Channel, AsyncStream<HTTPRequest>) -> Bool
    ) {
        self.host = host
        self.limits = limits
        self.connections = connections
        self.accept = accept
    }

    /// Opens the port; 0 for a free one.
    ///
    /// - Returns: The port.
    /// - Throws: The system's error when the port cannot be had.
    func open(port: Int) async throws -> Int {
        HTTPCodecs.makeReady()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { self.prepare($0) }
        let channel = try await bootstrap.bind(host: self.host, port: port).get()
        let hasEnded = self.state.withLock { state in
            if !state.hasEnded { state.channel = channel }
            return state.hasEnded
        }
        // Opened again by the watch over the port while the server was ending.
        if hasEnded { try await channel.close() }
        return channel.localAddress?.port ?? port
    }

    var isOpen: Bool { self.state.withLock { $0.channel != nil } }

    /// Closes the port for good.
    func end() async {
        self.state.withLock { $0.hasEnded = true }
        await self.close()
    }

    /// From now on the system refuses connections.
    func close() async {
        let channel = self.state.withLock { state in
            defer { state.channel = nil }
            return state.channel
        }
        // Closing fails only for a socket that is closed already.
        _ = try? await channel?.close()
    }

    private func prepare(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard self.connections.opened(channel) else {
                channel.close(promise: nil)
                return
            }
            let (requests, continuation) = AsyncStream<HTTPRequest>.makeStream(
                bufferingPolicy: .bufferingOldest(RequestCollector.maximumPipelined))
            var headers = NIOHTTPDecoderLimitConfiguration()
            headers.maxHeaderListSize = self.limits.headerBytes
            headers.maxHeaderFieldSize = self.limits.headerBytes
            headers.maxHeaderFieldCount = self.limits.headerCount
            let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: headers)
            try channel.pipeline.syncOperations.addHandlers([
                ByteToMessageHandler(decoder),
                RequestCollector(requests: continuation, maximumBody: self.limits.bodyBytes),
            ])
            guard self.accept(channel, requests) else {
                self.connections.closed(channel)
                channel.close(promise: nil)
                return
            }
        }
    }
}
