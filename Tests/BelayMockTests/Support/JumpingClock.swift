import Synchronization

/// A clock on which every sleep up to `patience` takes no time, and every longer one lasts until it is cancelled.
///
/// Keep `patience` above the server's grace period, or a shutdown waits for silent connections for ever.
/// Sleeps move its time on, unless `moves` is false: then only `advance` does.
final class JumpingClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Self { Self(offset: self.offset + duration) }
        func duration(to other: Self) -> Duration { other.offset - self.offset }
        static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var slept: [Duration] = []
    }

    private let state = Mutex(State())
    let patience: Duration
    let moves: Bool

    init(patience: Duration = .seconds(3_600), moves: Bool = true) {
        self.patience = patience
        self.moves = moves
    }

    var now: Instant { self.state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }
    /// Every sleep, in order.
    var slept: [Duration] { self.state.withLock { $0.slept } }

    func advance(by duration: Duration) {
        self.state.withLock { $0.now = $0.now.advanced(by: duration) }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let length = self.state.withLock { state in
            let length = state.now.duration(to: deadline)
            state.slept.append(length)
            if self.moves && length <= self.patience { state.now = max(state.now, deadline) }
            return length
        }
        try Task.checkCancellation()
        if length > self.patience {
            let (stream, continuation) = AsyncStream<Void>.makeStream()
            for await _ in stream {}  // Ends with the task.
            continuation.finish()
            throw CancellationError()
        }
        await Task.yield()
    }
}
