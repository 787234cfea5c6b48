import BelayResilience

/// Tells work in progress to stop, once and for good.
final class Interruption: Sendable {
    private struct State {
        var isFired = false
        var next = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Locked(State())

    var isFired: Bool { self.state.withLock { $0.isFired } }

    func fire() {
        let waiters = self.state.withLock { state in
            state.isFired = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for (_, waiter) in waiters.sorted(by: { $0.key < $1.key }) { waiter.resume() }
    }

    /// Returns when `fire` was called, or when the task is cancelled.
    func wait() async {
        let id = self.state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isOver = self.state.withLock { state in
                    if state.isFired || Task.isCancelled { return true }
                    state.waiters[id] = waiter
                    return false
                }
                if isOver { waiter.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }

    /// Runs `work` until it ends or the interruption fires, which cancels it. What fired before begins nothing.
    ///
    /// - Throws: `CancellationError` if it had fired; else what `work` throws, which is `CancellationError` if it was
    ///   cancelled and respects that.
    func bounding<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        if self.isFired { throw CancellationError() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                await self.wait()
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let value = result { return value }
                group.cancelAll()  // Interrupted: the work's own end is awaited, so nothing outlives this call.
            }
            throw CancellationError()
        }
    }
}
