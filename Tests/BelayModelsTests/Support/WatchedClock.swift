import BelayTesting

/// A manual clock that tells which deadlines are slept for, so that a test moves time only once the code has got there.
final class WatchedClock: Clock, Sendable {
    typealias Instant = ManualClock.Instant

    let base = ManualClock()
    // As many as a test makes sleeps.
    private let deadlines = AsyncStream<Duration>.makeStream()

    var now: Instant { self.base.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        self.deadlines.continuation.yield(deadline.offset)
        try await self.base.sleep(until: deadline, tolerance: tolerance)
    }

    /// Returns when something sleeps, or has slept, until this time; for one waiter.
    func slept(until offset: Duration) async {
        for await deadline in self.deadlines.stream where deadline == offset { return }
    }

    /// Moves to the next deadline whenever something sleeps, until cancelled.
    func run() async {
        while !Task.isCancelled { await self.base.advanceToNext() }
    }
}
