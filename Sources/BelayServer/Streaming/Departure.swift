import NIOCore
import ServiceLifecycle

/// Ends work for a client when nobody needs it any more: the client left, or the server has to stop.
///
/// Hummingbird's own way, consuming the inbound side of the connection, traps when the body was read before.
struct Departure: Sendable {
    let channel: any Channel
    /// How long work may go on when the server is asked to stop.
    let grace: Duration

    /// Runs `work` until it ends, its client hangs up, or the server was asked to stop and `grace` is over. The latter two
    /// cancel it.
    ///
    /// - Throws: What `work` throws of itself.
    func ending(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let channel = self.channel
        let hangup = try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: ConnectionGuard.self).hangup
        }.get()
        try await withThrowingTaskGroup { group in
            group.addTask { try await work() }
            group.addTask { await hangup.wait() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: self.grace)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
