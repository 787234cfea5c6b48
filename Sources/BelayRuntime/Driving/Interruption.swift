import BelayResilience

/// Tells work in progress to stop, once and for good.
final class Interruption: Sendable {
    private struct State {
        var isFired = false
        var next = 0
        var watchers: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Locked(State())

    var isFired: Bool { self.state.withLock { $0.isFired } }

    func fire() {
        let watchers = self.state.withLock { state in
            state.isFired = true
            defer { state.watchers = [:] }
            return state.watchers
        }
        for (_, action) in watchers.sorted(by: { $0.key < $1.key }) { action() }
    }

    /// Returns when `fire` was called, or when the task is cancelled.
    func wait() async {
        let (over, end) = AsyncStream.makeStream(of: Never.self)
        let id = self.watch { end.finish() }
        defer { self.forget(id) }
        for await _ in over {}
    }

    /// Runs `work` until it ends or the interruption fires, which cancels it. What fired before begins nothing.
    ///
    /// - Throws: `CancellationError` if it had fired; else what `work` throws, which is `CancellationError` if it was
    ///   cancelled and respects that.
    func bounding<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        if self.isFired { throw CancellationError() }
        // A task of its own is what can be cancelled from elsewhere. Its end is awaited, so it outlives nothing.
        let task = Task { try await work() }
        let id = self.watch { task.cancel() }
        defer { self.forget(id) }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Has `action` called when `fire` is, or at once when it was.
    private func watch(_ action: @escaping @Sendable () -> Void) -> Int {
        let (id, isFired) = self.state.withLock { state in
            state.next += 1
            if !state.isFired { state.watchers[state.next] = action }
            return (state.next, state.isFired)
        }
        if isFired { action() }
        return id
    }

    private func forget(_ id: Int) { self.state.withLock { state in state.watchers[id] = nil } }
}
