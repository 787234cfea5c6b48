import AsyncAlgorithms
import BelayCore
import BelayModels

/// A streamed model call on its way to a client, who takes one part after the other: what the client hasn't taken keeps
/// the provider from being read.
///
/// The call runs in a task of its own, since the status of the response is known only when the first part is there, and
/// the parts are written after that. Letting go of it cancels the task.
final class StreamedCall: Sendable {
    private let channel: AsyncChannel<AnswerProgress>
    private let task: Task<ModelCallResult, any Error>

    init(_ call: ModelCall, to gateway: Gateway) {
        let channel = AsyncChannel<AnswerProgress>()
        self.channel = channel
        self.task = Task {
            defer { channel.finish() }
            return try await gateway.stream(call) { progress in
                await channel.send(progress)
                try Task.checkCancellation()
            }
        }
    }

    deinit { self.task.cancel() }

    /// The next part; nil when the call has ended, well or not.
    func next() async -> AnswerProgress? {
        var parts = self.channel.makeAsyncIterator()
        return await parts.next()
    }

    /// What came of the call. Whoever gives up waiting for it gives up the call.
    ///
    /// - Throws: As `Gateway.stream`.
    var result: ModelCallResult {
        get async throws {
            let task = self.task
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }

    func cancel() { self.task.cancel() }
}
