import Foundation

/// A clock that moves only when a test tells it to.
///
/// Time stands still while tasks run, so a test is exact and takes no real time. The pattern that is free of races:
/// start the work, `await clock.sleepers(1)` until it sleeps, then `advance(by:)` or `advanceToNext()`.
///
/// ```swift
/// let clock = ManualClock()
/// async let outcome = fetchWithRetries(clock: clock)
/// let waited = await clock.advanceToNext()   // the first backoff, jumped over
/// ```
///
/// Nothing here yields a number of times and hopes: a woken task may register its next sleep at any later point, and
/// `sleepers(_:)` is how a test waits for that.
public final class ManualClock: Clock, Sendable {
    /// A point on this clock, counted from its start.
    public struct Instant: InstantProtocol, Sendable {
        public var offset: Duration

        public init(offset: Duration = .zero) {
            self.offset = offset
        }

        public func advanced(by duration: Duration) -> Instant {
            Instant(offset: self.offset + duration)
        }

        public func duration(to other: Instant) -> Duration {
            other.offset - self.offset
        }

        public static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }
    }

    // An NSLock and not a `Mutex`: the thread sanitizer reports false races on the latter.
    private let lock = NSLock()
    // Only ever touched inside `withState`, which holds `lock`.
    nonisolated(unsafe) private var state = State()

    /// - Parameter start: What `now` is until the clock is first advanced.
    public init(startingAt start: Instant = Instant()) {
        self.state.now = start
    }

    public var now: Instant { self.withState { $0.now } }

    public var minimumResolution: Duration { .zero }

    /// How many tasks sleep on this clock at this moment.
    public var sleeperCount: Int { self.withState { $0.sleepers.count } }

    /// Returns at once when `deadline` has passed; else when the clock is advanced to it.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = self.withState { $0.nextID() }
        // The cancellation handler cannot run any more here, so the mark it may have left is nobody's.
        defer { self.withState { _ = $0.cancelled.remove(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let sleeper = Sleeper(id: id, deadline: deadline, continuation: continuation)
                self.withState { $0.register(sleeper) }.resumeAll()
            }
        } onCancel: {
            self.withState { $0.cancelSleeper(id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits, in real time, until at least `count` tasks sleep on this clock.
    ///
    /// Returns early when the calling task is cancelled, so that a test's time limit ends it.
    public func sleepers(_ count: Int = 1) async {
        let id = self.withState { $0.nextID() }
        defer { self.withState { _ = $0.cancelled.remove(id) } }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let observer = Observer(id: id, count: count, continuation: continuation)
                if !self.withState({ $0.register(observer) }) { continuation.resume() }
            }
        } onCancel: {
            self.withState { $0.cancelObserver(id) }?.continuation.resume()
        }
    }

    /// Moves time on and wakes everything that is due, in the order of the deadlines.
    ///
    /// Does not wait for the woken tasks: a sleep that one of them starts counts from the new time.
    public func advance(by duration: Duration) {
        precondition(duration >= .zero, "A clock does not go backwards: advance(by: \(duration)).")
        self.withState { $0.advance(by: duration) }.resumeAll()
    }

    /// Waits for a sleeper, moves time to the earliest deadline and wakes that one sleeper.
    ///
    /// Of several with the same deadline the one that came first is woken.
    ///
    /// - Returns: How far time moved; zero when the calling task was cancelled before anyone slept.
    @discardableResult
    public func advanceToNext() async -> Duration {
        await self.sleepers(1)
        guard let (sleeper, duration) = self.withState({ $0.takeEarliest() }) else { return .zero }
        sleeper.continuation.resume()
        return duration
    }

    private func withState<Result>(_ body: (inout State) -> Result) -> Result {
        self.lock.withLock { body(&self.state) }
    }
}

extension ManualClock {
    private struct Sleeper {
        var id: UInt64
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Observer {
        var id: UInt64
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    /// Continuations to resume once the lock is released.
    private struct Wakeups {
        var sleepers: [Sleeper] = []
        var cancelled: Sleeper?
        var observers: [Observer] = []

        func resumeAll() {
            for sleeper in self.sleepers { sleeper.continuation.resume() }
            self.cancelled?.continuation.resume(throwing: CancellationError())
            for observer in self.observers { observer.continuation.resume() }
        }
    }

    private struct State {
        var now = Instant()
        var lastID: UInt64 = 0
        var sleepers: [Sleeper] = []
        var observers: [Observer] = []
        /// Those whose task was cancelled before they were registered.
        var cancelled: Set<UInt64> = []

        mutating func nextID() -> UInt64 {
            self.lastID += 1
            return self.lastID
        }

        mutating func register(_ sleeper: Sleeper) -> Wakeups {
            if self.cancelled.contains(sleeper.id) { return Wakeups(cancelled: sleeper) }
            if sleeper.deadline <= self.now { return Wakeups(sleepers: [sleeper]) }
            self.sleepers.append(sleeper)
            let count = self.sleepers.count
            let ready = self.observers.filter { $0.count <= count }
            self.observers.removeAll { $0.count <= count }
            return Wakeups(observers: ready)
        }

        /// - Returns: Whether the observer has to wait.
        mutating func register(_ observer: Observer) -> Bool {
            if self.cancelled.contains(observer.id) || self.sleepers.count >= observer.count { return false }
            self.observers.append(observer)
            return true
        }

        mutating func cancelSleeper(_ id: UInt64) -> Sleeper? {
            guard let index = self.sleepers.firstIndex(where: { $0.id == id }) else {
                self.cancelled.insert(id)
                return nil
            }
            return self.sleepers.remove(at: index)
        }

        mutating func cancelObserver(_ id: UInt64) -> Observer? {
            guard let index = self.observers.firstIndex(where: { $0.id == id }) else {
                self.cancelled.insert(id)
                return nil
            }
            return self.observers.remove(at: index)
        }

        mutating func advance(by duration: Duration) -> Wakeups {
            self.now = self.now.advanced(by: duration)
            let now = self.now
            let due = self.sleepers.filter { $0.deadline <= now }
            self.sleepers.removeAll { $0.deadline <= now }
            return Wakeups(sleepers: due.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) })
        }

        mutating func takeEarliest() -> (Sleeper, Duration)? {
            let earliest = self.sleepers.indices.min { left, right in
                (self.sleepers[left].deadline, self.sleepers[left].id)
                    < (self.sleepers[right].deadline, self.sleepers[right].id)
            }
            guard let earliest else { return nil }
            let sleeper = self.sleepers.remove(at: earliest)
            let duration = self.now.duration(to: sleeper.deadline)
            self.now = sleeper.deadline
            return (sleeper, duration)
        }
    }
}
