import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Makes connections to one origin: to whichever of its addresses answers first, verified by TLS where it is asked for.
struct Connector {
    let origin: Origin
    /// Nil for plain connections.
    let tls: NIOSSLContext?
    let settings: DirectHTTPTransport.Settings

    /// Of the kernel, in bytes, as asked for: Linux takes as much again for its bookkeeping.
    ///
    /// Left to itself the kernel lets megabytes wait for a slow reader. That alone would be its own business, but when a
    /// peer closes, SwiftNIO reads all that is left at once, whether anything was asked for or not: what waits here is what
    /// may pile up then. It is also what can be under way, so over a road of 100 ms a body comes at about 2 MB/s.
    static let receiveBuffer: ChannelOptions.Types.SocketOption.Value = 192 << 10

    /// - Parameter timeout: For names, addresses and the TLS handshake together.
    func connect(
        for pool: ConnectionPool, within timeout: TimeAmount
    ) -> EventLoopFuture<NIOLoopBound<ClientConnection>> {
        HTTPCodecs.makeReady()
        let ready = pool.loop.makePromise(of: NIOLoopBound<ClientConnection>.self)
        let channel = ClientBootstrap(group: pool.loop)
            // Small requests have to leave at once.
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Before the connection is made, when its window is agreed upon.
            .channelOption(.socketOption(.so_rcvbuf), value: Self.receiveBuffer)
            // Reads of one turn go beyond what may be buffered; each has up to 64 KiB.
            .channelOption(.maxMessagesPerRead, value: 4)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel, for: pool) }
            }
            .connect(host: self.origin.host, port: self.origin.port)
        channel.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): Self.await(channel, ready)
            case .failure(let error): ready.fail(error)
            }
        }
        let deadline = pool.loop.assumeIsolated().scheduleTask(in: timeout) {
            ready.fail(ChannelError.connectTimeout(timeout))
            channel.whenSuccess { $0.close(promise: nil) }
        }
        ready.futureResult.assumeIsolated().whenComplete { _ in deadline.cancel() }
        return ready.futureResult
    }

    /// The connection itself says when it can be used: only that of one address out of several gets here.
    private static func await(_ channel: any Channel, _ ready: EventLoopPromise<NIOLoopBound<ClientConnection>>) {
        do {
            try channel.pipeline.syncOperations.handler(type: ClientConnection.self).onceReady(ready)
        } catch {
            ready.fail(error)
        }
    }

    private func prepare(_ channel: any Channel, for pool: ConnectionPool) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            // Addresses are no names for SNI; the certificate is compared with the peer's address then.
            let name = self.origin.isAddress ? nil : self.origin.host
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = self.settings.maxHeaderBytes
        limits.maxHeaderListSize = self.settings.maxHeaderBytes
        try pipeline.addHTTPClientHandlers(
            leftOverBytesStrategy: .dropBytes, enableOutboundHeaderValidation: false, encoderConfiguration: .init(),
            decoderLimitConfiguration: limits)
        try pipeline.addHandler(ClientConnection(of: pool, isSecure: self.tls != nil))
    }
}
