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
/// Tenants take turns, each tenant's calls among themselves are first come, first served (``BulkheadQueue``): so with one
/// tenant, or none named, all are. A wait is ended by cancelling the task, so `withDeadline` bounds it; a cancelled waiter
/// leaves the queue at once and holds nothing. Nothing that runs is stopped for another's sake: who comes when all places
/// are taken waits until the first of them is free.
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
    public var waiting: Int { self.state.withLock { $0.queue.waiting } }

    /// When a call that got no place now may come again: between 1 s and 60 s, by how long places are held.
    public var suggestedWait: Duration { self.state.withLock { $0.queue.suggestedWait } }

    /// Whether a call that came at this moment would run at once.
    public var hasRoom: Bool { self.state.withLock { $0.queue.running < $0.queue.limit } }

    /// About how many calls that wait run before one of `tenant` that comes at this moment.
    public func ahead(of tenant: String) -> Int { self.state.withLock { $0.queue.ahead(of: tenant) } }

    /// Runs `body` when it is its turn.
    ///
    /// - Parameter tenant: On whose behalf; those that wait take turns.
    /// - Throws: ``BulkheadFull`` or `CancellationError` when `body` was not run, else what `body` throws.
    public nonisolated(nonsending) func withPermit<Value>(
        for tenant: String = "", _ body: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        let permit = try await self.acquire(for: tenant)
        defer { permit.release() }
        return try await body()
    }

    /// Waits for a turn that outlives the scope, for instance that of a stream.
    ///
    /// - Parameter tenant: On whose behalf; those that wait take turns.
    /// - Returns: What has to be released when the call is over; a permit that is dropped releases itself.
    /// - Throws: ``BulkheadFull``, also when it waited and had to make room for another tenant; or `CancellationError`.
    public nonisolated(nonsending) func acquire(for tenant: String = "") async throws -> BulkheadPermit {
        // A task that is cancelled already takes the slow path, where the cancellation handler turns it back.
        if Task.isCancelled || !self.enterIfFree(tenant) { try await self.waitForTurn(tenant) }
        return BulkheadPermit(self, of: tenant, since: self.timekeeper.now)
    }

    /// Takes another limit, at least 1. Nobody who runs is stopped; those who wait start as far as there is room now.
    public func resize(to limit: Int) {
        let started = self.state.withLock { state in
            state.queue.resize(to: limit).compactMap { state.continuations.removeValue(forKey: $0) }
        }
        for continuation in started { continuation.resume() }
    }

    /// Takes a place if one is free, without waiting; nil when none is.
    public func acquireIfFree(for tenant: String = "") -> BulkheadPermit? {
        self.enterIfFree(tenant) ? BulkheadPermit(self, of: tenant, since: self.timekeeper.now) : nil
    }

    fileprivate func leave(_ tenant: String, since start: Moment) {
        let hold = start.duration(to: self.timekeeper.now)
        let next = self.state.withLock { state in
            state.queue.leave(after: hold, of: tenant).flatMap { state.continuations.removeValue(forKey: $0) }
        }
        next?.resume()
    }

    private func enterIfFree(_ tenant: String) -> Bool {
        self.state.withLock { state in
            guard state.queue.running < state.queue.limit else { return false }
            state.lastTicket += 1
            return state.queue.enter(state.lastTicket, of: tenant) == .run
        }
    }

    private nonisolated(nonsending) func waitForTurn(_ tenant: String) async throws {
        let ticket = self.state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        // The cancellation handler cannot run any more here, so the mark it may have left is nobody's.
        defer { self.state.withLock { _ = $0.cancelled.remove(ticket) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.enter(ticket, of: tenant, continuation)
            }
        } onCancel: {
            self.cancel(ticket)
        }
    }

    private func enter(
        _ ticket: UInt64, of tenant: String, _ continuation: CheckedContinuation<Void, any Error>
    ) {
        let resumed = self.state.withLock { state -> (CheckedContinuation<Void, any Error>, Result<Void, any Error>)? in
            if state.cancelled.contains(ticket) { return (continuation, .failure(CancellationError())) }
            switch state.queue.enter(ticket, of: tenant) {
            case .run:
                return (continuation, .success(()))
            case .wait(let leaving):
                state.continuations[ticket] = continuation
                return leaving.flatMap { state.continuations.removeValue(forKey: $0) }
                    .map { ($0, .failure(self.full(retryAfter: state.queue.suggestedWait))) }
            case .full(let wait):
                return (continuation, .failure(self.full(retryAfter: wait)))
            }
        }
        if let (continuation, outcome) = resumed { continuation.resume(with: outcome) }
    }

    private func full(retryAfter wait: Duration) -> BulkheadFull {
        BulkheadFull(dependency: self.dependency, retryAfter: wait)
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
    private let tenant: String
    private let start: Moment
    private let isReleased = Atomic(false)

    fileprivate init(_ bulkhead: Bulkhead, of tenant: String, since start: Moment) {
        self.bulkhead = bulkhead
        self.tenant = tenant
        self.start = start
    }

    deinit {
        self.release()
    }

    /// Makes room for the next. Further calls do nothing.
    public func release() {
        guard !self.isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
        self.bulkhead.leave(self.tenant, since: self.start)
    }
}
