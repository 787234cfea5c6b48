import AsyncAlgorithms
import BelayCore
import BelayModels
import BelayResilience

/// A streamed model call on its way to a client, who takes one part after the other: what the client hasn't taken keeps
/// the provider from being read.
///
/// The call runs in a task of its own, since the status of the response is known only when the first part is there, and
/// the parts are written after that. Letting go of it cancels the task.
final class StreamedCall: Sendable {
    enum Part: Sendable {
        case progress(AnswerProgress)
        /// Nothing came for as long as a client may be left without a sign. Says nothing about the call, whose clocks run on.
        case silence
    }

    private let channel: AsyncChannel<Part>
    /// What a call that was cancelled has spent, once that is known.
    private let spent: AsyncStream<[ModelAttempt]>
    private let timekeeper: Timekeeper
    private let task: Task<ModelCallResult, any Error>

    /// - Parameters:
    ///   - silence: How long nothing may come before ``Part/silence`` does; longer than zero.
    ///   - executor: Where the call runs: on the client's event loop its parts cross no thread.
    ///   - grant: Ends with the call.
    init(
        _ call: ModelCall, to gateway: Gateway, silence: Duration, on executor: any TaskExecutor,
        _ grant: RateGrant? = nil
    ) {
        let channel = AsyncChannel<Part>()
        self.channel = channel
        self.timekeeper = gateway.timekeeper
        let (spent, telling) = AsyncStream<[ModelAttempt]>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.spent = spent
        self.task = Task(executorPreference: executor) {
            defer {
                channel.finish()
                telling.finish()
            }
            let clock = gateway.timekeeper
            let watch = Locked(SilenceWatch(longest: silence, from: clock.now))
            // Cancelled, and awaited, when this returns.
            async let _: Void = Self.breakSilence(watch, on: clock, into: channel)
            do {
                let result = try await gateway.stream(call) { progress in
                    watch.withLock { $0.heard(at: clock.now) }
                    await channel.send(.progress(progress))
                    try Task.checkCancellation()
                }
                grant?.end(tokens: result.tokens)
                return result
            } catch {
                grant?.end(after: error)
                if let cancelled = error as? ModelCallCancelled { telling.yield(cancelled.attempts) }
                throw error
            }
        }
    }

    deinit { self.cancel() }

    /// The next part; nil when the call has ended, well or not.
    func next() async -> Part? {
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
                // Not the task alone: an attempt that is read on for its usage must not wait until somebody takes its parts.
                self.cancel()
            }
        }
    }

    /// Nobody takes anything more: a part that waits to be taken is dropped.
    func cancel() {
        self.task.cancel()
        self.channel.finish()
    }

    /// Gives the call up.
    ///
    /// - Returns: The attempts that were made, with what they cost; none where that isn't known within `limit`, as with an
    ///   answer that is read on for its usage.
    func giveUp(within limit: Duration) async -> [ModelAttempt] {
        self.cancel()
        let spent = self.spent
        let attempts = try? await withDeadline(limit, clock: self.timekeeper) {
            await spent.first { _ in true } ?? []
        }
        return attempts ?? []  // Too late: nothing is known.
    }

    private static func breakSilence(
        _ watch: Locked<SilenceWatch>, on clock: Timekeeper, into channel: AsyncChannel<Part>
    ) async {
        while !Task.isCancelled {
            let now = clock.now
            guard let next = watch.withLock({ $0.next(at: now) }) else {
                await channel.send(.silence)
                continue
            }
            // Cancelled: the call has ended, and the loop sees it.
            try? await clock.sleep(until: next)
        }
    }
}
