import Hummingbird
import ServiceLifecycle

/// Ends work for a client when nobody needs it any more: the client left, or the server has to stop.
enum Departure {
    /// Runs `work` until it ends, its client hangs up, or the server was asked to stop and `grace` is over.
    ///
    /// The connection can't be used again afterwards, so the answer has to say `Connection: close`.
    ///
    /// - Throws: What `work` throws; `CancellationError` when the client hung up.
    static func ending(
        _ request: Request, grace: Duration, _ work: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await withThrowingTaskGroup { group in
                group.addTask { try await work() }
                group.addTask {
                    try await gracefulShutdown()
                    try await Task.sleep(for: grace)
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }
}
