import BelayResilience

/// Runs work and stops waiting for it when its time is over, even if it doesn't listen to being cancelled.
///
/// A task group would wait for a closure that ignores cancellation for ever, and with it the whole execution. So the
/// work is an unstructured task: at the deadline, or when the caller is cancelled, it is cancelled and given a grace to
/// end by itself and say what it did; then it is abandoned, and whoever started it is told when it ends after all.
final class BoundedRun<Value: Sendable>: Sendable {
    /// Why the work was asked to stop.
    enum Cause: Sendable { case deadline, cancellation }

    enum Ending: Sendable {
        /// It ended by itself; after it was asked to stop if there is a cause.
        case finished(Result<Value, any Error>, stopped: Cause?)
        /// It goes on somewhere, and nobody waits for it.
        case abandoned(Cause)
    }

    private struct State {
        var cause: Cause?
        var ending: Ending?
        var waiter: CheckedContinuation<Ending, Never>?
        var tasks: [Task<Void, Never>] = []
    }

    private let state = Locked(State())
    private let clock: any Clock<Duration>
    private let grace: Duration
    private let onLateEnd: @Sendable () -> Void

    /// - Parameters:
    ///   - grace: How long work that was cancelled is still waited for.
    ///   - onLateEnd: Called when abandoned work ended after all.
    init(clock: any Clock<Duration>, grace: Duration, onLateEnd: @escaping @Sendable () -> Void) {
        self.clock = clock
        self.grace = grace
        self.onLateEnd = onLateEnd
    }

    /// Runs `body`; to be called once. Returns after `timeout` and the grace at the latest.
    func run(timeout: Duration, _ body: @escaping @Sendable () async throws -> Value) async -> Ending {
        await self.run(until: { [clock] in try await clock.sleep(for: timeout) }, body)
    }

    /// Runs `body`; to be called once. Returns when `alarm` has, and the grace after it, at the latest.
    ///
    /// - Parameter alarm: Is cancelled when `body` has ended, and says by throwing that it was.
    func run(
        until alarm: @escaping @Sendable () async throws -> Void, _ body: @escaping @Sendable () async throws -> Value
    ) async -> Ending {
        let work = Task {
            do {
                self.end(.success(try await body()))
            } catch {
                self.end(.failure(error))
            }
        }
        let timer = Task {
            do {
                try await alarm()
            } catch {
                return  // The work has ended.
            }
            self.stop(work, because: .deadline)
        }
        self.keep(timer)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in self.wait(continuation) }
        } onCancel: {
            self.stop(work, because: .cancellation)
        }
    }

    private func wait(_ continuation: CheckedContinuation<Ending, Never>) {
        let ending = self.state.withLock { state -> Ending? in
            if state.ending == nil { state.waiter = continuation }
            return state.ending
        }
        if let ending { continuation.resume(returning: ending) }
    }

    private func stop(_ work: Task<Void, Never>, because cause: Cause) {
        let isFirst = self.state.withLock { state in
            guard state.cause == nil, state.ending == nil else { return false }
            state.cause = cause
            return true
        }
        guard isFirst else { return }
        work.cancel()
        let patience = Task {
            do {
                try await self.clock.sleep(for: self.grace)
            } catch {
                return  // The work has ended.
            }
            _ = self.settle(.abandoned(cause))
        }
        self.keep(patience)
    }

    private func end(_ result: Result<Value, any Error>) {
        let cause = self.state.withLock { $0.cause }
        if !self.settle(.finished(result, stopped: cause)) { self.onLateEnd() }
    }

    /// The first ending counts. The timers are of no more use after it.
    private func settle(_ ending: Ending) -> Bool {
        let (isFirst, waiter, tasks) = self.state.withLock { state in
            guard state.ending == nil else {
                return (false, CheckedContinuation<Ending, Never>?.none, [Task<Void, Never>]())
            }
            state.ending = ending
            defer {
                state.waiter = nil
                state.tasks = []
            }
            return (true, state.waiter, state.tasks)
        }
        for task in tasks { task.cancel() }
        waiter?.resume(returning: ending)
        return isFirst
    }

    private func keep(_ task: Task<Void, Never>) {
        let isOver = self.state.withLock { state in
            if state.ending == nil { state.tasks.append(task) }
            return state.ending != nil
        }
        if isOver { task.cancel() }
    }
}
