import Synchronization

/// A call was turned away: as many run as may, and as many wait as may.
public struct BulkheadFull: Error, Sendable, Hashable {
    /// The dependency, as the bulkhead was named.
    public var dependency: String
    /// About when those who wait now will have started: what to tell the caller as Retry-After.
    public var retryAfter: Duration

    public init(dependency: String, retryAfter: Duration) {
        self.dependency = dependency
        self.retryAfter = retryAfter
    }
}

/// Bounds how many calls to one dependency run at the same time, and how many wait for that.
///
/// First come, first served. A wait is ended by cancelling the task, so `withDeadline` bounds it; a cancelled waiter
/// leaves the queue at once and holds nothing.
///
/// ```swift
/// let bulkhead = Bulkhead("search", limit: 8, maxWaiting: 32)
/// let hits = try await bulkhead.withPermit { try await search.find(words) }
/// ```
public final class Bulkhead: Sendable {
    private struct State: Sendable {
        var queue: BulkheadQueue
        var lastTicket: UInt64 = 0
        /// One for each ticket that waits.
        var continuations: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        /// Tickets whose task was cancelled before they were in the queue.
        var cancelled: Set<UInt64> = []
    }

    /// What is called through this bulkhead; used in errors.
    public let dependency: String
    private let state: Locked<State>
    private let timekeeper: Timekeeper

    /// - Parameters:
    ///   - dependency: What is called, for errors.
    ///   - limit: How many may run at the same time, at least 1.
    ///   - maxWaiting: How many may wait at the same time. Default 100.
    ///   - clock: Measures how long calls run, to suggest when to come back.
    public init(
        _ dependency: String, limit: Int, maxWaiting: Int = 100, clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.dependency = dependency
        self.state = Locked(State(queue: BulkheadQueue(limit: limit, maxWaiting: maxWaiting)))
        self.timekeeper = Timekeeper(clock)
    }

    /// Calls that run at this moment, for metrics.
    public var running: Int { self.state.withLock { $0.queue.running } }

    /// Calls that wait at this moment, for metrics.
    public var waiting: Int { self.state.withLock { $0.queue.waiting.count } }

    /// Whether a call that came at this moment would run at once.
    public var hasRoom: Bool { self.state.withLock { $0.queue.running < $0.queue.limit } }

    /// Runs `body` when it is its turn.
    ///
    /// - Throws: ``BulkheadFull`` or `CancellationError` when `body` was not run, else what `body` throws.
    public nonisolated(nonsending) func withPermit<Value>(
        _ body: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        let permit = try await self.acquire()
        defer { permit.release() }
        return try await body()
    }

    /// Waits for a turn that outlives the scope, for instance that of a stream.
    ///
    /// - Returns: What has to be released when the call is over; a permit that is dropped releases itself.
    /// - Throws: ``BulkheadFull``, or `CancellationError`.
    public nonisolated(nonsending) func acquire() async throws -> BulkheadPermit {
        // A task that is cancelled already takes the slow path, where the cancellation handler turns it back.
        if Task.isCancelled || !self.enterIfFree() { try await self.waitForTurn() }
        return BulkheadPermit(self, since: self.timekeeper.now)
    }

    /// Takes another limit, at least 1. Nobody who runs is stopped; those who wait start as far as there is room now.
    public func resize(to limit: Int) {
        let started = self.state.withLock { state in
            state.queue.resize(to: limit).compactMap { state.continuations.removeValue(forKey: $0) }
        }
        for continuation in started { continuation.resume() }
    }

    /// Takes a place if one is free, without waiting; nil when none is.
    public func acquireIfFree() -> BulkheadPermit? {
        self.enterIfFree() ? BulkheadPermit(self, since: self.timekeeper.now) : nil
    }

    fileprivate func leave(since start: Moment) {
        let hold = start.duration(to: self.timekeeper.now)
        let next = self.state.withLock { state in
            state.queue.leave(after: hold).flatMap { state.continuations.removeValue(forKey: $0) }
        }
        next?.resume()
    }

    private func enterIfFree() -> Bool {
        self.state.withLock { state in
            guard state.queue.running < state.queue.limit else { return false }
            state.lastTicket += 1
            return state.queue.enter(state.lastTicket) == .run
        }
    }

    private nonisolated(nonsending) func waitForTurn() async throws {
        let ticket = self.state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        // The cancellation handler cannot run any more here, so the mark it may have left is nobody's.
        defer { self.state.withLock { _ = $0.cancelled.remove(ticket) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.enter(ticket, continuation)
            }
        } onCancel: {
            self.cancel(ticket)
        }
    }

    private func enter(_ ticket: UInt64, _ continuation: CheckedContinuation<Void, any Error>) {
        let outcome = self.state.withLock { state -> Result<Void, any Error>? in
            if state.cancelled.contains(ticket) { return .failure(CancellationError()) }
            switch state.queue.enter(ticket) {
            case .run:
                return .success(())
            case .wait:
                state.continuations[ticket] = continuation
                return nil
            case .full(let wait):
                return .failure(BulkheadFull(dependency: self.dependency, retryAfter: wait))
            }
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    private func cancel(_ ticket: UInt64) {
        let waiter = self.state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard state.queue.abandon(ticket) else {
                state.cancelled.insert(ticket)
                return nil
            }
            return state.continuations.removeValue(forKey: ticket)
        }
        waiter?.resume(throwing: CancellationError())
    }
}

/// A place among the calls that run. Released once, by hand or when it is dropped.
public final class BulkheadPermit: Sendable {
    private let bulkhead: Bulkhead
    private let start: Moment
    private let isReleased = Atomic(false)

    fileprivate init(_ bulkhead: Bulkhead, since start: Moment) {
        self.bulkhead = bulkhead
        self.start = start
    }

    deinit {
        self.release()
    }

    /// Makes room for the next. Further calls do nothing.
    public func release() {
        guard !self.isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
        self.bulkhead.leave(since: self.start)
    }
}
