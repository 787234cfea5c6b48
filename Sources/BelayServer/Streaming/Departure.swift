import BelayResilience
import NIOCore

/// Ends work for a client when nobody needs it any more: the client left, or the server has to stop.
struct Departure: Sendable {
    let connection: ServedConnection
    /// How long work may go on when the server is asked to stop.
    let grace: Duration

    /// Runs `work` until it ends, its client hangs up, or the server was asked to stop and `grace` is over. The latter two
    /// cancel it.
    ///
    /// - Returns: What came of `work`; nil when it was cancelled so.
    /// - Throws: What `work` throws of itself.
    @discardableResult
    func ending<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        let (loop, grace) = (self.connection.channel.eventLoop, TimeAmount(self.grace))
        // A task of its own, as it can be cancelled from outside, and is awaited here.
        let task = Task(executorPreference: loop.inEventLoop ? LoopExecutor.of(loop) : nil) { try await work() }
        let isOver = Locked(false)
        let end = { @Sendable in
            isOver.withLock { $0 = true }
            task.cancel()
        }
        let ticket = self.connection.hangup.call(end)
        let stop = self.connection.stopping.call { loop.scheduleTask(in: grace, end) }
        defer {
            self.connection.hangup.forget(ticket)
            self.connection.stopping.forget(stop)
        }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch  where isOver.withLock({ $0 }) {
            // It was cancelled because nobody needs it any more.
            return nil
        }
    }

    /// The same where nothing is left to do without what comes of `work`.
    ///
    /// - Throws: What `work` throws of itself; `CancellationError` when the client hung up, or the server stops.
    func finishing<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        guard let value = try await self.ending(work) else { throw CancellationError() }
        return value
    }
}
