import NIOCore
import NIOPosix

/// Bytes over a connection of their own, and what comes back until the other side hangs up.
enum RawExchange {
    /// - Parameter endsSending: Whether the client says at once that no more comes from it.
    static func run(port: Int, _ bytes: [UInt8], endsSending: Bool = false) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            if endsSending { try await channel.channel.close(mode: .output) }
            var received = ByteBuffer()
            for try await part in inbound { received.writeImmutableBuffer(part) }
            return String(buffer: received)
        }
    }
}
