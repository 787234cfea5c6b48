import BelayResilience
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
    /// - Returns: Whether `work` came to its end.
    /// - Throws: What `work` throws of itself.
    @discardableResult
    func ending(_ work: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        let (hangup, loop, grace) = (try await self.hangup, self.channel.eventLoop, TimeAmount(self.grace))
        // A task of its own, as it can be cancelled from outside, and is awaited here.
        let task = Task(executorPreference: loop.inEventLoop ? LoopExecutor.of(loop) : nil) { try await work() }
        let isOver = Locked(false)
        let end = { @Sendable in
            isOver.withLock { $0 = true }
            task.cancel()
        }
        let ticket = hangup.call(end)
        defer { hangup.forget(ticket) }
        do {
            try await withGracefulShutdownHandler {
                try await withTaskCancellationHandler {
                    try await task.value
                } onCancel: {
                    task.cancel()
                }
            } onGracefulShutdown: {
                loop.scheduleTask(in: grace, end)
            }
            return true
        } catch  where isOver.withLock({ $0 }) {
            // It was cancelled because nobody needs it any more.
            return false
        }
    }

    private var hangup: Hangup {
        get async throws {
            let channel = self.channel
            if channel.eventLoop.inEventLoop { return try Self.hangup(of: channel) }
            return try await channel.eventLoop.submit { try Self.hangup(of: channel) }.get()
        }
    }

    private static func hangup(of channel: any Channel) throws -> Hangup {
        try channel.pipeline.syncOperations.handler(type: ConnectionGuard.self).hangup
    }
}
