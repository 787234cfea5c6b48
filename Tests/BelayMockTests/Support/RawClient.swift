import NIOCore
import NIOPosix

/// A client that sees the bytes as they come, so that a broken answer is seen as it is.
struct RawClient {
    /// How a connection ended.
    enum End: Equatable {
        /// The other side finished in order (FIN).
        case closed
        /// The other side reset the connection (RST).
        case reset
        /// The caller had seen enough.
        case left
    }

    struct Received {
        var bytes: [UInt8]
        var end: End

        var text: String { String(decoding: self.bytes, as: UTF8.self) }
        var response: RawResponse? { RawResponse(self.bytes) }
    }

    /// Sends a request and reads until the connection ends, or until `enough` says so.
    static func exchange(
        port: Int, _ request: String, until enough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> Received {
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteReceiver(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        defer { channel.close(promise: nil) }
        var received = Received(bytes: [], end: .closed)
        do {
            try await channel.writeAndFlush(ByteBuffer(string: request))
            for try await bytes in stream {
                received.bytes += bytes
                if enough(received.bytes) {
                    received.end = .left
                    break
                }
            }
        } catch let error as IOError where error.errnoCode == 104 || error.errnoCode == 54 || error.errnoCode == 32 {
            received.end = .reset  // ECONNRESET of Linux and macOS, EPIPE
        } catch ChannelError.ioOnClosedChannel {
            received.end = .closed  // Before the request was written.
        }
        return received
    }

    static func post(_ path: String, _ body: String, headers: String = "", close: Bool = true) -> String {
        "POST \(path) HTTP/1.1\r\nhost: mock\r\n\(headers)content-type: application/json\r\n"
            + (close ? "connection: close\r\n" : "") + "content-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func get(_ path: String, headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nhost: mock\r\n\(headers)connection: close\r\n\r\n"
    }
}

/// Hands bytes over; an error ends them with the error.
private final class ByteReceiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.continuation.yield(Array(self.unwrapInboundIn(data).readableBytesView))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.continuation.finish(throwing: error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { self.continuation.finish() }
}
