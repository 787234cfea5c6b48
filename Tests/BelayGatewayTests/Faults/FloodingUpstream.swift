import BelayResilience
import BelayTesting
import NIOCore
import NIOPosix

/// A provider that streams as fast as it is read, for ever, and counts what it could get rid of.
final class FloodingUpstream: Sendable {
    /// One event of OpenAI's protocol with a long text.
    private static let event: [UInt8] = {
        let text = String(repeating: "All is well. ", count: 2_000)
        let chunk =
            #"data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":null}]}"#
        let bytes = Array((chunk + "\n\n").utf8)
        return Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + Array("\r\n".utf8)
    }()
    private static let head = Array(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".utf8)

    private let sent = Locked(0)
    private let closed = Locked(0)
    private let channel = Locked<(any Channel)?>(nil)

    /// What it could get rid of.
    let happenings = Happenings()
    /// Bytes that left for the gateway.
    var sentBytes: Int { self.sent.withLock { $0 } }
    /// Connections that the gateway closed.
    var closedConnections: Int { self.closed.withLock { $0 } }

    /// - Returns: The port.
    func start() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Flood(upstream: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.channel.withLock { $0 = channel }
        return channel.localAddress?.port ?? 0
    }

    func stop() async throws { try await self.channel.withLock { $0 }?.close() }

    /// Writes the next event when the last one has left.
    private final class Flood: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let upstream: FloodingUpstream
        private var isFlowing = false

        init(upstream: FloodingUpstream) { self.upstream = upstream }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !self.isFlowing else { return }
            self.isFlowing = true
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: FloodingUpstream.head)), promise: nil)
            Self.flow(on: context.channel, self.upstream)
        }

        func channelInactive(context: ChannelHandlerContext) { self.upstream.closed.withLock { $0 += 1 } }

        private static func flow(on channel: any Channel, _ upstream: FloodingUpstream) {
            channel.writeAndFlush(ByteBuffer(bytes: FloodingUpstream.event)).whenSuccess {
                upstream.sent.withLock { $0 += FloodingUpstream.event.count }
                upstream.happenings.happened()
                channel.eventLoop.execute { Self.flow(on: channel, upstream) }
            }
        }
    }
}
